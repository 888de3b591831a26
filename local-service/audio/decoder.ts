import { WavReader } from './wav-reader';

/** What a chunk of incoming bytes amounts to. */
export interface DecodedChunk {
  /** 16-bit little-endian mono at the declared rate; empty when the chunk held none or the format is not decoded. */
  pcm: Buffer;
  /** How much audio the chunk stands for; a guess for compressed formats. */
  durationMs: number;
}

/** Turns the bytes of a stream into PCM. */
export interface PcmDecoder {
  /** Whether real PCM comes out. */
  readonly decodes: boolean;
  decode(chunk: Buffer): DecodedChunk;
}

/** What compressed audio is taken to weigh: 32 kbit/s. Good enough for a script's audio time. */
const COMPRESSED_BYTES_PER_MS = 4;

/** @param format As named on the wire: `pcm` and `wav` are decoded, of all others only the time is kept. */
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
    // Silence of the same length keeps a script's time going.
    decode: (chunk) => {
      const durationMs = chunk.length / COMPRESSED_BYTES_PER_MS;
      return { pcm: Buffer.alloc(Math.round(durationMs * bytesPerMs)), durationMs };
    },
  };
}
