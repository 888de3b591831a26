import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { fixturePath } from '../support/audio-fixtures';
import { runCli, startCli } from '../support/cli';

const ROOT = path.join(__dirname, '../..');

describe('flow-asr inspect', function () {
  this.timeout(20_000);

  it('describes a recording as a table', async () => {
    const { exitCode, stdout, stderr } = await runCli(['inspect', fixturePath('a.mp3', '-ar 44100 -ac 2')]);
    assert.equal(exitCode, 0, stderr);
    for (const line of [/^container +mp3$/m, /^rate +44100 Hz$/m, /^channels +2$/m, /^length +11\.00 s, /m]) {
      assert.match(stdout, line);
    }
  });

  it('describes a recording from standard input as JSON', async () => {
    const { child, result } = startCli(['inspect', '-', '--json'], {}, { hasInput: true });
    createReadStream(fixturePath('a.webm', '-c:a libopus -ar 48000')).pipe(child.stdin!);
    const { exitCode, stdout } = await result;
    assert.equal(exitCode, 0);
    const info = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(info.container, 'webm');
    assert.equal(info.codec, 'opus');
    assert.equal(info.isSilent, false);
  });

  it('takes the rate and encoding of raw samples from its options', async () => {
    const file = fixturePath('a.alaw', '-f alaw -c:a pcm_alaw -ar 8000');
    const { stdout } = await runCli(['inspect', file, '--rate', '8000', '--encoding', 'a-law']);
    assert.match(stdout, /^codec +pcm_alaw$/m);
    assert.match(stdout, /^length +11\.00 s/m);
  });

  const failures: [args: string[], exitCode: number, said: RegExp][] = [
    [[], 2, /Expected one FILE/],
    [['--speed'], 2, /--speed/],
    [['/no/such/file.wav'], 1, /there is no file/],
    [[ROOT], 1, /is a folder/],
    [[path.join(ROOT, 'package.json')], 1, /JSON text/],
  ];
  for (const [args, expected, said] of failures) {
    it(`fails with one sentence: flow-asr inspect ${args.map((arg) => path.basename(arg)).join(' ')}`, async () => {
      const { exitCode, stderr } = await runCli(['inspect', ...args]);
      assert.equal(exitCode, expected);
      assert.match(stderr, said);
    });
  }
});
