import type { AsrError } from '../../vocabulary/errors';
import { fullJitterMs } from '../../full-jitter';

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
  readonly #policy: ReconnectPolicy;
  readonly #random: () => number;
  #attempts = 0;

  constructor(policy: ReconnectPolicy, random: () => number) {
    this.#policy = policy;
    this.#random = random;
  }

  /** A connection has brought the session on. */
  refill(): void {
    this.#attempts = 0;
  }

  /** The next attempt after this loss, if there is one. */
  next(error: AsrError): { attempt: number; delayMs: number } | undefined {
    if (!this.#isWorthAnAttempt(error) || this.#attempts >= this.#policy.maxAttempts) return undefined;
    const { baseDelayMs, maxDelayMs } = this.#policy;
    const bounds = { attempt: this.#attempts, baseMs: baseDelayMs, maxMs: maxDelayMs };
    this.#attempts += 1;
    return { attempt: this.#attempts, delayMs: fullJitterMs(bounds, this.#random) };
  }

  #isWorthAnAttempt({ retryable, closeCode }: AsrError): boolean {
    // Of a service that has had the model, 1011 is a fault of its own; 1007 may be one of the line, but not twice.
    return retryable || closeCode === 1011 || (closeCode === 1007 && this.#attempts === 0);
  }
}
