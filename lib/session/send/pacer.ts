/**
 * How far audio may be sent ahead of real time: a burst at once, then a multiple of real time. It is a token bucket
 * in milliseconds of audio, for which live audio never waits.
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

  /** 0 if audio may be sent now, else the milliseconds to wait. */
  waitMs(nowMs: number): number {
    this.#creditMs = Math.min(this.#burstMs, this.#creditMs + (nowMs - this.#atMs) * this.#multiple);
    this.#atMs = nowMs;
    // The last chunk of a burst may overdraw the credit, so that a chunk longer than the burst can be sent.
    return this.#creditMs > 0 ? 0 : Math.max(1, Math.ceil((1 - this.#creditMs) / this.#multiple));
  }

  /** Takes the sent audio off the credit. */
  spend(audioMs: number): void {
    this.#creditMs -= audioMs;
  }
}
