/** The newest latencies are what percentiles are computed from: a session may run for weeks. */
const KEPT_LATENCIES = 512;

/** Latencies of a session in bounded memory: percentiles of the newest 512, the maximum of all. */
export class Latencies {
  readonly #newest: number[] = [];
  #count = 0;
  #maxMs: number | undefined;

  add(latencyMs: number): void {
    this.#newest[this.#count % KEPT_LATENCIES] = latencyMs;
    this.#count += 1;
    this.#maxMs = Math.max(this.#maxMs ?? 0, latencyMs);
  }

  get maxMs(): number | undefined {
    return this.#maxMs;
  }

  /** Nearest rank: the smallest latency that at least this share of them does not exceed. */
  percentiles(shares: readonly number[]): number[] {
    const sorted = [...this.#newest].sort((a, b) => a - b);
    return shares.map((share) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  }
}
