import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../base/backoff';
import type { BackoffOptions } from '../base/backoff';
import { Outage } from '../base/outage';
import { asAsrError } from '../vocabulary/errors';
import type { AsrError } from '../vocabulary/errors';

/** One attempt, which begins once, may fail, and is then closed. */
export interface Attempt {
  /** @throws AsrError when it cannot begin. */
  start: () => Promise<void>;
  /** Resolves when nothing is left open. */
  close: () => Promise<void>;
}

export interface LastingOptions<T extends Attempt> {
  /** Makes the next attempt, which tells once when nothing more will come of it. */
  make: (onFailure: (error: AsrError) => void) => T;
  /** The attempt has ended and another one will follow. Called once for each outage. */
  onOutage: (error: AsrError) => void;
  /** The same for each attempt of an outage, with the reason as it was thrown. */
  onFailed?: (thrown: unknown) => void;
  onWarning: (message: string) => void;
  /** An attempt has begun well. */
  onBegun?: () => void;
  backoff?: BackoffOptions | undefined;
}

/**
 * Listening to a live source, or following one, that begins again, with pauses and without end, whatever has ended it:
 * a camera may be off for a week, and a port in use until another program is gone.
 */
export class Lasting<T extends Attempt> {
  readonly #options: LastingOptions<T>;
  readonly #backoff: Backoff;
  readonly #outage: Outage;
  readonly #closing = new AbortController();
  #current: T | undefined;
  #isOut = false;
  #again: Promise<void> | undefined;

  constructor(options: LastingOptions<T>) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff);
    this.#outage = new Outage({ say: options.onWarning });
  }

  /** Begins, for a caller that waits for it. @throws AsrError when that fails; then nothing is tried again. */
  start(): Promise<void> {
    return this.#begin(true);
  }

  /** Begins without a caller that waits; failures are tried again. */
  startInBackground(): void {
    this.#begin(false).catch((error: unknown) => {
      this.#ended(error, 0);
    });
  }

  /**
   * Begins no more, and ends the present attempt.
   * @param end How it is ended. Default: closed at once.
   */
  async stop(end: (current: T) => Promise<void> = (current) => current.close()): Promise<void> {
    this.#closing.abort();
    await this.#again;
    if (this.#current) await end(this.#current);
  }

  /** An attempt may fail while it begins, and its start then rejects as well: that is one failure. */
  async #begin(isAwaited: boolean): Promise<void> {
    const startedAtMs = performance.now();
    let isBeginning = true;
    let failed: AsrError | undefined;
    const attempt = this.#options.make((error) => {
      if (failed) return;
      failed = error;
      if (!isBeginning) this.#ended(error, performance.now() - startedAtMs);
    });
    this.#current = attempt;
    const failure = (): AsrError | undefined => failed;
    try {
      await attempt.start();
    } catch (error) {
      throw failure() ?? error;
    } finally {
      isBeginning = false;
    }
    const early = failure();
    if (early && isAwaited) throw early;
    if (early) {
      this.#ended(early, performance.now() - startedAtMs);
      return;
    }
    this.#isOut = false;
    this.#outage.back('Listening');
    this.#options.onBegun?.();
  }

  #ended(thrown: unknown, lastedMs: number): void {
    if (this.#closing.signal.aborted) return;
    const error = asAsrError(thrown, 'CONNECT_FAILED', 'Listening failed');
    this.#options.onFailed?.(thrown);
    const delayMs = this.#backoff.nextMs(lastedMs);
    this.#outage.lost(error.message, delayMs);
    if (!this.#isOut) this.#options.onOutage(error);
    this.#isOut = true;
    this.#again = this.#beginLater(delayMs);
  }

  async #beginLater(delayMs: number): Promise<void> {
    const { signal } = this.#closing;
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    // Its port and its connections must be free by then.
    await this.#current?.close();
    if (!signal.aborted) this.startInBackground();
  }
}
