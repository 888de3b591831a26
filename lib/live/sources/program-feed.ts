import { ChildProgram } from '../../base/child-program';
import type { AsrError } from '../../vocabulary/errors';
import type { AudioFeed } from './source';
import { watchStalls } from './stall-watch';

/**
 * ffmpeg ends the session with a camera before it exits, which cameras with few viewers need; but a program must not
 * hang.
 */
const GOODBYE_MS = 1000;

/** How a program has ended that was to print audio. */
export interface ProgramEnd {
  /** Whether it is not on this machine. */
  isMissing: boolean;
  /** Why it could not be started. */
  failure: Error | undefined;
  /** Whether it was ended because it gave nothing for too long. */
  isStalled: boolean;
  /** The line of its messages that most likely explains it; may be empty. */
  said: string;
}

export interface ProgramFeedOptions {
  program: string;
  args: readonly string[];
  /** The name of the audio, for people. */
  name: string;
  /** The rate of the 16-bit mono samples that the program prints. */
  rateHz: number;
  stallMs: number;
  reasonOf: (end: ProgramEnd) => AsrError;
}

/**
 * Runs a program that prints 16-bit mono samples; resolves with its first samples.
 * @throws AsrError The reason, when it ends before them.
 */
export async function programFeed(options: ProgramFeedOptions, signal: AbortSignal): Promise<AudioFeed> {
  const run = new ProgramRun(options);
  const stop = (): void => void run.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const head = await run.first();
    return {
      sender: options.name,
      hints: { rate: options.rateHz, channels: 1, encoding: 's16le' },
      chunks: run.from(head),
      close: () => run.close(),
    };
  } catch (error) {
    await run.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** One process, from its start to its end. */
class ProgramRun {
  readonly #reasonOf: (end: ProgramEnd) => AsrError;
  readonly #process: ChildProgram;
  readonly #chunks: AsyncGenerator<Uint8Array, void, undefined>;
  #isStalled = false;

  constructor({ program, args, stallMs, reasonOf }: ProgramFeedOptions) {
    this.#reasonOf = reasonOf;
    this.#process = new ChildProgram({ args, program });
    this.#chunks = watchStalls(this.#process.stdout, stallMs, () => {
      this.#isStalled = true;
      void this.close();
    });
  }

  async first(): Promise<Uint8Array> {
    const { done, value } = await this.#next();
    if (done) throw this.#reason();
    return value;
  }

  async *from(head: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    yield head;
    for (;;) {
      const { done, value } = await this.#next();
      if (done) return;
      yield value;
    }
  }

  async close(): Promise<void> {
    // Unread output would keep the process from being over.
    this.#process.stdout.destroy();
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.#process.kill('SIGKILL');
    }, GOODBYE_MS);
    await this.#process.exited;
    clearTimeout(timer);
    await this.#chunks.return().catch(() => undefined);
  }

  async #next(): Promise<IteratorResult<Uint8Array, void>> {
    const next = await this.#chunks.next().catch(() => undefined);
    if (next && !next.done) return next;
    await this.#process.exited;
    if (!next || this.#isStalled || this.#process.hasFailed) throw this.#reason();
    return next;
  }

  #reason(): AsrError {
    const { isMissing, failure, reason: said } = this.#process;
    return this.#reasonOf({ isMissing, failure, isStalled: this.#isStalled, said });
  }
}
