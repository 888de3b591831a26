/** Half a second at 16 kHz, a second at 8 kHz: whole messages, and little that is kept beyond what has to be. */
const BLOCK_BYTES = 16_000;
/** One megabyte for all sessions together. */
const MIN_SPARE_BLOCKS = 64;

/**
 * What other sessions need no more: without it, every block would be memory that the garbage collector has to find. A
 * sentence takes a block each half second and gives all of them back at its end, so that there are as many of them as are
 * in use, at most; with those, never more than were in use once.
 */
const spareBlocks: Buffer[] = [];
/** Of all sessions. One that ends gives up all of its own. */
let blocksInUse = 0;

/**
 * Audio between two positions of an endless stream, in blocks of memory that come and go with what it holds. What was
 * read stays as it is until it is discarded. Positions are bytes from the beginning of the stream.
 */
export class AudioBlocks {
  #blocks: Buffer[] = [];
  /** The number of the first of them, counted from the beginning of the stream. */
  #firstBlock = 0;
  #begin = 0;
  #end = 0;

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

  /** Whether so much more needs another block. */
  wouldGrow(byteLength: number): boolean {
    return this.#end + byteLength > BLOCK_BYTES * (this.#firstBlock + this.#blocks.length);
  }

  /** Copies the bytes. */
  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      const at = this.#end % BLOCK_BYTES;
      const count = Math.min(bytes.length - from, BLOCK_BYTES - at);
      const block = this.#blocks[this.#numberOf(this.#end) - this.#firstBlock] ?? this.#addBlock();
      block.set(count === bytes.length ? bytes : bytes.subarray(from, from + count), at);
      from += count;
      this.#end += count;
    }
  }

  /** A view of the audio from `position` on, at most `maxBytes` and less where a block ends; never half a sample. */
  read(position: number, maxBytes: number): Buffer {
    const block = this.#blocks[this.#numberOf(position) - this.#firstBlock];
    if (!block) return Buffer.alloc(0);
    const at = position % BLOCK_BYTES;
    return block.subarray(at, Math.min(at + maxBytes, at + this.#end - position, BLOCK_BYTES));
  }

  /**
   * Audio before the position is not needed any more.
   * @param isUnused Whether nobody holds what was read of it: not a socket either, to which it was handed.
   */
  discardBefore(position: number, isUnused: boolean): void {
    this.#begin = Math.max(this.#begin, Math.min(position, this.#end));
    // Of a stream that is at rest, nothing is kept.
    const count = this.length === 0 ? this.#blocks.length : this.#numberOf(this.#begin) - this.#firstBlock;
    if (count <= 0) return;
    const discarded = this.#blocks.splice(0, count);
    this.#firstBlock += count;
    blocksInUse -= discarded.length;
    const maxSpare = Math.max(MIN_SPARE_BLOCKS, blocksInUse);
    if (isUnused) spareBlocks.push(...discarded);
    if (spareBlocks.length > maxSpare) spareBlocks.length = maxSpare;
  }

  #addBlock(): Buffer {
    if (this.#blocks.length === 0) this.#firstBlock = this.#numberOf(this.#end);
    // A new one is not from the pool that small buffers share, which it would keep, and is not filled with zeros first.
    const block = spareBlocks.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#blocks.push(block);
    blocksInUse += 1;
    return block;
  }

  #numberOf(position: number): number {
    return Math.floor(position / BLOCK_BYTES);
  }
}
