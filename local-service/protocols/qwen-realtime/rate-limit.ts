/** Audio per second above which the service closes with 1007: 80 times real time at 16 kHz (protocol.md A.8). */
const MAX_BYTES_PER_SECOND = 2_560_000;

const WINDOW_MS = 1_000;

/**
 * Measures how fast audio arrives, as a sum over the last second of service time. A burst of up to 2,560 KB (80 s of
 * 16 kHz audio) passes, because a client that holds audio while it connects sends it all at once.
 */
export class RateLimit {
  #arrivals: { atMs: number; bytes: number }[] = [];
  #sum = 0;

  /** @returns False when this is too much. */
  admit(bytes: number, nowMs: number): boolean {
    this.#arrivals.push({ atMs: nowMs, bytes });
    this.#sum += bytes;
    while (this.#arrivals[0] && this.#arrivals[0].atMs <= nowMs - WINDOW_MS) {
      this.#sum -= this.#arrivals.shift()?.bytes ?? 0;
    }
    return this.#sum <= MAX_BYTES_PER_SECOND;
  }
}
