/**
 * Audio between two positions of an endless stream, in one block of memory that grows and shrinks with what it holds.
 * Positions are bytes from the beginning of the stream.
 */
export class AudioRing {
  readonly #minBytes: number;
  #memory: Uint8Array;
  #begin = 0;
  #end = 0;

  /** @param minBytes even, so that the block's end never cuts a sample in two */
  constructor(minBytes: number) {
    this.#minBytes = minBytes;
    this.#memory = new Uint8Array(minBytes);
  }

  /** Where the oldest audio begins that is still here. */
  get begin(): number {
    return this.#begin;
  }

  /** Where the next audio will be written. */
  get end(): number {
    return this.#end;
  }

  get length(): number {
    return this.#end - this.#begin;
  }

  /** Whether `byteLength` more would need a larger block. */
  wouldGrow(byteLength: number): boolean {
    return this.length + byteLength > this.#memory.length;
  }

  /** Copies the bytes. */
  write(bytes: Uint8Array): void {
    if (this.wouldGrow(bytes.length)) {
      let capacity = this.#memory.length;
      while (capacity < this.length + bytes.length) capacity *= 2;
      this.#resize(capacity);
    }
    const at = this.#end % this.#memory.length;
    const fits = Math.min(bytes.length, this.#memory.length - at);
    this.#memory.set(fits === bytes.length ? bytes : bytes.subarray(0, fits), at);
    if (fits < bytes.length) this.#memory.set(bytes.subarray(fits), 0);
    this.#end += bytes.length;
  }

  /**
   * A view of the audio from `position` on, at most `maxBytes` and less where the block ends: good until the next
   * `write` or `discardBefore`.
   */
  read(position: number, maxBytes: number): Uint8Array {
    const at = position % this.#memory.length;
    const length = Math.min(maxBytes, this.#end - position, this.#memory.length - at);
    return this.#memory.subarray(at, at + length);
  }

  /** Audio before the position is not needed any more. */
  discardBefore(position: number): void {
    this.#begin = Math.max(this.#begin, Math.min(position, this.#end));
    let capacity = this.#memory.length;
    while (capacity > this.#minBytes && this.length * 8 < capacity) capacity /= 2;
    if (capacity < this.#memory.length) this.#resize(capacity);
  }

  #resize(capacity: number): void {
    const memory = new Uint8Array(capacity);
    for (let position = this.#begin; position < this.#end;) {
      const room = capacity - (position % capacity);
      const piece = this.read(position, room);
      memory.set(piece, position % capacity);
      position += piece.length;
    }
    this.#memory = memory;
  }
}
