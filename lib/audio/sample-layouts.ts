import { asBuffer } from './bytes';

/** One way to read bytes as samples. */
export interface Layout {
  /** The name for people. */
  name: string;
  /** The hint that makes it be read in this way. */
  advice: string;
  /** Bytes from one sample to the next of the same channel. */
  strideBytes: number;
  read: (view: Buffer, at: number) => number;
}

const say = (encoding: string): string =>
  `set the encoding to ${encoding} (msg.encoding, "Raw Audio" or --encoding)`;

/** The session's own format, which is the default. */
export const USUAL: Layout = {
  name: '16-bit samples, lower byte first',
  advice: say('s16le'),
  strideBytes: 2,
  read: (view, at) => view.readInt16LE(at) / 2 ** 15,
};

/** The formats that are most often mistaken for it; narrow ones come first, because wide ones are made of them. */
export const OTHERS: readonly Layout[] = [
  {
    name: '16-bit samples, upper byte first (big endian)',
    advice: say('s16be'),
    strideBytes: 2,
    read: (view, at) => view.readInt16BE(at) / 2 ** 15,
  },
  {
    name: '8-bit unsigned samples',
    advice: say('u8'),
    strideBytes: 1,
    read: (view, at) => (view.readUInt8(at) - 128) / 128,
  },
  {
    name: '8-bit signed samples',
    advice: say('s8'),
    strideBytes: 1,
    read: (view, at) => view.readInt8(at) / 128,
  },
  {
    name: 'µ-law samples',
    advice: say('mu-law'),
    strideBytes: 1,
    read: (view, at) => muLaw(view.readUInt8(at)),
  },
  {
    name: 'A-law samples',
    advice: say('a-law'),
    strideBytes: 1,
    read: (view, at) => aLaw(view.readUInt8(at)),
  },
  {
    name: '24-bit samples',
    advice: say('s24le'),
    strideBytes: 3,
    read: (view, at) => view.readIntLE(at, 3) / 2 ** 23,
  },
  {
    name: '24-bit samples, upper byte first (big endian)',
    advice: say('s24be'),
    strideBytes: 3,
    read: (view, at) => view.readIntBE(at, 3) / 2 ** 23,
  },
  {
    name: '24-bit samples at the right of 32 bits',
    advice: `shift each sample left by 8 bits at the sender, and ${say('s32le')}`,
    strideBytes: 4,
    read: (view, at) => view.readInt32LE(at) / 2 ** 23,
  },
  {
    name: '24-bit samples at the right of 32 bits, upper byte first (big endian)',
    advice: `shift each sample left by 8 bits at the sender, and ${say('s32be')}`,
    strideBytes: 4,
    read: (view, at) => view.readInt32BE(at) / 2 ** 23,
  },
  {
    name: '32-bit samples of 16 bits',
    advice: `shift each sample left by 16 bits at the sender, and ${say('s32le')}`,
    strideBytes: 4,
    read: (view, at) => view.readInt32LE(at) / 2 ** 15,
  },
  {
    name: '32-bit float samples',
    advice: say('f32le'),
    strideBytes: 4,
    read: (view, at) => view.readFloatLE(at),
  },
  {
    name: '32-bit float samples, upper byte first (big endian)',
    advice: say('f32be'),
    strideBytes: 4,
    read: (view, at) => view.readFloatBE(at),
  },
  {
    name: '32-bit samples',
    advice: say('s32le'),
    strideBytes: 4,
    read: (view, at) => view.readInt32LE(at) / 2 ** 31,
  },
  {
    name: '32-bit samples, upper byte first (big endian)',
    advice: say('s32be'),
    strideBytes: 4,
    read: (view, at) => view.readInt32BE(at) / 2 ** 31,
  },
];

/**
 * How much samples jump, relative to their level: about 1.4 for noise, which bytes in a wrong format resemble, and
 * less for speech. `undefined` for what is no audio in this layout.
 */
export function roughness(bytes: Uint8Array, { strideBytes, read }: Layout, offset = 0): number | undefined {
  const view = asBuffer(bytes);
  let sum = 0;
  let count = 0;
  for (let at = offset; at + strideBytes <= view.length; at += strideBytes) {
    const sample = read(view, at);
    // Other bytes read as floats give any number.
    if (!(Math.abs(sample) <= 8)) return undefined;
    sum += sample;
    count += 1;
  }
  const mean = sum / count;
  let before = 0;
  let jumps = 0;
  let levels = 0;
  for (let at = offset; at + strideBytes <= view.length; at += strideBytes) {
    const sample = read(view, at) - mean;
    if (at > offset) jumps += Math.abs(sample - before);
    levels += Math.abs(sample);
    before = sample;
  }
  return levels / count < 1e-5 ? undefined : jumps / levels;
}

/** ITU-T G.711. */
function muLaw(byte: number): number {
  const code = ~byte & 0xff;
  const size = (((code & 0x0f) << 3) + 0x84) << ((code & 0x70) >> 4);
  return (code & 0x80 ? 0x84 - size : size - 0x84) / 2 ** 15;
}

function aLaw(byte: number): number {
  const code = byte ^ 0x55;
  const exponent = (code & 0x70) >> 4;
  const size = exponent === 0 ? ((code & 0x0f) << 4) + 8 : (((code & 0x0f) << 4) + 0x108) << (exponent - 1);
  return (code & 0x80 ? size : -size) / 2 ** 15;
}
