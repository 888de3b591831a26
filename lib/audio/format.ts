/**
 * What a caller knows of the audio beside its bytes, in the shape that the palette's sox nodes send. What the bytes say
 * themselves counts more; these tell the rest.
 */
export interface AudioFormatHints {
  /** Samples per second. */
  rate?: number;
  channels?: number;
  /** Bits per sample. */
  bits?: number;
  /**
   * Of raw samples: `signed-integer`, `unsigned-integer`, `floating-point`, `a-law`, `mu-law` with `bits`, or ffmpeg's
   * names (`s16le`, `pcm_f32be`). `opus`: each chunk is one Opus packet. Default: 16-bit signed integers.
   */
  encoding?: string;
  /** Byte order of raw samples. Default `little`. */
  endian?: 'little' | 'big';
  /** The one channel to take, counted from 0. Default: all of them, mixed. */
  channel?: number;
  /** MIME type, with or without parameters (`audio/webm;codecs=opus`, `audio/L16;rate=8000`). */
  mimeType?: string;
  /** The bytes are what `decodeAudio` gave, at the session's rate: they are sent as they are, and heard by nobody again. */
  isDecoded?: boolean;
  /** Name of the file that the bytes come from; only its ending is looked at. */
  fileName?: string;
  /**
   * Whether the bytes are of a whole recording (a file, the body of a request) and not of a live source. Of a recording
   * nothing is assumed: what has no mark, and is not told to be raw samples, is refused with `UNKNOWN_AUDIO` unless
   * ffmpeg knows it. Default false.
   */
  isRecording?: boolean;
}

/** A rate that carries all of speech; more only costs time on the way. */
export const SPEECH_RATE_HZ = 16_000;

/** Bytes of audio in any format; a typed array that is not of bytes is raw samples. */
export type AudioChunk = Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array | ArrayBuffer;

/** What a decoder found in the bytes. */
export interface SourceFormat {
  /** `raw`, `wav`, `ogg`, `webm`, `mp4`, `mp3`, `flac`, `silk`, `aiff`, `au`, or ffmpeg's name. */
  container: string;
  /** `opus`, `mp3`, `flac`, or ffmpeg's name of raw samples such as `pcm_s16le`. */
  codec: string;
  /** Samples per second, of each channel. */
  rateHz: number;
  channels: number;
  /** Bits per sample, where the codec has such a thing. */
  bits?: number;
  /** Rate before a codec that always runs at another one (Opus runs at 48000). */
  originalRateHz?: number;
}

/** What arrived, in figures. See `describeAudio`. */
export interface AudioInfo extends SourceFormat {
  /** Bytes that arrived, with headers. */
  bytes: number;
  /** Seconds of audio that could be decoded. */
  seconds: number;
  /** The loudest sample, in dB of full scale; -120 stands for digital silence. */
  peakDb: number;
  /** Mean level, in dB of full scale; -120 stands for digital silence. */
  rmsDb: number;
  /** Whether the loud parts are cut off at full scale. */
  isClipped: boolean;
  /** Whether there is nothing to hear in all of it. */
  isSilent: boolean;
  /** Whether the recording ends, or has a gap, in the middle of something. */
  isCut: boolean;
  /** Whether `ffmpeg` decoded it. */
  byFfmpeg: boolean;
}

/** The bytes of a chunk, without a copy; `undefined` when it is none. */
export function bytesOf(chunk: unknown): Uint8Array | undefined {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  return undefined;
}

/** What the type of an array says of the samples in it. */
export function hintsOfChunk(chunk: unknown): AudioFormatHints {
  if (chunk instanceof Float32Array) return { encoding: 'floating-point', bits: 32 };
  if (chunk instanceof Float64Array) return { encoding: 'floating-point', bits: 64 };
  if (chunk instanceof Int32Array) return { encoding: 'signed-integer', bits: 32 };
  if (chunk instanceof Int16Array) return { encoding: 'signed-integer', bits: 16 };
  return {};
}

/** Whether raw samples are said to be of the same kind. */
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
