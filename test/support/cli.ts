import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');

/** The built command, as users get it. From its source it takes three times as long to start. */
export const CLI = path.join(ROOT, 'dist/bin/flow-asr.js');

export interface CliResult {
  /** `null` when a signal ended it. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface CliRun {
  child: ChildProcess;
  /** What has been printed so far. */
  output: { stdout: string; stderr: string };
  result: Promise<CliResult>;
}

/**
 * Starts the built `flow-asr` in a process of its own, without a key unless `env` has one.
 * @param options Whether the caller writes to its standard input.
 */
export function startCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  { hasInput = false }: { hasInput?: boolean } = {},
): CliRun {
  const inherited = { ...process.env };
  delete inherited.DASHSCOPE_API_KEY;
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: ROOT,
    env: { ...inherited, ...env },
    stdio: [hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  // A failed test may not have waited for its end.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('close', () => process.off('exit', kill));
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const result = new Promise<CliResult>((resolve) => {
    child.once('close', (exitCode) => {
      resolve({ exitCode, ...output });
    });
  });
  return { child, output, result };
}

/** @param input Its standard input; by default it has none. */
export function runCli(args: readonly string[], env?: NodeJS.ProcessEnv, input?: string): Promise<CliResult> {
  const { child, result } = startCli(args, env, { hasInput: input !== undefined });
  // A command that reads nothing may have ended before.
  child.stdin?.on('error', () => undefined).end(input);
  return result;
}
