/**
 * How far ahead of real time audio may go: a burst at once, then a multiple of real time. A token bucket in
 * milliseconds of audio; live audio never waits for it.
 */
export class Pacer {
  readonly #burstMs: number;
  readonly #multiple: number;
  #creditMs: number;
  #atMs: number;

  constructor(burstMs: number, multiple: number, nowMs: number) {
    this.#burstMs = burstMs;
    this.#multiple = multiple;
    this.#creditMs = burstMs;
    this.#atMs = nowMs;
  }

  /** 0 if audio may go now, else the milliseconds to wait. */
  waitMs(nowMs: number): number {
    this.#creditMs = Math.min(this.#burstMs, this.#creditMs + (nowMs - this.#atMs) * this.#multiple);
    this.#atMs = nowMs;
    // The last chunk of a burst may overdraw, so that a chunk longer than the burst still goes.
    return this.#creditMs > 0 ? 0 : Math.max(1, Math.ceil((1 - this.#creditMs) / this.#multiple));
  }

  /** Takes what was sent off the credit. */
  spend(audioMs: number): void {
    this.#creditMs -= audioMs;
  }
}
