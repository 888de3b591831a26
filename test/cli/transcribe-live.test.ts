import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { CLI, startCli } from '../support/cli';
import type { CliRun } from '../support/cli';
import { useLibRig } from '../support/lib-rig';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const ROOT = path.join(__dirname, '../..');
const RAW = ['--rate', '16000', '--encoding', 's16le'];
const hasTerminal = spawnSync('script', ['--version']).status === 0;

describe('flow-asr transcribe -, while somebody speaks', function () {
  this.timeout(30_000);
  this.slow(4000);
  const runs: CliRun[] = [];
  // Before the hook of the service, which fails, and ends this suite, where a command still has its connection.
  afterEach(() => {
    for (const { child } of runs.splice(0)) child.kill('SIGKILL');
  });
  const rig = useLibRig();

  function start(...args: string[]): CliRun {
    const run = startCli(
      ['transcribe', '-', ...RAW, '--address', rig.service.url, ...args],
      {},
      { hasInput: true },
    );
    runs.push(run);
    return run;
  }

  it('prints each sentence as soon as it is final, and nothing of those before', async () => {
    await rig.serve({ utterances: ['Good morning.', 'How are you?'] });
    const { child, output, result } = start();
    child.stdin?.write(silence(2000));
    await waitUntil(() => output.stdout !== '', 'the first sentence', 20_000);
    assert.equal(output.stdout, 'Good morning.\n');
    child.stdin?.end(silence(3000));
    const { exitCode, stdout, stderr } = await result;
    assert.deepEqual([exitCode, stdout, stderr], [0, 'Good morning.\nHow are you?\n', '']);
  });

  it('prints interims and finals as lines of JSON while it goes on', async () => {
    await rig.serve({ utterances: ['Good morning.'] });
    const { child, output, result } = start('--json');
    child.stdin?.write(silence(3000));
    await waitUntil(() => output.stdout.includes('"type":"final"'), 'a final', 20_000);
    assert.match(output.stdout, /^\{"file":"-","type":"interim",.*\}$/m);
    assert.doesNotMatch(output.stdout, /"type":"transcript"/);
    child.stdin?.end();
    const { stdout } = await result;
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
    // The process does not keep what it has printed.
    assert.deepEqual([last.type, last.text], ['transcript', '']);
  });

  it('finishes the sentence at Ctrl+C, prints it and exits with 130', async () => {
    const service = await rig.serve({ utterances: ['Good morning everybody here and there.'] });
    const { child, output, result } = start('--json');
    child.stdin?.write(silence(1000));
    await waitUntil(() => output.stdout.includes('"type":"interim"'), 'an interim', 20_000);
    child.kill('SIGINT');
    const { exitCode, stdout } = await result;
    assert.equal(exitCode, 130);
    assert.match(stdout, /"type":"final".*"text":"Good morning everybody here and there\."/);
    await waitUntil(() => service.connectionCount === 0, 'the connection to close');
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`prints what was heard of a recording at ${signal}, reads no further, and exits with ${code}`, async () => {
      await rig.serve({ utterances: ['Good morning.'] }, { keepAudio: true });
      const folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
      const files = ['one.wav', 'two.wav'].map((name) => path.join(folder, name));
      for (const file of files) await writeFile(file, wav(silence(60_000)));
      const args = [
        'transcribe',
        ...files,
        '--pace',
        'realtime',
        '--jobs',
        '1',
        '--address',
        rig.service.url,
      ];
      const run = startCli(args);
      runs.push(run);
      await waitUntil(
        () => (rig.service.sessions[0]?.audioBytes ?? 0) > 32 * 2500,
        'two seconds of audio',
        20_000,
      );
      run.child.kill(signal);
      const { exitCode, stdout, stderr } = await run.result;
      await rm(folder, { recursive: true });
      assert.deepEqual([exitCode, stdout, stderr], [code, `${files[0]}: Good morning.\n`, '']);
      assert.equal(rig.service.sessions.length, 1);
      assert.ok(rig.service.sessions[0]!.audioBytes < 32 * 10_000);
    });
  }

  it('ends at once at the second Ctrl+C', async () => {
    await rig.serve({ utterances: ['Hello.'], faults: [{ on: 'finished', do: 'drop' }] });
    // No other end than the one at once comes within the time of the test.
    const { child, output, result } = start('--verbose', '--finish-timeout-ms', '600000');
    child.stdin?.write(silence(2000));
    await waitUntil(() => output.stdout !== '', 'a sentence', 20_000);
    child.kill('SIGINT');
    await waitUntil(
      () => rig.service.sessions[0]!.received.some((one) => JSON.stringify(one).includes('session.finish')),
      'the finish',
      10_000,
    );
    child.kill('SIGINT');
    const { exitCode } = await result;
    assert.equal(exitCode, 130);
  });

  it('ends quietly when its reader goes away, as head does', async () => {
    await rig.serve({ utterances: ['One.', 'Two.'], loop: true });
    const { child, output, result } = start();
    child.stdin?.on('error', () => undefined);
    child.stdin?.write(silence(2000));
    await waitUntil(() => output.stdout !== '', 'a sentence', 20_000);
    child.stdout?.destroy();
    child.stdin?.write(silence(8000));
    const { exitCode, stderr } = await result;
    assert.deepEqual([exitCode, stderr], [0, '']);
  });

  it('keeps neither the audio nor the text of what it has heard', async function () {
    if (process.platform !== 'linux') this.skip();
    this.timeout(300_000);
    // Much text in little time, so that kept text would show as soon as kept audio.
    await rig.serve({ utterances: ['word'.repeat(10_000)], loop: true }, { keepFrames: false });
    const { child, output, result } = start('--pace-multiple', '1000', '--pace-burst-ms', '600000');
    const piece = silence(10_000);
    const residentMb = async () => {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    };
    let writtenMinutes = 0;
    const write = async (minutes: number) => {
      for (let i = 0; i < minutes * 6; i++) {
        if (child.stdin?.write(piece) === false) {
          await new Promise((resolve) => child.stdin?.once('drain', resolve));
        }
      }
      writtenMinutes += minutes;
      await setImmediate();
    };
    await write(10);
    const beforeMb = await residentMb();
    await write(30);
    let afterMb = await residentMb();
    // What is kept only grows, whereas a busy machine collects its garbage later.
    for (let more = 0; more < 6 && afterMb - beforeMb >= 40; more++) {
      await write(10);
      afterMb = await residentMb();
    }
    child.stdin?.end();
    assert.equal((await result).exitCode, 0);
    const sentences = output.stdout.trimEnd().split('\n').length;
    assert.ok(sentences > writtenMinutes, `${sentences} sentences`);
    assert.ok(
      afterMb - beforeMb < 40,
      `${Math.round(beforeMb)} MB after ten minutes, ${Math.round(afterMb)} MB after ${writtenMinutes}`,
    );
  });
});

