// Functions that the scripts share. It imports nothing that has to be installed, because scripts run on a fresh
// clone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** The exit code of an interrupted program, as shells have it for SIGINT. */
const ENDED = 130;
const ENDS_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 100;

/** The time of the last change in the files and folders of the repository, deeply. Deleting counts as a change. */
export function newestChangeMs(names) {
  const newest = (file) => {
    const stats = statSync(file);
    if (!stats.isDirectory()) return stats.mtimeMs;
    return Math.max(stats.mtimeMs, ...readdirSync(file).map((name) => newest(path.join(file, name))));
  };
  return Math.max(...names.map((name) => newest(path.join(root, name))));
}

/** Runs `npm ci` in the folder when it has no packages, or others than its lockfile. */
export async function installIfNeeded(folder, { log, flags = [] }) {
  if (isInstalled(folder)) return;
  log(`Installing packages in ${path.relative(root, folder) || 'this folder'} …`);
  await runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error', ...flags], folder);
}

/** npm leaves a record of what it has installed. Optional packages may be for other systems. */
function isInstalled(folder) {
  const installed = path.join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const found = packagesOf(installed);
  return Object.entries(packagesOf(path.join(folder, 'package-lock.json'))).every(
    ([place, { version, integrity, optional }]) =>
      place === '' ||
      optional ||
      (found[place]?.version === version && found[place]?.integrity === integrity),
  );
}

/** Runs the npm of the running Node.js. */
async function runNpm(args, cwd) {
  const script = process.env.npm_execpath;
  const isScript = script?.endsWith('npm-cli.js');
  const shell = !isScript && process.platform === 'win32';
  const [file, ...first] = isScript ? [process.execPath, script] : [shell ? 'npm.cmd' : 'npm'];
  const code = await run(file, [...first, ...args], { cwd, shell });
  if (code !== 0) throw new Error(`\`npm ${args[0]}\` failed with exit code ${code}.`);
}

let toldToEnd;

/**
 * A signal that aborts when this process is told to end. The shell between npm and this process passes no signal on;
 * when the shell has ended, this process has another parent.
 */
export function endingSignal() {
  if (toldToEnd) return toldToEnd.signal;
  toldToEnd = new AbortController();
  for (const name of ENDING_SIGNALS) process.on(name, () => toldToEnd.abort());
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && toldToEnd.abort(), LOOK_EVERY_MS).unref();
  return toldToEnd.signal;
}

/**
 * Runs a program to its end on this process's terminal, and returns its exit code. When this process is told to end,
 * it ends the program with everything that it has started.
 * @param options.isGroup Whether it gets a process group of its own, which cannot read from the terminal.
 * @param options.onSpawn Called with the child when it runs.
 */
export async function run(file, args, { isGroup = true, onSpawn, stdio = 'inherit', ...options } = {}) {
  const signal = endingSignal();
  if (signal.aborted) return ENDED;
  const detached = isGroup && process.platform !== 'win32';
  const child = spawn(file, args, { cwd: root, stdio, detached, ...options });
  let ended;
  const end = () => (ended = endProcess(detached ? -child.pid : child.pid));
  signal.addEventListener('abort', end, { once: true });
  try {
    onSpawn?.(child);
    const [code] = await once(child, 'close');
    return code ?? ENDED;
  } finally {
    signal.removeEventListener('abort', end);
    // Processes that it has left behind end with it.
    await (ended ?? (detached && end()));
  }
}

/** Ends a process, or a group by its negative id, and kills it after a while. */
async function endProcess(pid) {
  for (let waitedMs = 0; tell(pid, waitedMs === 0 ? 'SIGTERM' : 0); waitedMs += LOOK_EVERY_MS) {
    if (waitedMs > ENDS_WITHIN_MS) tell(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function tell(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** The port if nobody listens on it, else any free one. */
export async function freePort(preferred) {
  for (const port of [preferred, 0]) {
    const server = createServer();
    const found = await new Promise((resolve) => {
      server.once('error', () => resolve(undefined));
      server.listen(port, '127.0.0.1', () => resolve(server.address().port));
    });
    if (found === undefined) continue;
    await new Promise((resolve) => server.close(resolve));
    return found;
  }
  throw new Error('No port of 127.0.0.1 can be listened on.');
}
