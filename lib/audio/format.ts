/**
 * What a caller knows about the audio beside its bytes, in the shape of the palette's sox nodes. The bytes themselves
 * have priority; the hints tell the rest.
 */
export interface AudioFormatHints {
  /** Samples per second. */
  rate?: number;
  channels?: number;
  /** Bits per sample. */
  bits?: number;
  /**
   * For raw samples: `signed-integer`, `unsigned-integer`, `floating-point`, `a-law`, `mu-law` with `bits`, or
   * ffmpeg's names (`s16le`, `pcm_f32be`). `opus`: each chunk is one Opus packet. Default: 16-bit signed integers.
   */
  encoding?: string;
  /** Byte order of raw samples. Default `little`. */
  endian?: 'little' | 'big';
  /** The one channel to take, counted from 0. Default: the mean of all. */
  channel?: number;
  /** MIME type, with or without parameters (`audio/webm;codecs=opus`, `audio/L16;rate=8000`). */
  mimeType?: string;
  /** The bytes come from `decodeAudio` at the session's rate. They are sent unchanged, and not examined again. */
  isDecoded?: boolean;
  /** Name of the file that the bytes come from; only its ending is used. */
  fileName?: string;
  /**
   * Whether the bytes are a whole recording (a file, the body of a request) and no live source. Nothing is assumed
   * about a recording: without a mark, and without a hint that it is raw samples, it is refused with `UNKNOWN_AUDIO`
   * unless ffmpeg knows it. Default false.
   */
  isRecording?: boolean;
}

/** A rate that carries all of speech; a higher one only costs time on the way. */
export const SPEECH_RATE_HZ = 16_000;

/** Bytes of audio in any format; a typed array that is not of bytes contains raw samples. */
export type AudioChunk = Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array | ArrayBuffer;

/** The format that a decoder has found. */
export interface SourceFormat {
  /** `raw`, `wav`, `ogg`, `webm`, `mp4`, `mp3`, `flac`, `silk`, `aiff`, `au`, or ffmpeg's name. */
  container: string;
  /** `opus`, `mp3`, `flac`, or ffmpeg's name of raw samples such as `pcm_s16le`. */
  codec: string;
  /** Samples per second of each channel. */
  rateHz: number;
  channels: number;
  /** Bits per sample, where the codec has them. */
  bits?: number;
  /** Rate before a codec that always runs at another one (Opus runs at 48000). */
  originalRateHz?: number;
}

/** The description of a source in figures. See `describeAudio`. */
export interface AudioInfo extends SourceFormat {
  /** Bytes that arrived, including headers. */
  bytes: number;
  /** Seconds of audio that could be decoded. */
  seconds: number;
  /** The loudest sample in dB of full scale; -120 stands for digital silence. */
  peakDb: number;
  /** Mean level in dB of full scale; -120 stands for digital silence. */
  rmsDb: number;
  /** Whether loud parts are cut off at full scale. */
  isClipped: boolean;
  /** Whether all of it is silent. */
  isSilent: boolean;
  /** Whether part of the recording is missing, at its end or within it. */
  isCut: boolean;
  /** Whether `ffmpeg` decoded it. */
  byFfmpeg: boolean;
}

/** The bytes of a chunk without a copy; `undefined` when it is no chunk. */
export function bytesOf(chunk: unknown): Uint8Array | undefined {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  return undefined;
}

/** The hints that the type of a typed array gives about its samples. */
export function hintsOfChunk(chunk: unknown): AudioFormatHints {
  if (chunk instanceof Float32Array) return { encoding: 'floating-point', bits: 32 };
  if (chunk instanceof Float64Array) return { encoding: 'floating-point', bits: 64 };
  if (chunk instanceof Int32Array) return { encoding: 'signed-integer', bits: 32 };
  if (chunk instanceof Int16Array) return { encoding: 'signed-integer', bits: 16 };
  return {};
}

/** Whether two hints describe the same kind of raw samples. */
export function areAlike(a: AudioFormatHints, b: AudioFormatHints): boolean {
  return (
    a === b ||
    (a.rate === b.rate &&
      a.channels === b.channels &&
      a.bits === b.bits &&
      a.encoding === b.encoding &&
      a.endian === b.endian &&
      a.mimeType === b.mimeType &&
      a.isRecording === b.isRecording)
  );
}
