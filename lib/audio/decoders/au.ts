import { AsrError } from '../../vocabulary/errors';
import { isChannelCount, isRate } from '../pcm-format';
import type { PcmFormat } from '../pcm-format';
import { isUnknownSize } from '../wav';
import { CompressedError } from './headed-pcm';
import type { PcmContainer, PcmHeader } from './headed-pcm';

const HEADER_BYTES = 24;
const MAX_HEADER_BYTES = 64 * 1024;
const ENCODINGS: Readonly<Record<number, PcmFormat>> = {
  1: { kind: 'mu-law', bits: 8, isBigEndian: true },
  2: { kind: 'signed', bits: 8, isBigEndian: true },
  3: { kind: 'signed', bits: 16, isBigEndian: true },
  4: { kind: 'signed', bits: 24, isBigEndian: true },
  5: { kind: 'signed', bits: 32, isBigEndian: true },
  6: { kind: 'float', bits: 32, isBigEndian: true },
  7: { kind: 'float', bits: 64, isBigEndian: true },
  27: { kind: 'a-law', bits: 8, isBigEndian: true },
};

/** G.721, G.722 and G.723 at two rates. */
const COMPRESSED = new Set([23, 24, 25, 26]);

/** Sun's `.au` and `.snd`, which telephones and voice mail systems write. */
export const AU: PcmContainer = { container: 'au', name: 'The AU file', demuxer: 'au', readHeader };

function readHeader(view: Buffer): PcmHeader | undefined {
  if (view.length < HEADER_BYTES) return undefined;
  const dataOffset = view.readUInt32BE(4);
  const code = view.readUInt32BE(12);
  const rateHz = view.readUInt32BE(16);
  const channels = view.readUInt32BE(20);
  const pcm = ENCODINGS[code];
  if (COMPRESSED.has(code)) {
    throw new CompressedError(
      'BAD_AUDIO',
      `The AU file is compressed (encoding ${code}); without ffmpeg only raw samples are decoded.`,
    );
  }
  const isSound = dataOffset >= HEADER_BYTES && dataOffset <= MAX_HEADER_BYTES;
  if (!pcm || !isSound || !isRate(rateHz) || !isChannelCount(channels)) {
    throw new AsrError(
      'BAD_AUDIO',
      `The AU file says it has ${rateHz} Hz, ${channels} channel(s) and encoding ${code}; only raw samples are decoded.`,
    );
  }
  if (view.length < dataOffset) return undefined;
  const size = view.readUInt32BE(8);
  return {
    pcm,
    channels,
    rateHz,
    dataOffset,
    dataBytes: isUnknownSize(size) ? Infinity : size,
  };
}
