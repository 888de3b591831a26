import { once } from 'node:events';
import { EXIT } from './exit-codes';

const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;
/** Closing takes less time. A peer that does not let go must not hold the terminal. */
const ENDS_WITHIN_MS = 1000;

/** Ctrl+C and SIGTERM: the first finishes what was heard so far, a second one ends at once. */
export class Interrupt implements Disposable {
  readonly #finishing = new AbortController();
  readonly #ending = new AbortController();
  #exitCode: number | undefined;
  #isDone = false;

  constructor() {
    for (const signal of Object.keys(SIGNALS)) process.on(signal, this.#onSignal);
  }

  /** Aborts at the first: nothing more is read, and what was heard is still printed. */
  get finishing(): AbortSignal {
    return this.#finishing.signal;
  }

  /** Aborts at the second: everything ends at once. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** The exit code of an interrupted command; `undefined` where nobody interrupted it. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /**
   * From now on a signal ends the process, since only output is left that nobody has taken. The listeners stay, because
   * a signal that comes while Node.js removes one may be lost, or ends the process without an exit code.
   */
  [Symbol.dispose](): void {
    this.#isDone = true;
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.#exitCode ??= SIGNALS[signal as keyof typeof SIGNALS];
    if (this.#isDone) process.exit(this.#exitCode);
    if (!this.#finishing.signal.aborted) {
      this.#finishing.abort();
      return;
    }
    this.#ending.abort();
    const exitCode = this.#exitCode;
    setTimeout(() => process.exit(exitCode), ENDS_WITHIN_MS).unref();
  };
}

/** Resolves when the signal aborts, or at once where it has. */
export function aborted(signal: AbortSignal): Promise<unknown> {
  return signal.aborted ? Promise.resolve() : once(signal, 'abort');
}
