import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { eventually } from '../support/eventually';

const ROOT = path.join(__dirname, '../..');
const STARTS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 20_000;
const IS_WINDOWS = process.platform === 'win32';

/** A command as it is typed, in a process group of its own as a terminal gives it one. */
function startCommand(command: string) {
  const child = spawn(`exec ${command}`, {
    cwd: ROOT,
    shell: true,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Variables of the mocha that runs this test, which another mocha would take for its own.
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      FLOW_ASR_TEST_QUEUE_MODE: '',
      FLOW_ASR_TEST_ENDS_WITHIN_MS: '2000',
    },
  });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output.text += text));
  }
  const closed = once(child, 'close');
  return {
    child,
    output,
    pid: child.pid ?? 0,
    closed,
    /** The wait is bounded, so that the test kills a command that would not end. */
    closedInTime: () => {
      const tooLate = AbortSignal.timeout(ENDS_WITHIN_MS);
      return Promise.race([
        closed,
        once(tooLate, 'abort').then(() => assert.fail(`It runs on: ${output.text}`)),
      ]);
    },
  };
}

/** All processes that descend from this one. */
function descendantsOf(pid: number): { pid: number; command: string }[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  const all = [...stdout.matchAll(/^ *(\d+) +(\d+) +(.*)$/gm)];
  const childrenOf = (parent: number): { pid: number; command: string }[] =>
    all
      .filter(([, , ppid]) => Number(ppid) === parent)
      .flatMap(([, child, , command = '']) => [
        { pid: Number(child), command },
        ...childrenOf(Number(child)),
      ]);
  return childrenOf(pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('the commands of package.json', function () {
  before(function () {
    if (IS_WINDOWS) this.skip();
  });

  const WRONG: readonly [string, RegExp][] = [
    ['npm start -- --onse', /--onse/],
    ['npm start -- --port 0', /--port/],
    ['npm start -- --port 70000', /--port/],
    ['npm start -- now', /now/],
    ['npm test -- --gerp x', /--gerp/],
    ['npm test -- test/lib/no-such.test.ts', /no-such/],
    ['npm run test:hosts -- --no-such-flag', /--no-such-flag/],
    ['npm run chaos -- --duration 120', /duration.*"120"/],
    ['npm run chaos -- --sessions many', /number.*"many"/],
    ['npm run chaos -- --concurrency 0', /at least 1/],
    ['npm run chaos -- --seeds 3', /--seeds/],
    ['npm run soak -- --sessions 0', /at least 1/],
    ['npm run soak -- --duration 1.2.3s', /duration/],
    ['npm run soak -- --time-scale', /--time-scale/],
    ['npm run bench -- --chek', /--chek/],
    ['npm run bench -- cpus', /cpus/],
    ['npm run flow-asr -- service --prot 1', /--prot/],
    ['npm run flow-asr -- transcribe --no-such-flag', /--no-such-flag/],
    ['npm run flow-asr -- inspect --no-such-flag', /--no-such-flag/],
    ['npm run flow-asr -- serve', /serve/],
  ];
  for (const [command, reason] of WRONG) {
    it(`end with the reason and leave nothing running: ${command}`, async () => {
      const { child, output, closed } = startCommand(command);
      await closed;
      assert.match(output.text, reason);
      assert.notEqual(child.exitCode, 0, output.text);
    });
  }

  it('end with a failure where a test has left something open: npm test', async function () {
    this.timeout(STARTS_WITHIN_MS + 60_000);
    const file = path.join(ROOT, 'test', `left-open-${process.pid}.test.ts`);
    writeFileSync(
      file,
      "it('passes, and its timer goes on', () => void setInterval(() => undefined, 1000));",
    );
    try {
      const { child, output, closed } = startCommand(`npm test -- ${path.relative(ROOT, file)}`);
      await closed;
      assert.match(output.text, /has left something open/);
      assert.match(output.text, /1 passed, 1 failed/);
      assert.equal(child.exitCode, 1);
    } finally {
      rmSync(file);
    }
  });

  const folder = mkdtempSync(path.join(os.tmpdir(), 'flow-asr-commands-'));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Each command with a process that must run before the command is told to end. */
  const LONG: readonly [string, RegExp][] = [
    [`npm start -- --folder ${folder}`, /^node-red/],
    ['npm run chaos -- --seed 1', /service-child/],
    ['npm run soak -- --seed 1 --duration 10m', /service-child/],
    ['npm run bench -- cpu', /bench\/\S*sink\.ts/],
    ['npm run flow-asr -- service --port 0', /flow-asr\.js/],
    ['npm test -- test/chaos/chaos.test.ts', /service-child/],
  ];
  for (const [command, awaited] of LONG) {
    for (const way of ['kill', 'Ctrl+C'] as const) {
      it(`end all that they have started: ${command}, by ${way}`, async () => {
        const { pid, output, closedInTime } = startCommand(command);
        let processes = descendantsOf(pid);
        try {
          await eventually(
            () => {
              processes = descendantsOf(pid);
              return Promise.resolve(processes.some((one) => awaited.test(one.command)));
            },
            `${String(awaited)} to run: ${output.text}`,
            STARTS_WITHIN_MS,
          );
          // A terminal signals the whole group. `kill` signals npm alone, whose shell passes nothing on.
          if (way === 'kill') process.kill(pid, 'SIGTERM');
          else process.kill(-pid, 'SIGINT');
          await closedInTime();
          await eventually(
            () => Promise.resolve(!processes.some((one) => isAlive(one.pid))),
            `the end of all of ${JSON.stringify(processes)}`,
            ENDS_WITHIN_MS,
          );
        } finally {
          for (const one of [{ pid }, ...processes]) if (isAlive(one.pid)) process.kill(one.pid, 'SIGKILL');
        }
      });
    }
  }
});
