import type { AudioFormatHints } from './format';

const EMPTY = new Uint8Array(0);
/** Decoders get a chunk in slices, so that none gives much more at once than may come out. */
export const SLICE_BYTES = 16 * 1024;
/** The rest of a larger chunk is not copied but read in place, until it has been taken. */
const MAX_COPIED_BYTES = 1024 * 1024;

/** What was written to an intake and not decoded yet, in order. */
export class IntakeInput {
  #chunks: Uint8Array[] = [];
  #hints: AudioFormatHints = {};
  #isChunkStart = false;

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /** The oldest part. */
  get first(): Uint8Array {
    return this.#chunks[0] ?? EMPTY;
  }

  /** The hints for the newest chunk. */
  get hints(): AudioFormatHints {
    return this.#hints;
  }

  write(chunk: Uint8Array, hints: AudioFormatHints): void {
    this.#chunks.push(chunk);
    this.#hints = hints;
    this.#isChunkStart = true;
  }

  /** Copies the rest of the newest chunk, because the caller may use its memory again. */
  keep(): void {
    const left = this.#chunks.pop();
    if (left) this.#chunks.push(left.length > MAX_COPIED_BYTES ? left : Uint8Array.from(left));
  }

  /** Takes the oldest part, but no more than a decoder gets at once. */
  takeSlice(maxBytes: number): Uint8Array {
    const { first } = this;
    const slice = first.subarray(0, maxBytes);
    if (slice.length === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(slice.length);
    return slice;
  }

  /** Whether a chunk begins here, so that another recording may begin. True only once for each chunk. */
  takeChunkStart(): boolean {
    const isChunkStart = this.#isChunkStart;
    this.#isChunkStart = false;
    return isChunkStart;
  }

  /** Puts bytes back that another decoder has to read. */
  putBack(bytes: Uint8Array): void {
    this.#chunks.unshift(bytes);
  }

  clear(): void {
    this.#chunks = [];
  }
}
