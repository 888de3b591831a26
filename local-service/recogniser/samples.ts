/** The last part of a long stream of samples, addressed by sample numbers in the whole stream. */
export class SampleBuffer {
  #samples = new Float32Array(16_384);
  /** Number of the first sample that is kept. */
  #begin = 0;
  #end = 0;

  /** Number of samples so far. */
  get end(): number {
    return this.#end;
  }

  append(samples: Float32Array): void {
    const kept = this.#end - this.#begin;
    if (kept + samples.length > this.#samples.length) {
      const larger = new Float32Array(Math.max(this.#samples.length * 2, kept + samples.length));
      larger.set(this.#samples.subarray(0, kept));
      this.#samples = larger;
    }
    this.#samples.set(samples, kept);
    this.#end += samples.length;
  }

  /** A copy of the part that is still kept and already there. */
  slice(from: number, to: number): Float32Array {
    return this.#samples.slice(
      Math.max(0, from - this.#begin),
      Math.max(0, Math.min(to, this.#end) - this.#begin),
    );
  }

  /** Drops the samples before number `from`. */
  forget(from: number): void {
    const drop = Math.min(from, this.#end) - this.#begin;
    // Moving the rest costs time, so it is done for half a buffer at a time.
    if (drop < this.#samples.length / 2) return;
    this.#samples.copyWithin(0, drop, this.#end - this.#begin);
    this.#begin += drop;
  }
}