describe('flow-asr transcribe at a terminal', function () {
  this.timeout(30_000);
  this.slow(4000);
  const rig = useLibRig();
  let folder = '';
  before(async function () {
    if (!hasTerminal) this.skip();
    folder = await mkdtemp(path.join(tmpdir(), 'asr-'));
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  /** The output at a terminal. `flow-asr` in the command stands for ours. */
  async function atTerminal(command: string): Promise<string> {
    const ours = `'${process.execPath}' '${CLI}'`;
    const child = spawn('script', ['-qec', command.replaceAll('flow-asr ', `${ours} `), '/dev/null'], {
      cwd: ROOT,
      env: { ...process.env, DASHSCOPE_API_KEY: '', TERM: 'xterm' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
    await new Promise((resolve) => child.once('close', resolve));
    return shown;
  }

  it('shows what is being said in one line, and takes it away for the sentence', async () => {
    await rig.serve({ utterances: ['Good morning everybody.'] });
    const file = path.join(folder, 'live.raw');
    await writeFile(file, silence(3000));
    const shown = await atTerminal(
      `cat '${file}' | flow-asr transcribe - ${RAW.join(' ')} --pace realtime --address ${rig.service.url}`,
    );
    assert.ok(shown.includes('Good\r\x1b[J'), shown);
    assert.ok(shown.includes('\r\x1b[JGood morning everybody.\r\n'), shown);
    assert.equal(shown.match(/Good morning everybody\.\r\n/g)?.length, 1);
  });

  it('keeps all of that out of stdout when only stderr is the terminal', async () => {
    await rig.serve({ utterances: ['Good morning everybody.'] });
    const file = path.join(folder, 'live.wav');
    const text = path.join(folder, 'text.txt');
    await writeFile(file, wav(silence(3000)));
    const shown = await atTerminal(
      `flow-asr transcribe '${file}' --pace realtime --address ${rig.service.url} > '${text}'`,
    );
    assert.match(shown, /\[=* *\] Good/);
    assert.equal(await readFile(text, 'utf8'), 'Good morning everybody.\n');
  });

  it('shows a line for each of several files at once, and how many are done', async () => {
    await rig.serve({ utterances: ['Good morning everybody.'] });
    const files: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const file = path.join(folder, `${name}.wav`);
      await writeFile(file, wav(silence(2500)));
      files.push(`'${file}'`);
    }
    const shown = await atTerminal(
      `flow-asr transcribe ${files.join(' ')} --pace realtime --jobs 2 --address ${rig.service.url}`,
    );
    assert.match(shown, /1 of 3 files/);
    assert.ok(shown.includes('\x1b[2A\x1b[J'), shown);
    assert.match(shown, /one\.wav {2}Good/);
    assert.match(shown, /three\.wav: Good morning everybody\.\r\n/);
  });
});
