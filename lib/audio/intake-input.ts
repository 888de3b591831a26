import type { AudioFormatHints } from './format';

const EMPTY = new Uint8Array(0);
/** Decoders get a chunk in slices, so that none gives much more at once than may come out. */
export const SLICE_BYTES = 16 * 1024;
/** What is left of a larger chunk is not copied but read where it is, until it has been taken. */
const MAX_COPIED_BYTES = 1024 * 1024;

/** What was written to an intake and not decoded yet, in its order. */
export class IntakeInput {
  #chunks: Uint8Array[] = [];
  #hints: AudioFormatHints = {};
  #isChunkStart = false;

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /** The oldest of it. */
  get first(): Uint8Array {
    return this.#chunks[0] ?? EMPTY;
  }

  /** What was said of the newest chunk. */
  get hints(): AudioFormatHints {
    return this.#hints;
  }

  write(chunk: Uint8Array, hints: AudioFormatHints): void {
    this.#chunks.push(chunk);
    this.#hints = hints;
    this.#isChunkStart = true;
  }

  /** Copies what is left of the newest chunk: the caller may use its memory again. */
  keep(): void {
    const left = this.#chunks.pop();
    if (left) this.#chunks.push(left.length > MAX_COPIED_BYTES ? left : Uint8Array.from(left));
  }

  /** Takes no more of the oldest than a decoder gets at once. */
  takeSlice(maxBytes: number): Uint8Array {
    const { first } = this;
    const slice = first.subarray(0, maxBytes);
    if (slice.length === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(slice.length);
    return slice;
  }

  /** Whether a chunk begins here, so that another recording may. Says so once for each chunk. */
  takeChunkStart(): boolean {
    const isChunkStart = this.#isChunkStart;
    this.#isChunkStart = false;
    return isChunkStart;
  }

  /** Puts back what was taken and is to be read by another decoder. */
  putBack(bytes: Uint8Array): void {
    this.#chunks.unshift(bytes);
  }

  clear(): void {
    this.#chunks = [];
  }
}
