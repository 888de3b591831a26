import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');

export interface CliResult {
  /** `null` when a signal ended it. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface CliRun {
  child: ChildProcess;
  result: Promise<CliResult>;
}

/** Starts `flow-asr` from its source in a process of its own, without a key unless `env` has one. */
export function startCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): CliRun {
  const inherited = { ...process.env };
  delete inherited.DASHSCOPE_API_KEY;
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', 'bin/flow-asr.ts', ...args], {
    cwd: ROOT,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const result = new Promise<CliResult>((resolve) => {
    child.once('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
  return { child, result };
}

export function runCli(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CliResult> {
  return startCli(args, env).result;
}
