export interface BackoffOptions {
  /** The upper bound of the first delay. Default 1000. */
  baseMs?: number;
  /** The upper bound of the growing delays. Default 60000. */
  maxMs?: number;
  /** An attempt that lasted this long counts as a success, so the next delay is a first one again. Default 30000. */
  steadyMs?: number;
  /** A random number from 0 to 1. Default `Math.random`. */
  random?: () => number;
}

/**
 * Delays between attempts. Each is random, from nothing to a bound that doubles with each attempt, so that the
 * clients of one outage do not all come back at once ("full jitter").
 */
export class Backoff {
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #steadyMs: number;
  readonly #random: () => number;
  #attempts = 0;

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

  /** Number of attempts since the last success. */
  get attempts(): number {
    return this.#attempts;
  }

  /** @param lastedMs How long the last attempt worked. */
  nextMs(lastedMs = 0): number {
    if (lastedMs >= this.#steadyMs) this.succeeded();
    const boundMs = Math.min(this.#maxMs, this.#baseMs * 2 ** this.#attempts);
    this.#attempts += 1;
    return Math.round(this.#random() * boundMs);
  }

  /** Makes the next delay a first one again. */
  succeeded(): void {
    this.#attempts = 0;
  }
}
