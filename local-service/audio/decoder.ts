import { WavReader } from './wav-reader';

/** The audio in a chunk of incoming bytes. */
export interface DecodedChunk {
  /**
   * 16-bit little-endian mono at the declared rate. Empty when the chunk held no samples or the format is not
   * decoded.
   */
  pcm: Buffer;
  /** How much audio the chunk stands for; an estimate for compressed formats. */
  durationMs: number;
}

/** Turns the bytes of a stream into PCM. */
export interface PcmDecoder {
  /** Whether the PCM is real. */
  readonly decodes: boolean;
  decode(chunk: Buffer): DecodedChunk;
}

/** The assumed rate of compressed audio, 32 kbit/s, which is good enough for the audio time of a script. */
const COMPRESSED_BYTES_PER_MS = 4;

/** @param format The name on the wire. `pcm` and `wav` are decoded; of other formats only the time is counted. */
export function createPcmDecoder(format: string, sampleRateHz: number): PcmDecoder {
  const bytesPerMs = (sampleRateHz * 2) / 1_000;
  if (format === 'pcm') {
    return { decodes: true, decode: (pcm) => ({ pcm, durationMs: pcm.length / bytesPerMs }) };
  }
  if (format === 'wav') {
    const reader = new WavReader();
    return {
      decodes: true,
      decode: (chunk) => {
        const pcm = reader.read(chunk);
        return { pcm, durationMs: pcm.length / bytesPerMs };
      },
    };
  }
  return {
    decodes: false,
    // Silence of the same length keeps the time of a script going.
    decode: (chunk) => {
      const durationMs = chunk.length / COMPRESSED_BYTES_PER_MS;
      return { pcm: Buffer.alloc(Math.round(durationMs * bytesPerMs)), durationMs };
    },
  };
}
