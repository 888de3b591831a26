import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCli, startCli } from '../support/cli';
import { assertHarmless, HOSTILE } from '../support/hostile-text';
import { useLibRig } from '../support/lib-rig';
import { streamAudio } from '../support/live-audio';
import { useLiveServers } from '../support/live-servers';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const BIN = path.join(__dirname, '../../bin');
/** Files that may write to the terminal directly, because they make everything printable or ask for a key. */
const WRITERS = ['cli/ask-secret.ts', 'cli/output.ts', 'cli/screen.ts', 'flow-asr.ts'];

describe('control characters of what the service says', function () {
  this.timeout(30_000);
  this.slow(4000);
  const servers = useLiveServers();
  const rig = useLibRig();
  let folder = '';
  let file = '';
  const here = () => ['--address', rig.service.url];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
    file = path.join(folder, 'hello.wav');
    await writeFile(file, wav(silence(2000)));
  });
  after(() => rm(folder, { recursive: true }));

  for (const format of ['--text', '--srt', '--vtt', '--words']) {
    it(`do not reach the terminal by transcribe ${format}`, async () => {
      await rig.serve({ utterances: [HOSTILE] });
      const result = await runCli(['transcribe', file, format, '--model', 'fun-asr-realtime', ...here()]);
      assert.equal(result.exitCode, 0, result.stderr);
      assertHarmless(result);
      assert.match(result.stdout, /title/);
    });
  }

  it('are escaped in JSON, so that nothing of the text is lost', async () => {
    await rig.serve({ utterances: [HOSTILE] });
    const result = await runCli(['transcribe', file, '--json', ...here()]);
    assertHarmless(result);
    const transcript = JSON.parse(result.stdout.trimEnd().split('\n').at(-1)!) as { text: string };
    assert.equal(transcript.text, HOSTILE);
  });

  it('do not reach it by a refusal of the service, nor by --verbose', async () => {
    await rig.serve({ faults: [{ on: 'configured', do: 'fail', code: 'Arrearage', message: HOSTILE }] });
    const result = await runCli(['transcribe', file, '--verbose', ...here()]);
    assert.equal(result.exitCode, 3);
    assertHarmless(result);
    assert.match(result.stderr, /title/);
  });

  it('do not reach it by listen', async () => {
    await rig.serve({ utterances: [HOSTILE], loop: true });
    const radio = await servers.http(streamAudio());
    const { child, result, output } = startCli(['listen', radio, ...here()]);
    await waitUntil(() => output.stdout.includes('\n'), 'a sentence', 20_000);
    child.kill('SIGINT');
    assertHarmless(await result);
  });

  const arguments_: string[][] = [
    ['transcribe', HOSTILE],
    ['transcribe', 'x.wav', `--${HOSTILE}`],
    ['transcribe', `${HOSTILE}*`],
    ['inspect', HOSTILE],
    ['listen', HOSTILE],
    ['service', '--script', HOSTILE, '--engine', 'script', '--port', '0'],
    ['completion', HOSTILE],
    ['help', HOSTILE],
    [HOSTILE],
  ];
  for (const args of arguments_) {
    const where = args.map((arg) => (arg.includes('\x1b') ? '…' : arg)).join(' ');
    it(`do not reach it by an argument: flow-asr ${where}`, async () => {
      const result = await runCli(args);
      assert.notEqual(result.exitCode, 0);
      assert.notEqual(result.stderr, '');
      assertHarmless(result);
    });
  }

  it('cannot reach it by a new command, because only few files write to the terminal', () => {
    const files = readdirSync(BIN, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const writing = files.filter((name) => {
      const source = readFileSync(path.join(BIN, name), 'utf8');
      return /\bconsole\.|\bprocess\.std(out|err)\b|\{[^}]*\bstd(out|err)\b[^}]*\} = process/.test(source);
    });
    const known = writing.filter((name) => !WRITERS.includes(name.replaceAll('\\', '/')));
    assert.deepEqual(known, []);
  });
});
