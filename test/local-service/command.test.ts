import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { REALTIME } from '../support/local-service';
import { RawClient } from '../support/raw-client';
import { waitUntil } from '../support/wait-until';

const SERVICE = path.join(__dirname, '../../dist/bin/service.js');
const RUN = `require(${JSON.stringify(SERVICE)}).runService(process.argv.slice(1)).then((code) => { process.exitCode = code; });`;

interface Run {
  child: ChildProcess;
  stdout: string;
  stderr: string;
  code: number | null | undefined;
}

describe('flow-asr service', function () {
  this.timeout(20_000);
  let runs: Run[] = [];
  afterEach(() => {
    for (const { child } of runs) child.kill('SIGKILL');
    runs = [];
  });

  function start(args: string[], env: NodeJS.ProcessEnv = {}): Run {
    const child = spawn(process.execPath, ['-e', RUN, '--', ...args], {
      env: { ...process.env, ...env },
    });
    const run: Run = { child, stdout: '', stderr: '', code: undefined };
    child.stdout.on('data', (text) => (run.stdout += String(text)));
    child.stderr.on('data', (text) => (run.stderr += String(text)));
    child.on('close', (code) => (run.code = code));
    runs.push(run);
    return run;
  }

  async function ended(run: Run): Promise<Run> {
    await waitUntil(() => run.code !== undefined, 'the end of the process', 15_000);
    return run;
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`prints its address and nothing else on stdout, and ends cleanly at ${signal}`, async () => {
      const run = start(['--port', '0', '--engine', 'script']);
      await waitUntil(() => run.stdout.includes('\n'), 'the address', 15_000);
      const url = /^listening on (ws:\/\/127\.0\.0\.1:\d+)\n$/.exec(run.stdout)?.[1];
      assert.ok(url, run.stdout);
      const client = await RawClient.open(url + REALTIME);
      await client.next('session.created');
      run.child.kill(signal);
      await client.untilClosed();
      assert.equal((await ended(run)).code, 0);
      assert.equal(run.stdout.split('\n').length, 2);
    });
  }

  it('takes its key from the environment and never shows it', async () => {
    const run = start(['--port', '0', '--engine', 'script'], { FLOW_ASR_SERVICE_API_KEY: 'sk-secret' });
    await waitUntil(() => run.stdout.includes('\n'), 'the address', 15_000);
    const url = run.stdout.trim().replace('listening on ', '');
    await assert.rejects(RawClient.open(url + REALTIME), /401/);
    const client = await RawClient.open(url + REALTIME, { headers: { authorization: 'Bearer sk-secret' } });
    client.close();
    run.child.kill('SIGTERM');
    await ended(run);
    assert.doesNotMatch(run.stdout + run.stderr, /sk-secret/);
  });

  const mistakes: [string[], RegExp][] = [
    [['--port', 'eighty'], /^--port must be a whole number from 0 to 65535, not "eighty"\./],
    [['--engine', 'magic'], /^--engine must be recogniser or script, not "magic"\./],
    [['--nonsense'], /^Unknown option '--nonsense'\./],
    [['--engine', 'script', '--script', 'missing.yaml'], /^missing\.yaml: cannot be read/],
    [['--engine', 'script', '--hot-words-file', '.'], /^\.: cannot be read/],
  ];
  for (const [args, message] of mistakes) {
    it(`says in one sentence what is wrong with ${args.join(' ')}, and ends with 2`, async () => {
      const run = await ended(start(args));
      assert.equal(run.code, 2);
      assert.match(run.stderr.replaceAll(/^npm warn.*\n/gm, ''), message);
      assert.equal(run.stderr.trim().split('\n').length, 1);
      assert.equal(run.stdout, '');
    });
  }

  it('explains itself with --help', async () => {
    const run = await ended(start(['--help']));
    assert.equal(run.code, 0);
    for (const flag of [
      '--port',
      '--host',
      '--engine',
      '--script',
      '--hot-words-file',
      '--api-key',
      'FLOW_ASR_SERVICE_API_KEY',
      'FLOW_ASR_CACHE',
    ]) {
      assert.ok(run.stdout.includes(flag), flag);
    }
  });
});
