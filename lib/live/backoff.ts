import { fullJitterMs } from '../full-jitter';

export interface BackoffOptions {
  /** The longest first delay. Default 1000. */
  baseMs?: number;
  /** Bound of the delays that double from there. Default 60000. */
  maxMs?: number;
  /** Something that lasted as long counts as a success: the next delay is a first one again. Default 30000. */
  steadyMs?: number;
  /** From 0 to 1. Default `Math.random`. */
  random?: () => number;
}

/** Delays between attempts that never end. */
export class Backoff {
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #steadyMs: number;
  readonly #random: () => number;
  #attempt = 0;

  constructor({
    baseMs = 1000,
    maxMs = 60_000,
    steadyMs = 30_000,
    random = Math.random,
  }: BackoffOptions = {}) {
    this.#baseMs = baseMs;
    this.#maxMs = maxMs;
    this.#steadyMs = steadyMs;
    this.#random = random;
  }

  /** @param lastedMs How long it went well this time. */
  nextMs(lastedMs: number): number {
    if (lastedMs >= this.#steadyMs) this.#attempt = 0;
    const delayMs = fullJitterMs(
      { attempt: this.#attempt, baseMs: this.#baseMs, maxMs: this.#maxMs },
      this.#random,
    );
    this.#attempt += 1;
    return delayMs;
  }
}
