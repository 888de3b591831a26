import { Backoff } from '../../base/backoff';
import type { AsrError } from '../../vocabulary/errors';

/** How a lost connection is replaced. */
export interface ReconnectPolicy {
  /** Attempts in a row without success; 0 = a lost connection ends the session. */
  maxAttempts: number;
  /** The first attempt comes after a random part of this; each further one of twice as much. */
  baseDelayMs: number;
  /** No attempt comes later than this after the one before. */
  maxDelayMs: number;
}

/** The budget of attempts, and the time between them. */
export class ReconnectBudget {
  readonly #maxAttempts: number;
  readonly #backoff: Backoff;

  constructor({ maxAttempts, baseDelayMs, maxDelayMs }: ReconnectPolicy, random: () => number) {
    this.#maxAttempts = maxAttempts;
    this.#backoff = new Backoff({ baseMs: baseDelayMs, maxMs: maxDelayMs, random });
  }

  /** A connection has brought the session on. */
  refill(): void {
    this.#backoff.succeeded();
  }

  /** The next attempt after this loss, if there is one. */
  next(error: AsrError): { attempt: number; delayMs: number } | undefined {
    if (!this.#isWorthAnAttempt(error) || this.#backoff.attempts >= this.#maxAttempts) return undefined;
    const delayMs = this.#backoff.nextMs();
    return { attempt: this.#backoff.attempts, delayMs };
  }

  #isWorthAnAttempt({ retryable, closeCode }: AsrError): boolean {
    // Of a service that has had the model, 1011 is a fault of its own; 1007 may be one of the line, but not twice.
    return retryable || closeCode === 1011 || (closeCode === 1007 && this.#backoff.attempts === 0);
  }
}
