import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCli } from '../support/cli';
import type { CliResult } from '../support/cli';
import { useLibRig } from '../support/lib-rig';
import { silence, wav } from '../support/scripted-audio';

/** The number of runs at once, which mostly wait. */
const CONCURRENCY = 4;

const NOWHERE = ['--address', 'ws://127.0.0.1:9'];

const failing: [name: string, args: string[], exitCode: number, said: RegExp][] = [
  ['a missing file', ['missing.wav', ...NOWHERE], 1, /Cannot read "missing\.wav": ENOENT/],
  ['a folder', ['.', ...NOWHERE], 1, /"\." is a directory/],
  ['an empty file', ['empty.wav', ...NOWHERE], 1, /empty/],
  [
    'a service that is not there',
    ['hello.wav', ...NOWHERE, '--first-connect-timeout-ms', '0'],
    4,
    /Cannot connect.*ws:\/\/127\.0\.0\.1:9/,
  ],
  ['a cloud region without a key', ['hello.wav', '--region', 'beijing'], 3, /Beijing.*API key/],
  ['a mode that there is not', ['hello.wav', ...NOWHERE, '--mode', 'auto'], 2, /`mode`/],
  ['a region that there is not', ['hello.wav', '--region', 'mars'], 2, /`region`/],
  ['a model that there is not', ['hello.wav', ...NOWHERE, '--model', 'x'], 2, /Unknown model "x"/],
  ['a password in the address', ['hello.wav', '--address', 'wss://u:hunter2@asr.example'], 2, /`address`/],
  ['a pace that there is not', ['hello.wav', ...NOWHERE, '--pace', 'slow'], 2, /--pace/],
  [
    'settings that are no JSON',
    ['hello.wav', ...NOWHERE, '--other-settings', '{a'],
    2,
    /`otherSettings`.*JSON/,
  ],
  ['an unknown option', ['hello.wav', '--bogus'], 2, /Unknown option '--bogus'\. See /],
  ['an option without its value', ['hello.wav', '--model'], 2, /--model.*See flow-asr transcribe --help/],
  ['no file', [], 2, /one FILE/],
];

describe('flow-asr transcribe says in a line what is wrong with', function () {
  this.timeout(60_000);
  let folder = '';
  const results: CliResult[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
    await writeFile(path.join(folder, 'hello.wav'), wav(silence(1000)));
    await writeFile(path.join(folder, 'empty.wav'), '');
    const files = new Set(['hello.wav', 'empty.wav']);
    const queue = [...failing.entries()];
    const work = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [index, [, args]] = next;
        results[index] = await runCli([
          'transcribe',
          ...args.map((arg) => (files.has(arg) ? path.join(folder, arg) : arg)),
        ]);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
  });
  after(() => rm(folder, { recursive: true }));

  for (const [index, [name, , exitCode, said]] of failing.entries()) {
    it(`${name}, and exits with ${exitCode}`, () => {
      const result = results[index]!;
      assert.equal(result.exitCode, exitCode, result.stderr);
      assert.equal(result.stdout, '');
      assert.match(result.stderr, said);
      assert.match(result.stderr, /^flow-asr: .+\n$/, 'more than one line');
      assert.ok(!result.stderr.includes('hunter2'));
    });
  }
});

describe('flow-asr transcribe, with a service that is there', function () {
  this.timeout(20_000);
  const rig = useLibRig();

  it("gives the service's ids of what it refused", async () => {
    await rig.serve({ faults: [{ on: 'configured', do: 'fail', code: 'Arrearage', message: 'No money.' }] });
    const folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
    const recording = path.join(folder, 'hello.wav');
    await writeFile(recording, wav(silence(1000)));
    const { exitCode, stderr } = await runCli(['transcribe', recording, '--address', rig.service.url]);
    await rm(folder, { recursive: true });
    assert.equal(exitCode, 3);
    assert.match(stderr, /No money.*\(session sess_\w+, request event_\w+\)\n$/);
  });

  it('names what came where it is no audio', async () => {
    await rig.serve();
    const folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
    const song = path.join(folder, 'song.ogg');
    await writeFile(song, '<!DOCTYPE html><html><body>Not found</body></html>');
    const { exitCode, stderr } = await runCli(['transcribe', song, '--address', rig.service.url]);
    await rm(folder, { recursive: true });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^flow-asr: What came is an HTML page.*\n$/);
  });
});
