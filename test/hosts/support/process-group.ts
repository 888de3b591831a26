import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { waitUntil } from '../../support/wait-until';

const running = new Set<ProcessGroup>();

/** Nothing that the tests started outlives them, whatever ends them. */
process.on('exit', () => {
  for (const group of running) group.kill();
});
for (const [signal, exitCode] of [
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => process.exit(exitCode));
}

/** A program in a process group of its own, so that all that it starts ends with it. */
export class ProcessGroup {
  readonly #child: ChildProcess;
  #output = '';
  #failure: Error | undefined;

  constructor(file: string, args: string[], options: SpawnOptions = {}) {
    this.#child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this);
    this.#child.once('error', (error) => (this.#failure = error));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
  }

  /** Its output so far. */
  get output(): string {
    return this.#output;
  }

  /** The exit code of the program, or the name of the signal that ended it. */
  get ending(): number | string | undefined {
    return this.#failure?.message ?? this.#child.exitCode ?? this.#child.signalCode ?? undefined;
  }

  /** Whether any process of the group exists. */
  get isAlive(): boolean {
    return this.#signal(0);
  }

  /** Waits until something is so. @throws Error with what the program has printed, when it never is or the program ended. */
  async until(isSo: () => boolean, what: string, timeoutMs: number): Promise<void> {
    try {
      await waitUntil(() => isSo() || this.ending !== undefined, what, timeoutMs);
      if (!isSo()) throw new Error(`It ended with ${this.ending} before ${what}.`);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.#output.slice(-10_000)}`, { cause: error });
    }
  }

  /**
   * Asks the program to end as a service manager does, and makes sure that nothing of its group is left.
   * @throws Error when it did not end by itself in time, or left processes behind.
   */
  async stop(withinMs: number): Promise<void> {
    if (this.ending === undefined) this.#child.kill('SIGTERM');
    try {
      await waitUntil(() => this.ending !== undefined && !this.isAlive, 'the program to end', withinMs);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.#output.slice(-5000)}`, { cause: error });
    } finally {
      this.kill();
    }
  }

  kill(): void {
    running.delete(this);
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals | 0): boolean {
    const { pid } = this.#child;
    if (pid === undefined) return false;
    try {
      return process.kill(-pid, signal);
    } catch {
      return false;
    }
  }
}
