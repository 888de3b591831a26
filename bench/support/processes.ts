/** The processes of a measurement: the measured one on one core, and its service on the other. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** The cores of the two sides. A machine with one core runs both on it, and the output says so. */
const CLIENT_CORE = '0';
const SERVICE_CORE = '1';

/** Whether processes can be bound to a core here. */
export const CAN_PIN = spawnSync('taskset', ['-c', SERVICE_CORE, 'true']).status === 0;

const BENCH = path.join(__dirname, '..');
const MAX_RUN_MS = 300_000;

export interface RunOptions {
  core?: string;
  nodeFlags?: readonly string[];
  cwd?: string;
}

/**
 * Runs `bench/<script>` in a process of its own and resolves with the JSON of its last line.
 * @throws Error with what it printed, when it fails or prints none.
 */
export async function run<T>(script: string, input: object, options: RunOptions = {}): Promise<T> {
  const child = start(script, [JSON.stringify(input)], { core: CLIENT_CORE, ...options });
  const bound = setTimeout(() => child.kill('SIGKILL'), MAX_RUN_MS);
  let output = '';
  child.stdout?.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(bound);
  const last = output.trim().split('\n').at(-1) ?? '';
  if (code !== 0 || !last.startsWith('{')) {
    throw new Error(`bench/${script} ${JSON.stringify(input)} ended with ${String(code)}: ${output}`);
  }
  return JSON.parse(last) as T;
}

/** A service that runs until `stop`. */
export interface Service {
  url: string;
  stop: () => void;
}

export async function startSink(input: object = {}): Promise<Service> {
  const child = start('support/sink.ts', [JSON.stringify(input)], { core: SERVICE_CORE });
  if (!child.stdout) throw new Error('The sink has no output.');
  for await (const line of createInterface(child.stdout)) {
    return { url: line, stop: () => child.kill('SIGKILL') };
  }
  throw new Error('The sink did not start.');
}

function start(
  script: string,
  args: readonly string[],
  { core, nodeFlags = [], cwd }: RunOptions,
): ChildProcess {
  const file = path.join(BENCH, script);
  const loader = file.endsWith('.ts') ? ['--require', 'tsx/cjs'] : [];
  const command = [process.execPath, ...nodeFlags, ...loader, file, ...args];
  const [program = '', ...rest] = CAN_PIN && core ? ['taskset', '-c', core, ...command] : command;
  return spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: cwd ?? path.join(BENCH, '..'),
    env: { ...process.env, NODE_ENV: 'production' },
  });
}
