import { AsrError } from '../vocabulary/errors';
import { asBuffer, hasText } from './bytes';
import type { PcmContainer, PcmHeader } from './decoders/headed-pcm';
import type { PcmFormat } from './pcm-format';
import { isChannelCount, isRate } from './pcm-format';

/** WAV and RF64 of raw samples, with headers as live recorders write them. */
export const WAV: PcmContainer = {
  container: 'wav',
  name: 'The WAV',
  demuxer: 'wav',
  chunks: 'little',
  readHeader: readWavHeader,
};

const WAVE_FORMAT_PCM = 1;
const WAVE_FORMAT_IEEE_FLOAT = 3;
const WAVE_FORMAT_ALAW = 6;
const WAVE_FORMAT_MULAW = 7;
const WAVE_FORMAT_EXTENSIBLE = 0xfffe;

/** At most this many chunks stand before the audio. */
const MAX_CHUNKS = 1000;
/** The audio must have begun by then, because a header has only a few chunks before it. */
const MAX_WAV_HEADER_BYTES = 1024 * 1024;

/** `RIFF`, or `RF64` and `BW64` for files of more than 4 GB, and `WAVE`. */
export function startsLikeWav(bytes: Uint8Array): boolean {
  const isRiff = hasText(bytes, 0, 'RIFF') || hasText(bytes, 0, 'RF64') || hasText(bytes, 0, 'BW64');
  return (isRiff || isRifx(bytes)) && hasText(bytes, 8, 'WAVE');
}

/** A WAV with all of its numbers in the other byte order. */
function isRifx(bytes: Uint8Array): boolean {
  return hasText(bytes, 0, 'RIFX');
}

function uint32(view: Buffer, at: number): number {
  return isRifx(view) ? view.readUInt32BE(at) : view.readUInt32LE(at);
}

function uint16(view: Buffer, at: number): number {
  return isRifx(view) ? view.readUInt16BE(at) : view.readUInt16LE(at);
}

/**
 * The format code of a WAV, or of its sub-format for WAVE_FORMAT_EXTENSIBLE. `undefined` when the format chunk is not
 * there yet.
 * @throws AsrError `BAD_AUDIO`
 */
export function wavFormatCode(bytes: Uint8Array): number | undefined {
  return fmtOf(bytes)?.formatCode;
}

/** Whether this code stands for raw samples. */
export function isRawFormatCode(code: number): boolean {
  return [WAVE_FORMAT_PCM, WAVE_FORMAT_IEEE_FLOAT, WAVE_FORMAT_ALAW, WAVE_FORMAT_MULAW].includes(code);
}

/**
 * Reads a WAV header from the first bytes of a file. `undefined` when it does not end in them.
 * @throws AsrError `BAD_AUDIO` when it is no WAV header, is not followed by audio or describes no raw samples.
 */
function readWavHeader(view: Buffer): PcmHeader | undefined {
  if (view.length < 12) return undefined;
  const data = chunks(view).find(({ id }) => id === 'data');
  if (!data) return undefined;
  const fmt = fmtOf(view);
  if (!fmt) return undefined;
  const format = formatOf(fmt, isRifx(view));
  const { size, body } = data;
  const long = hasText(view, 0, 'RIFF') || isRifx(view) ? undefined : dataSizeOf(view);
  if (long !== undefined) return { ...format, dataBytes: long, dataOffset: body };
  if (isUnknownSize(size)) {
    return { ...format, dataBytes: Infinity, dataOffset: body };
  }
  return { ...format, dataBytes: size, dataOffset: body };
}

/**
 * Whether a size is a placeholder of a writer to a pipe: nothing, or about as much as fits in 31 or 32 bits (sox and
 * espeak-ng write 0x7ffff000, sox in an AIFF 0x7f000008, others 0x7fffffff, 0x80000000 or 0xffffffff less a header),
 * or the 2,000,000,000 of arecord.
 */
export function isUnknownSize(size: number): boolean {
  const is31Bits = size >= 0x7f000000 && size <= 0x80001000;
  return size === 0 || is31Bits || size >= 0xffff0000 || size === 2_000_000_000;
}

interface Chunk {
  id: string;
  size: number;
  /** Where its content begins. */
  body: number;
}

