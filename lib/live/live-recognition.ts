import { setTimeout as sleep } from 'node:timers/promises';
import { HeldSession } from '../held-session';
import { AsrError } from '../vocabulary/errors';
import type { SessionEvent } from '../vocabulary/events';
import type { Session } from '../session/options';
import { Backoff } from '../base/backoff';
import type { BackoffOptions } from '../base/backoff';
import { Outage } from '../base/outage';
import { continued } from './continued';

export interface LiveRecognitionOptions {
  openSession: () => Session;
  onEvent: (event: SessionEvent) => void;
  /** Recognition will not work again by itself, for example because the key is wrong. */
  onFailure: (error: AsrError) => void;
  onWarning: (message: string) => void;
  backoff?: BackoffOptions;
}

/**
 * The recognition of one stream. It uses one session, or another one where a session fails with a retryable error.
 */
export class LiveRecognition {
  readonly #options: LiveRecognitionOptions;
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();
  #session: HeldSession | undefined;
  #sessionsBefore = 0;
  /** Length of the audio of earlier sessions. */
  #offsetMs = 0;
  #openedAtMs: number | undefined;
  #notBeforeMs = 0;
  /** Until it is ready, a failure is only reported to the caller that waits for that. */
  #isAwaited = false;
  #failure: AsrError | undefined;
  readonly #outage: Outage;

  constructor(options: LiveRecognitionOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff);
    this.#outage = new Outage({ say: options.onWarning });
  }

  /** Opens the first session. @throws AsrError when that fails. */
  async open(): Promise<void> {
    this.#isAwaited = true;
    try {
      await this.#start().ready();
    } finally {
      this.#isAwaited = false;
    }
  }

  /**
   * Resolves when the audio is accepted; waits while there is no session to accept it.
   * @throws AsrError The error that ended the recognition for good, or `ABORTED`.
   */
  async append(pcm: Uint8Array): Promise<void> {
    for (;;) {
      const session = await this.#current();
      try {
        await session.append(pcm, { encoding: 's16le', isDecoded: true });
        return;
      } catch (error) {
        if (!session.isClosed) throw error;
        // The session failed meanwhile. The audio belongs to the next one, if there will be one.
      }
    }
  }

  /** No audio comes for now, so the words so far should not wait for more. */
  endSentence(): void {
    this.#session?.commit().catch(() => undefined);
  }

  /** Waits for the last results and closes. */
  async finish(): Promise<void> {
    await this.#session?.finish().catch(() => undefined);
    this.close();
  }

  /** Closes at once. */
  close(): void {
    this.#closing.abort();
    this.#session?.abort();
  }

  async #current(): Promise<HeldSession> {
    const { signal } = this.#closing;
    const waitMs = this.#notBeforeMs - performance.now();
    if (waitMs > 0 && !this.#failure) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    if (this.#failure) throw this.#failure;
    if (signal.aborted) throw new AsrError('ABORTED', 'The recognition was stopped.');
    return this.#session && !this.#session.isClosed ? this.#session : this.#start();
  }

  #start(): HeldSession {
    const session = this.#options.openSession();
    const held = new HeldSession(session);
    this.#session = held;
    this.#openedAtMs = undefined;
    session.on('event', (event) => {
      if (this.#closing.signal.aborted) return;
      if (event.type === 'opened') this.#openedAtMs ??= performance.now();
      if (event.type === 'reconnecting') this.#outage.lost(event.reason, event.delayMs);
      if (event.type === 'opened' || event.type === 'resumed') this.#outage.back('Recognition');
      const isFirst = this.#sessionsBefore === 0;
      this.#options.onEvent(isFirst ? event : continued(event, this.#sessionsBefore, this.#offsetMs));
      if (event.type === 'error' || event.type === 'finished') this.#ended(event);
    });
    return held;
  }

  #ended(event: Extract<SessionEvent, { type: 'error' | 'finished' }>): void {
    this.#sessionsBefore += 1;
    this.#offsetMs += event.statistics.audioInMs;
    if (event.type === 'finished' || this.#isAwaited) return;
    const { error } = event;
    if (!error.retryable) {
      this.#failure = error;
      this.#options.onFailure(error);
      return;
    }
    const lastedMs = this.#openedAtMs === undefined ? 0 : performance.now() - this.#openedAtMs;
    const delayMs = this.#backoff.nextMs(lastedMs);
    this.#notBeforeMs = performance.now() + delayMs;
    this.#outage.lost(`Recognition was interrupted. ${error.message}`, delayMs);
  }
}
