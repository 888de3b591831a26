import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface ChildProgramOptions {
  /** A list and no shell, so that only the program interprets it. */
  args: readonly string[];
  /** Its path, or a name that the system looks for. */
  program: string;
  /** Whether it reads its standard input. */
  readsInput?: boolean;
  /** Called when it has printed something, or has exited. */
  onChange?: () => void;
}

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;

/** Limit for its messages; the last line counts. */
const MAX_MESSAGE_CHARACTERS = 16 * 1024;
const SAYS_WHY = /error|invalid|refused|denied|unauthorized|not found|no such|could not|unsupported/i;

/** One process of another program: its start, its messages and its end. Whoever started it ends it. */
export class ChildProgram {
  /** Resolves when it runs, or has failed to. */
  readonly started: Promise<void>;
  /** Resolves when it has exited and all its output was read. */
  readonly exited: Promise<void>;
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly #child: Child;
  #messages = '';
  #failure: NodeJS.ErrnoException | undefined;
  #hasExited = false;

  constructor({ args, program, readsInput = false, onChange = () => undefined }: ChildProgramOptions) {
    const child = spawn(program, args, {
      stdio: [readsInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      windowsHide: true,
    }) as Child;
    this.#child = child;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    this.started = new Promise((resolve) => {
      child.once('spawn', resolve);
      child.once('error', () => {
        resolve();
      });
    });
    this.exited = new Promise((resolve) => {
      const exited = (): void => {
        this.#hasExited = true;
        resolve();
        onChange();
      };
      child.on('close', exited);
      child.on('error', (error) => {
        this.#failure = error;
        // A program that never ran emits no close event.
        if (child.pid === undefined) exited();
      });
    });
    // It may stop reading before the end of its input; its exit says why.
    child.stdin?.on('error', () => undefined);
    child.stderr.on('data', (text: Buffer) => {
      this.#messages = (this.#messages + text.toString()).slice(-MAX_MESSAGE_CHARACTERS);
      onChange();
    });
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** Whether it has exited with an error. */
  get hasFailed(): boolean {
    return this.#hasExited && (this.#failure !== undefined || this.#child.exitCode !== 0);
  }

  /** Why it could not be started or ended. */
  get failure(): NodeJS.ErrnoException | undefined {
    return this.#failure;
  }

  get isMissing(): boolean {
    return this.#failure?.code === 'ENOENT';
  }

  /** The last part of its messages. */
  get messages(): string {
    return this.#messages;
  }

  /** The line that most likely explains the failure; empty when there is none. */
  get reason(): string {
    const lines = this.#messages.split(/[\r\n]+/).filter((line) => line.trim() !== '');
    return (lines.findLast((line) => SAYS_WHY.test(line)) ?? lines.at(-1) ?? '').trim();
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (!this.#hasExited) this.#child.kill(signal);
  }
}
