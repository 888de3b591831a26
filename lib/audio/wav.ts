import { AsrError } from '../errors';

/** What a WAV header says of the audio behind it. */
export interface WavFormat {
  /** The `fmt ` chunk's code, that of the sub-format where it is WAVE_FORMAT_EXTENSIBLE. 1 is PCM. */
  formatCode: number;
  channels: number;
  rateHz: number;
  bits: number;
  /** Bytes of audio; `Infinity` where a live recorder did not know (0 or 0xFFFFFFFF). */
  dataBytes: number;
  /** Where the audio begins. */
  dataOffset: number;
  /** Bytes of other chunks behind the audio, such as tags. */
  trailingBytes: number;
}

const WAVE_FORMAT_EXTENSIBLE = 0xfffe;

/** Where the audio must have begun; a header has a few chunks before it, not this much. */
export const MAX_WAV_HEADER_BYTES = 64 * 1024;

/** More than this behind the audio is no tags but the size that a live recorder made up. */
const MAX_TRAILING_BYTES = 1024 * 1024;

export function startsLikeWav(bytes: Uint8Array): boolean {
  // 'RIFF'
  return bytes[0] === 0x52 && bytes[1] === 0x49 && bytes[2] === 0x46 && bytes[3] === 0x46;
}

/**
 * Reads a WAV header from the first bytes of a file. `undefined` when it does not end in them.
 * @throws AsrError `BAD_AUDIO` when it is no WAV header or has no audio in sight.
 */
export function readWavHeader(bytes: Uint8Array): WavFormat | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < 12) return undefined;
  if (view.toString('latin1', 8, 12) !== 'WAVE') {
    throw new AsrError('BAD_AUDIO', 'The audio starts like a RIFF file but is no WAV.');
  }
  let fmt: Format | undefined;
  let offset = 12;
  while (offset + 8 <= view.length) {
    const id = view.toString('latin1', offset, offset + 4);
    const size = view.readUInt32LE(offset + 4);
    const body = offset + 8;
    if (id === 'data') {
      if (!fmt) throw new AsrError('BAD_AUDIO', 'The WAV has no format chunk before its audio.');
      if (size === 0 || size === 0xffffffff) {
        return { ...fmt, dataBytes: Infinity, dataOffset: body, trailingBytes: 0 };
      }
      const trailing = 8 + view.readUInt32LE(4) - (body + size);
      const trailingBytes = trailing > 0 && trailing <= MAX_TRAILING_BYTES ? trailing : 0;
      return { ...fmt, dataBytes: size, dataOffset: body, trailingBytes };
    }
    if (id === 'fmt ') {
      if (size < 16)
        throw new AsrError('BAD_AUDIO', `The WAV's format chunk has ${size} bytes, expected 16 or more.`);
      if (body + Math.min(size, 40) > view.length) return undefined;
      fmt = readFmt(view, body, size);
    }
    // Chunks are padded to an even length.
    offset = body + size + (size % 2);
    if (offset > MAX_WAV_HEADER_BYTES) break;
  }
  if (offset > MAX_WAV_HEADER_BYTES) {
    throw new AsrError('BAD_AUDIO', 'The WAV has no audio within its first 64 KiB.');
  }
  return undefined;
}

type Format = Pick<WavFormat, 'formatCode' | 'channels' | 'rateHz' | 'bits'>;

function readFmt(view: Buffer, body: number, size: number): Format {
  const code = view.readUInt16LE(body);
  return {
    formatCode: code === WAVE_FORMAT_EXTENSIBLE && size >= 26 ? view.readUInt16LE(body + 24) : code,
    channels: view.readUInt16LE(body + 2),
    rateHz: view.readUInt32LE(body + 4),
    bits: view.readUInt16LE(body + 14),
  };
}
