import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../json';
import { RecogniserError } from './error';

/** Settings of a surrounding `npm run` or `npx` that are meant for another folder. */
const FOREIGN_SETTINGS = [
  'global',
  'location',
  'workspace',
  'workspaces',
  'dry_run',
  'omit',
  'only',
  'production',
  'package_lock',
];

interface Command {
  file: string;
  args: string[];
  shell: boolean;
}

/** The npm of the running Node.js, else the `npm` on the PATH. */
function npmCommand(): Command {
  const nodeFolder = path.dirname(process.execPath);
  const script = [
    // Set inside `npm run` and `npx`; other package managers set it to their own program.
    process.env.npm_execpath?.endsWith('npm-cli.js') ? process.env.npm_execpath : undefined,
    path.join(nodeFolder, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(nodeFolder, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(nodeFolder, '..', 'share', 'nodejs', 'npm', 'bin', 'npm-cli.js'),
  ].find((candidate) => candidate !== undefined && existsSync(candidate));
  if (script !== undefined) return { file: process.execPath, args: [script], shell: false };
  // A .cmd file needs a shell; its arguments contain nothing from the user.
  return process.platform === 'win32'
    ? { file: 'npm.cmd', args: [], shell: true }
    : { file: 'npm', args: [], shell: false };
}

/**
 * Installs the `package-lock.json` in `folder`, checked against its integrity, without running scripts.
 * @throws RecogniserError with npm's own reason. @throws The signal's reason when aborted.
 */
export async function npmCi(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const { file, args, shell } = npmCommand();
  const flags = [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--prefer-offline',
    '--loglevel=error',
    // Without a network npm would otherwise try for more than a minute.
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=500',
  ];
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !FOREIGN_SETTINGS.includes(name.toLowerCase().replace(/^npm_config_/, '')),
    ),
  );
  const child = spawn(file, [...args, ...flags], {
    cwd: folder,
    env,
    shell,
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
    ...(signal ? { signal } : {}),
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-20_000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new RecogniserError(
      `npm, which fetches the recogniser, could not be started (${messageOf(cause)}).`,
      { cause },
    );
  });
  signal?.throwIfAborted();
  if (code !== 0) throw new RecogniserError(npmReason(errors));
}

/** The most informative sentence in npm's output. */
function npmReason(errors: string): string {
  const lines = errors
    .split('\n')
    .filter((line) => /^npm (error|ERR!)/.test(line))
    .map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim())
    .filter(
      (line) =>
        line !== '' && !/^(code|errno|syscall|A complete log|network (This|In most|If you))/.test(line),
    );
  return lines[0] ?? 'npm ended without saying why.';
}
