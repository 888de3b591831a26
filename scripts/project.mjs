// What the scripts share. Imports nothing that has to be installed: they run on a fresh clone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The time of the last change in the files and folders (of the repository, deeply); deleting is a change too. */
export function newestChangeMs(names) {
  const newest = (file) => {
    const stats = statSync(file);
    if (!stats.isDirectory()) return stats.mtimeMs;
    return Math.max(stats.mtimeMs, ...readdirSync(file).map((name) => newest(path.join(file, name))));
  };
  return Math.max(...names.map((name) => newest(path.join(root, name))));
}

/** Runs `npm ci` in the folder when it has no packages, or others than its lockfile says. */
export async function installIfNeeded(folder, { log, signal, flags = [] }) {
  if (isInstalled(folder)) return;
  log(`Installing packages in ${path.relative(root, folder) || 'this folder'} …`);
  await runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error', ...flags], { cwd: folder, signal });
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

/** npm, as it belongs to the running Node. Rejects when it fails; its own words are on the terminal by then. */
export function runNpm(args, options = {}) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('npm-cli.js')) return run(process.execPath, [script, ...args], options);
  const isWindows = process.platform === 'win32';
  return run(isWindows ? 'npm.cmd' : 'npm', args, { ...options, shell: isWindows });
}

/** Runs a program to its end, with this process's terminal. Rejects when it fails. */
export async function run(file, args, options = {}) {
  const code = await new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(status ?? `signal ${signal}`));
  });
  if (code === 0) return;
  const command = [path.basename(file), ...args.map((arg) => path.basename(arg))].join(' ');
  throw new Error(`\`${command}\` failed with exit code ${code}.`);
}

/** Runs Node with these arguments and this process's terminal; its exit code, whatever it is. */
export async function runTool(args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  return code ?? 1;
}

/** Runs a program to its end and keeps what it prints. */
export async function capture(file, args, options = {}) {
  const child = spawn(file, args, { cwd: root, ...options });
  let output = '';
  const keep = (text) => (output += text);
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { code, output };
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