/** The chunks whose heads have come, up to the audio. */
function chunks(view: Buffer): Chunk[] {
  const found: Chunk[] = [];
  let offset = 12;
  while (offset + 8 <= view.length && found.length <= MAX_CHUNKS) {
    const chunk = {
      id: view.toString('latin1', offset, offset + 4),
      size: uint32(view, offset + 4),
      body: offset + 8,
    };
    found.push(chunk);
    if (chunk.id === 'data') return found;
    // Chunks are padded to an even length.
    offset = chunk.body + chunk.size + (chunk.size % 2);
  }
  if (offset > MAX_WAV_HEADER_BYTES || found.length > MAX_CHUNKS) {
    throw new AsrError('BAD_AUDIO', 'The WAV has no audio within its first 1 MiB; its header is damaged.');
  }
  return found;
}

interface Fmt {
  formatCode: number;
  channels: number;
  rateHz: number;
  bits: number;
  /** Bytes of one sample of all channels. */
  blockBytes: number;
}

function fmtOf(bytes: Uint8Array): Fmt | undefined {
  const view = asBuffer(bytes);
  const found = chunks(view);
  const fmt = found.find(({ id }) => id === 'fmt ');
  if (!fmt && found.at(-1)?.id === 'data') {
    throw new AsrError('BAD_AUDIO', 'The WAV has no format chunk before its audio.');
  }
  if (!fmt) return undefined;
  const { body, size } = fmt;
  if (size < 14) {
    throw new AsrError('BAD_AUDIO', `The WAV's format chunk has ${size} bytes, expected 16 or more.`);
  }
  if (body + Math.min(size, 26) > view.length) return undefined;
  const code = uint16(view, body);
  return {
    formatCode: code === WAVE_FORMAT_EXTENSIBLE && size >= 26 ? uint16(view, body + 24) : code,
    channels: uint16(view, body + 2),
    rateHz: uint32(view, body + 4),
    bits: size >= 16 ? uint16(view, body + 14) : 8,
    blockBytes: uint16(view, body + 12),
  };
}

function formatOf(
  { formatCode, channels, rateHz, bits, blockBytes }: Fmt,
  isBigEndian: boolean,
): Pick<PcmHeader, 'pcm' | 'channels' | 'rateHz'> {
  // A size that is no whole number of bytes fills the upper bits of the next larger one, and 24 bits fill those of 32
  // where a block has so many.
  const isWide = formatCode === WAVE_FORMAT_PCM && bits > 8 && blockBytes === 4 * channels;
  const wholeBits = isWide ? 32 : Math.ceil(bits / 8) * 8;
  const pcm = pcmOf(formatCode, wholeBits, isBigEndian);
  if (pcm && isChannelCount(channels) && isRate(rateHz)) return { pcm, channels, rateHz };
  throw new AsrError(
    'BAD_AUDIO',
    `The WAV says it has ${rateHz} Hz, ${channels} channel(s), ${bits} bit and format code ${formatCode}, which cannot be: its header is damaged.`,
  );
}

function pcmOf(code: number, bits: number, isBigEndian: boolean): PcmFormat | undefined {
  if (code === WAVE_FORMAT_ALAW && bits === 8) return { kind: 'a-law', bits, isBigEndian };
  if (code === WAVE_FORMAT_MULAW && bits === 8) return { kind: 'mu-law', bits, isBigEndian };
  if (code === WAVE_FORMAT_IEEE_FLOAT && (bits === 32 || bits === 64))
    return { kind: 'float', bits, isBigEndian };
  if (code !== WAVE_FORMAT_PCM) return undefined;
  if (bits === 8) return { kind: 'unsigned', bits, isBigEndian };
  return bits === 16 || bits === 24 || bits === 32 ? { kind: 'signed', bits, isBigEndian } : undefined;
}

/** The size of the audio of an RF64; `undefined` where its writer never filled it in. */
function dataSizeOf(view: Buffer): number | undefined {
  const ds64 = chunks(view).find(({ id }) => id === 'ds64');
  if (!ds64 || ds64.size < 16) return undefined;
  const size = Number(view.readBigUInt64LE(ds64.body + 8));
  return size > 0 && Number.isSafeInteger(size) ? size : undefined;
}
