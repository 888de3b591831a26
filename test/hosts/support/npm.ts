import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs the npm of the Node.js that runs the tests, and returns its output. */
export async function npm(args: string[], cwd: string): Promise<string> {
  const script = process.env.npm_execpath;
  const isNpm = script?.endsWith('npm-cli.js') ?? false;
  const [file, first] = isNpm ? [process.execPath, [script!]] : ['npm', []];
  const options = { cwd, maxBuffer: 10_000_000, shell: !isNpm && process.platform === 'win32' };
  const { stdout } = await promisify(execFile)(file, [...first, ...args], options);
  return stdout;
}
