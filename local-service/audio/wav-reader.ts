/** Takes the samples out of a WAV file that arrives in pieces. Bytes that are no WAV file pass unchanged. */
export class WavReader {
  /** Bytes of an incomplete header; `undefined` when the samples have begun. */
  #head: Buffer | undefined = Buffer.alloc(0);

  read(chunk: Buffer): Buffer {
    if (!this.#head) return chunk;
    const bytes = Buffer.concat([this.#head, chunk]);
    const begin = findSamples(bytes);
    this.#head = begin === undefined ? bytes : undefined;
    return begin === undefined ? Buffer.alloc(0) : bytes.subarray(begin);
  }
}

/** The offset of the samples, or `undefined` when more bytes are needed. */
function findSamples(bytes: Buffer): number | undefined {
  if (bytes.length < 12) return undefined;
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') return 0;
  let offset = 12;
  while (offset + 8 <= bytes.length) {
    if (bytes.toString('latin1', offset, offset + 4) === 'data') return offset + 8;
    const size = bytes.readUInt32LE(offset + 4);
    // Chunks are padded to even lengths.
    offset += 8 + size + (size % 2);
  }
  return undefined;
}
