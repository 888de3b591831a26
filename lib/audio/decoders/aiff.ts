import { AsrError } from '../../vocabulary/errors';
import { isChannelCount, isRate } from '../pcm-format';
import type { PcmFormat } from '../pcm-format';
import { isUnknownSize } from '../wav';
import { CompressedError } from './headed-pcm';
import type { PcmContainer, PcmHeader } from './headed-pcm';

const MAX_HEADER_BYTES = 1024 * 1024;
/** At most this many chunks stand before the audio. */
const MAX_CHUNKS = 1000;
const LITTLE_ENDIAN = new Set(['sowt', '23ni']);

/** AIFF, and AIFF-C of raw samples. */
export const AIFF: PcmContainer = {
  container: 'aiff',
  name: 'The AIFF',
  demuxer: 'aiff',
  chunks: 'big',
  readHeader,
};

function readHeader(view: Buffer): PcmHeader | undefined {
  let format: Pick<PcmHeader, 'pcm' | 'channels' | 'rateHz'> | undefined;
  let offset = 12;
  let chunks = 0;
  while (offset + 8 <= view.length && chunks <= MAX_CHUNKS) {
    chunks += 1;
    const id = view.toString('latin1', offset, offset + 4);
    const size = view.readUInt32BE(offset + 4);
    const body = offset + 8;
    if (id === 'COMM') {
      if (size < 18) throw new AsrError('BAD_AUDIO', `The AIFF's COMM chunk has ${size} bytes, expected 18.`);
      if (body + Math.min(size, 22) > view.length) return undefined;
      format = readComm(view, body, size);
    } else if (id === 'SSND') {
      if (body + 8 > view.length) return undefined;
      if (!format) throw new AsrError('BAD_AUDIO', 'The AIFF has no COMM chunk before its audio.');
      const skipped = 8 + view.readUInt32BE(body);
      // Live recorders leave the size open, as in a WAV.
      const isOpen = size <= 8 || isUnknownSize(size);
      const dataBytes = isOpen ? Infinity : Math.max(0, size - skipped);
      if (skipped > MAX_HEADER_BYTES) break;
      if (body + skipped > view.length) return undefined;
      const dataOffset = body + skipped;
      return { ...format, dataBytes, dataOffset };
    }
    offset = body + size + (size % 2);
    if (offset > MAX_HEADER_BYTES) break;
  }
  if (offset > MAX_HEADER_BYTES || view.length > MAX_HEADER_BYTES || chunks > MAX_CHUNKS) {
    throw new AsrError('BAD_AUDIO', 'The AIFF has no audio within its first 1 MiB; its header is damaged.');
  }
  return undefined;
}

function readComm(view: Buffer, body: number, size: number): Pick<PcmHeader, 'pcm' | 'channels' | 'rateHz'> {
  const channels = view.readUInt16BE(body);
  const bits = Math.ceil(view.readUInt16BE(body + 6) / 8) * 8;
  // An 80-bit float. No audio rate needs more than the upper 32 bits of its mantissa.
  const exponent = view.readUInt16BE(body + 8) - 16383 - 31;
  const rateHz = Math.round(view.readUInt32BE(body + 10) * 2 ** exponent);
  const compression = size >= 22 ? view.toString('latin1', body + 18, body + 22) : 'NONE';
  const pcm = pcmOf(compression, bits);
  if (pcm && isChannelCount(channels) && isRate(rateHz)) return { pcm, channels, rateHz };
  const isSound = isChannelCount(channels) && isRate(rateHz);
  const Refusal = isSound && !pcm ? CompressedError : AsrError;
  throw new Refusal(
    'BAD_AUDIO',
    `The AIFF says it has ${rateHz} Hz, ${channels} channel(s), ${bits} bit and compression ${JSON.stringify(compression)}; only raw samples are decoded. Save it as AIFF or WAV without compression.`,
  );
}

function pcmOf(compression: string, bits: number): PcmFormat | undefined {
  switch (compression.toLowerCase()) {
    case 'alaw':
      return { kind: 'a-law', bits: 8, isBigEndian: true };
    case 'ulaw':
      return { kind: 'mu-law', bits: 8, isBigEndian: true };
    case 'fl32':
      return { kind: 'float', bits: 32, isBigEndian: true };
    case 'fl64':
      return { kind: 'float', bits: 64, isBigEndian: true };
    case 'raw ':
      return { kind: 'unsigned', bits: 8, isBigEndian: true };
    case 'in24':
      return { kind: 'signed', bits: 24, isBigEndian: true };
    case 'in32':
      return { kind: 'signed', bits: 32, isBigEndian: true };
    case 'none':
    case 'twos':
    case 'sowt':
    case '23ni':
      return [8, 16, 24, 32].includes(bits)
        ? { kind: 'signed', bits, isBigEndian: !LITTLE_ENDIAN.has(compression) }
        : undefined;
    default:
      return undefined;
  }
}
