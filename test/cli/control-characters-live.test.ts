import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CLI, runCli, startCli } from '../support/cli';
import type { CliResult } from '../support/cli';
import { assertHarmless, HOSTILE } from '../support/hostile-text';
import { useLibRig } from '../support/lib-rig';
import { freePort, streamAudio } from '../support/live-audio';
import { useLiveServers } from '../support/live-servers';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { WyomingClient } from '../support/wyoming-client';

const hasTerminal = spawnSync('script', ['--version']).status === 0;
/** What the screen itself sends: back to the first column, up, and away with what is below. */
const DRAWN = /\r|\p{Cc}\[(?:\d+A|J)/gu;

describe('control characters of what is heard live', function () {
  this.timeout(30_000);
  this.slow(4000);
  const servers = useLiveServers();
  const rig = useLibRig();
  let folder = '';
  const here = () => ['--address', rig.service.url];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
    await rig.serve({ utterances: [HOSTILE], loop: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  for (const format of ['--json', '--srt', '--vtt', '--words']) {
    it(`do not reach the terminal by listen ${format}`, async () => {
      const radio = await servers.http(streamAudio());
      const args = ['listen', radio, format, '--model', 'fun-asr-realtime', ...here()];
      const { child, result, output } = startCli(args);
      await waitUntil(() => output.stdout.includes('title'), 'a sentence', 20_000);
      child.kill('SIGINT');
      assertHarmless(await result);
    });
  }

  for (const more of [[], ['--json']]) {
    it(`do not reach it by ${['wyoming', ...more].join(' ')}, nor those of a client's events`, async () => {
      const port = await freePort();
      const { child, result, output } = startCli(['wyoming', '--port', String(port), ...more, ...here()]);
      await waitUntil(() => output.stderr.includes('listening on'), 'the server', 20_000);
      const stranger = new WyomingClient(port);
      stranger.socket.end(`{"type": ${JSON.stringify(HOSTILE)}, "data_length": -1}\n${HOSTILE}\n`);
      const client = new WyomingClient(port);
      client.send('transcribe', { language: HOSTILE, name: HOSTILE });
      const plain = new WyomingClient(port);
      plain.speak(silence(700));
      await waitUntil(() => output.stdout.includes('title'), 'a sentence', 20_000);
      for (const { socket } of [stranger, client, plain]) socket.destroy();
      child.kill('SIGTERM');
      assertHarmless(await result);
    });
  }

  it('do not reach it by the names of the files that --out writes', async () => {
    const recording = path.join(folder, `${HOSTILE}.wav`);
    await writeFile(recording, wav(silence(2000)));
    const out = path.join(folder, 'texts');
    await mkdir(out);
    const result = await runCli(['transcribe', recording, '--out', out, ...here()]);
    assert.equal(result.exitCode, 0, result.stderr);
    assertHarmless(result);
    const [written = '', ...others] = await readdir(out);
    assert.deepEqual(others, []);
    assert.match(written, /title.*\.txt$/);
    assertHarmless({ stdout: written, stderr: '' });
  });

  it('do not reach it by the lines that show the progress', async function () {
    if (!hasTerminal) this.skip();
    const files: string[] = [];
    for (const name of ['one', 'two']) {
      const file = path.join(folder, `${name}-${HOSTILE}.wav`);
      await writeFile(file, wav(silence(1500)));
      files.push(file);
    }
    // A pattern, because a shell's quotation marks would hide what they are tested for.
    const command = `'${process.execPath}' '${CLI}' transcribe '${folder}/*.wav' --pace realtime ${here().join(' ')}`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...process.env, DASHSCOPE_API_KEY: '', TERM: 'xterm' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
    await new Promise((resolve) => child.once('close', resolve));
    assert.match(shown, /1 of 2 files/);
    assert.match(shown, /title/);
    assertHarmless({ stdout: shown.replace(DRAWN, ''), stderr: '' });
  });

  it('do not reach it by what the service says of hot-word lists', async () => {
    const service = await servers.http((_request, response) => {
      const list = { vocabulary_id: HOSTILE, status: HOSTILE, gmt_create: HOSTILE, gmt_modified: HOSTILE };
      response.end(JSON.stringify({ output: { vocabulary_list: [list] }, request_id: HOSTILE }));
    });
    const results: CliResult[] = [];
    for (const more of [[], ['--json']]) {
      results.push(await runCli(['hot-words', 'list', ...more, '--address', service.replace('http', 'ws')]));
    }
    const refusing = await servers.http((_request, response) => {
      response.statusCode = 400;
      response.end(JSON.stringify({ code: HOSTILE, message: HOSTILE, request_id: HOSTILE }));
    });
    results.push(await runCli(['hot-words', 'list', '--address', refusing.replace('http', 'ws')]));
    for (const result of results) {
      assertHarmless(result);
      assert.match(result.stdout + result.stderr, /title/);
    }
  });
});
