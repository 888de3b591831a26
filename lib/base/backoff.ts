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

/**
 * Delays between attempts: anything from nothing to a bound that doubles with each attempt, so that many clients of one
 * outage do not all come back at once ("full jitter").
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

  /** Attempts since the last success. */
  get attempts(): number {
    return this.#attempts;
  }

  /** @param lastedMs How long it went well this time. */
  nextMs(lastedMs = 0): number {
    if (lastedMs >= this.#steadyMs) this.succeeded();
    const boundMs = Math.min(this.#maxMs, this.#baseMs * 2 ** this.#attempts);
    this.#attempts += 1;
    return Math.round(this.#random() * boundMs);
  }

  /** The next delay is a first one again. */
  succeeded(): void {
    this.#attempts = 0;
  }
}
