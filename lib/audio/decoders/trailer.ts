import { beginsForeign, beginsRecording, BEGINNING_BYTES } from '../beginnings';
import { ByteQueue } from '../bytes';
import { tagLength } from '../tags';

/** Chunks behind the audio are smaller than this, even with a picture. */
const MAX_CHUNK_BYTES = 64 * 1024 * 1024;
const CHUNK_ID = /^[A-Za-z][\w ]{2}[\w ]$/;
const JPEG = Buffer.of(0xff, 0xd8, 0xff);

/**
 * Handles what follows the samples of a file, up to the next recording: chunks, tags, pictures, zeros. None of it is
 * audio, in whatever pieces it comes. Anything else shows that the size of the audio was wrong.
 */
export class Trailer {
  /** The beginning of another recording. */
  rest: Uint8Array | undefined;
  readonly #chunks: 'little' | 'big' | undefined;
  readonly #queue = new ByteQueue();
  /** The byte that makes the size of the audio even. */
  #padding: number;
  #skip = 0;
  /** Whether everything is useless except another recording. */
  #isJunk = false;

  constructor(chunks: 'little' | 'big' | undefined, dataBytes: number) {
    this.#chunks = chunks;
    this.#padding = chunks ? dataBytes % 2 : 0;
  }

  /** Whether a chunk goes on or has begun, so that what looks like a beginning lies within it. */
  get owns(): boolean {
    return this.#skip > 0 || this.#queue.length > 0;
  }

  /** @returns Bytes that are audio after all. */
  write(bytes: Uint8Array): Uint8Array | undefined {
    this.#queue.push(bytes);
    return this.#read(false);
  }

  end(): void {
    this.#read(true);
  }

  #read(isEnd: boolean): Uint8Array | undefined {
    while (!this.rest) {
      const skipped = Math.min(this.#skip, this.#queue.length);
      this.#skip -= skipped;
      this.#queue.skip(skipped);
      const view = this.#queue.bytes;
      if (view.length === 0) return undefined;
      if (this.#padding > 0) {
        this.#padding = 0;
        // Some writers forget the padding.
        this.#skip = view[0] === 0 ? 1 : 0;
        continue;
      }
      if (view.length < BEGINNING_BYTES && !isEnd) return undefined;
      if (beginsRecording(view)) {
        this.rest = Uint8Array.from(view);
        return undefined;
      }
      this.#skip = this.#uselessBytes(view);
      if (this.#skip === 0) {
        this.#queue.clear();
        return isEnd ? undefined : Uint8Array.from(view);
      }
    }
    return undefined;
  }

  /** The number of bytes from here on that are no audio; 0 where they may be audio. */
  #uselessBytes(view: Buffer): number {
    if (this.#isJunk) return view.length;
    const chunkBytes = this.#chunkBytes(view);
    if (chunkBytes > 0) return chunkBytes;
    const tag = tagLength(view);
    if (tag > 0 && tag !== Infinity) return tag;
    const isPicture = beginsForeign(view) || JPEG.equals(view.subarray(0, 3));
    this.#isJunk = tag === Infinity || isPicture;
    return this.#isJunk ? view.length : 0;
  }

  #chunkBytes(view: Buffer): number {
    if (!this.#chunks || view.length < 8 || !CHUNK_ID.test(view.toString('latin1', 0, 4))) return 0;
    const size = this.#chunks === 'little' ? view.readUInt32LE(4) : view.readUInt32BE(4);
    return size <= MAX_CHUNK_BYTES ? 8 + size + (size % 2) : 0;
  }
}
