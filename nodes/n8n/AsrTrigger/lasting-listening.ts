import { setTimeout as sleep } from 'node:timers/promises';
import type { AsrError } from '../../../lib';
import { asAsrError, Backoff, Listening, Outage } from '../../../lib/hosts';
import type { ListeningOptions } from '../../../lib/hosts';

export interface LastingOptions extends Omit<ListeningOptions, 'onFailure'> {
  /** Listening has ended and will begin again. Called once for each outage. */
  onOutage: (error: AsrError) => void;
}

/**
 * Listening that begins again, with pauses and without end, whatever has ended it. n8n itself gives up after five
 * attempts within 15 seconds, and still shows the workflow as active.
 */
export class LastingListening {
  readonly #options: LastingOptions;
  readonly #backoff: Backoff;
  readonly #outage: Outage;
  readonly #closing = new AbortController();
  #current: Listening | undefined;
  #isOut = false;
  #again: Promise<void> | undefined;

  constructor(options: LastingOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff);
    this.#outage = new Outage({ say: options.onWarning });
  }

  /** Begins, for a caller that waits for it. @throws AsrError when that fails; then nothing is tried again. */
  start(): Promise<void> {
    return this.#begin();
  }

  /** Begins without a caller that waits; failures are tried again. */
  startInBackground(): void {
    this.#begin().catch((error: unknown) => {
      this.#ended(asAsrError(error, 'CONNECT_FAILED', 'Listening failed'), 0);
    });
  }

  /** Waits for the text of the audio so far, within a time limit, and closes. */
  async finish(boundMs: number): Promise<void> {
    this.#closing.abort();
    await this.#again;
    await this.#current?.finish(boundMs);
  }

  async #begin(): Promise<void> {
    const startedAtMs = performance.now();
    const listening = new Listening({
      ...this.#options,
      onFailure: (error) => {
        this.#ended(error, performance.now() - startedAtMs);
      },
    });
    this.#current = listening;
    await listening.start();
    this.#isOut = false;
    this.#outage.back('Listening');
  }

  #ended(error: AsrError, lastedMs: number): void {
    if (this.#closing.signal.aborted) return;
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
