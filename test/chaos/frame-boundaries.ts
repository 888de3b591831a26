/** Finds where frames begin in a stream of an HTTP head and then WebSocket frames (RFC 6455, 5.2). */
export class FrameBoundaries {
  #inHead = true;
  /** The last bytes of the head so far. The end of the head is looked for in them. */
  #tail = '';
  #header: number[] = [];
  #payloadLeft = 0;

  /** Offsets in the chunk at which a frame begins; the chunk's length is one when the next chunk begins with a frame. */
  in(chunk: Uint8Array): number[] {
    const found: number[] = [];
    let offset = this.#inHead ? this.#skipHead(chunk, found) : 0;
    while (offset < chunk.length) {
      if (this.#payloadLeft === 0) offset = this.#readHeader(chunk, offset);
      const skipped = Math.min(this.#payloadLeft, chunk.length - offset);
      this.#payloadLeft -= skipped;
      offset += skipped;
      if (this.#payloadLeft === 0 && this.#header.length === 0) found.push(offset);
    }
    return found;
  }

  #skipHead(chunk: Uint8Array, found: number[]): number {
    for (const [index, byte] of chunk.entries()) {
      this.#tail = (this.#tail + String.fromCharCode(byte)).slice(-4);
      if (this.#tail !== '\r\n\r\n') continue;
      this.#inHead = false;
      found.push(index + 1);
      return index + 1;
    }
    return chunk.length;
  }

  #readHeader(chunk: Uint8Array, from: number): number {
    let offset = from;
    while (offset < chunk.length) {
      this.#header.push(chunk[offset] ?? 0);
      offset += 1;
      if (this.#header.length < headerLength(this.#header)) continue;
      this.#payloadLeft = payloadLength(this.#header);
      this.#header = [];
      break;
    }
    return offset;
  }
}

function headerLength([, second = 0]: readonly number[]): number {
  const length = second & 0x7f;
  const extended = length === 127 ? 8 : length === 126 ? 2 : 0;
  return 2 + extended + (second & 0x80 ? 4 : 0);
}

function payloadLength(header: readonly number[]): number {
  const length = (header[1] ?? 0) & 0x7f;
  if (length < 126) return length;
  return header.slice(2, length === 126 ? 4 : 10).reduce((value, byte) => value * 256 + byte, 0);
}
