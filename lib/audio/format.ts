/** What a caller knows of the audio beside its bytes, in the shape that the palette's sox nodes send. */
export interface AudioFormatHints {
  /** Samples per second. */
  rate?: number;
  channels?: number;
  /** Bits per sample. */
  bits?: number;
  /** `signed-integer`, `pcm_s16le` or `s16le` for what this package takes. */
  encoding?: string;
}

/** Bytes of audio: 16-bit little-endian mono PCM at the session's rate, or WAV of that. */
export type AudioChunk = Uint8Array | Int16Array | ArrayBuffer;

/** The bytes of a chunk, without a copy; `undefined` when it is none. */
export function bytesOf(chunk: unknown): Uint8Array | undefined {
  if (chunk instanceof Uint8Array) return chunk;
  if (chunk instanceof Int16Array) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  return undefined;
}
