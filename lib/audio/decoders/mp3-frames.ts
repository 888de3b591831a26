import { hasText } from '../bytes';

const RATES_HZ = [44_100, 48_000, 32_000];
/** By the bits of the header, of which 0 is reserved. */
const LAYERS = [undefined, 3, 2, 1] as const;
/** In kbit/s, by the index in the header; 0 is a free format. */
const KBITS = {
  mpeg1: {
    1: [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  },
  mpeg2: {
    1: [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    3: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  },
};

/** The four bytes before a frame of MPEG audio (ISO 11172-3, 13818-3 and the unofficial 2.5). */
export interface Mp3Frame {
  bytes: number;
  rateHz: number;
  channels: number;
  layer: 1 | 2 | 3;
  /** Samples per channel. */
  samples: number;
}

/** `undefined` when no frame begins here. */
export function readMp3Frame(bytes: Uint8Array, at: number): Mp3Frame | undefined {
  const b1 = bytes[at + 1] ?? 0;
  const b2 = bytes[at + 2] ?? 0;
  const b3 = bytes[at + 3];
  if (bytes[at] !== 0xff || (b1 & 0xe0) !== 0xe0 || b3 === undefined) return undefined;
  const version = (b1 >> 3) & 3;
  const layer = LAYERS[(b1 >> 1) & 3];
  const baseRate = RATES_HZ[(b2 >> 2) & 3];
  // Version 1 and layer 4 are reserved, and so is emphasis 2, which no encoder writes.
  if (version === 1 || layer === undefined || baseRate === undefined || (b3 & 3) === 2) return undefined;
  const isFirst = version === 3;
  const kbits = KBITS[isFirst ? 'mpeg1' : 'mpeg2'][layer][b2 >> 4] ?? 0;
  if (kbits === 0) return undefined;
  const rateHz = baseRate / (isFirst ? 1 : version === 2 ? 2 : 4);
  const padding = (b2 >> 1) & 1;
  const samples = layer === 1 ? 384 : layer === 2 || isFirst ? 1152 : 576;
  const size =
    layer === 1
      ? (Math.floor((12_000 * kbits) / rateHz) + padding) * 4
      : Math.floor(((samples / 8) * 1000 * kbits) / rateHz) + padding;
  return { bytes: size, rateHz, channels: b3 >> 6 === 3 ? 1 : 2, layer, samples };
}

/** The length of an ID3v2 tag at this position, including its header; 0 when there is none. */
export function id3Length(bytes: Uint8Array): number {
  if (!hasText(bytes, 0, 'ID3')) return 0;
  const sizes = [...bytes.subarray(6, 10)];
  const version = bytes[3] ?? 0;
  if (sizes.length < 4 || version > 8 || sizes.some((byte) => byte > 127)) return 0;
  const size = sizes.reduce((sum, byte) => sum * 128 + byte, 0);
  const hasFooter = ((bytes[5] ?? 0) & 0x10) !== 0;
  return 10 + size + (hasFooter ? 10 : 0);
}
