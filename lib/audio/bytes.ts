/** `a` and `b` joined in new memory. */
export function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** All pieces joined; a single piece is not copied. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  return only && pieces.length === 1 ? only : Buffer.concat(pieces);
}

/** `bytes` with the reading methods of a Buffer, in the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether the text, one character a byte, is at this position. */
export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  if (bytes.length < at + text.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

/**
 * Bytes that wait until enough of them have come. Chunks of one byte cost no more in total than large ones, because
 * the memory doubles when it grows and is compacted only now and then.
 */
export class ByteQueue {
  #memory: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** The waiting bytes. Valid until the next `push`. */
  get bytes(): Buffer {
    return Buffer.from(this.#memory.buffer, this.#memory.byteOffset + this.#start, this.length);
  }

  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#memory.length) this.#makeRoom(chunk.length);
    this.#memory.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Removes the first bytes. */
  skip(count: number): void {
    this.#start = Math.min(this.#start + count, this.#end);
    if (this.#start === this.#end) this.clear();
  }

  clear(): void {
    this.#start = 0;
    this.#end = 0;
    // One large item must not occupy its memory for hours.
    if (this.#memory.length > 1 << 18) this.#memory = new Uint8Array(0);
  }

  #makeRoom(more: number): void {
    const { length } = this;
    // Views that were handed out may still be read, so the old memory is not changed.
    const memory = new Uint8Array(Math.max(1024, 2 * (length + more)));
    memory.set(this.#memory.subarray(this.#start, this.#end));
    this.#memory = memory;
    this.#start = 0;
    this.#end = length;
  }
}
