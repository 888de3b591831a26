import { kernel } from '../../base/kernel';

/** The description of a file in front of its frames. */
export interface FlacStreamInfo {
  rateHz: number;
  channels: number;
  bits: number;
  /** The size of the largest frame; 0 when it is unknown. */
  maxFrameBytes: number;
}

export interface FlacFrame {
  /** The size including the header. */
  bytes: number;
  rateHz: number;
  bits: number;
  channels: number;
  /** Samples of each channel. They are in the kernel until the next frame is read. */
  size: number;
}

export class FlacDamage extends Error {}

/** More bytes may come. */
export class OutOfBytes extends Error {}

const RATES_HZ = [0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
/** By the code in a frame's header; 0 means the value of the file. */
const BITS = [0, 8, 12, 0, 16, 20, 24, 32];
/** From here up to MID_SIDE the two channels of stereo are coded together. */
const STEREO = 8;
const MID_SIDE = 10;
/** Decoding of a frame is tried with this many of the bytes before it is tried with all of them. */
const USUAL_FRAME_BYTES = 16 * 1024;
/** The kernel's answer where a frame does not end in the bytes. */
const OUT_OF_BITS = -1;

const CRC8 = Uint8Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 0x80 ? (value << 1) ^ 0x07 : value << 1;
  return value;
});

/**
 * Reads the header of the frame at the beginning of `bytes` (RFC 9639, 9.1), and lets the kernel decode the rest.
 * @throws OutOfBytes when the frame does not end in them; FlacDamage when it is invalid.
 */
export function readFlacFrame(bytes: Uint8Array, info: FlacStreamInfo): FlacFrame {
  const header = readFlacHeader(bytes, info);
  const { at, size, rateHz, bits, assignment } = header;
  if (rateHz === 0 || bits === 0) throw new FlacDamage();
  const most = Math.min(bytes.length, kernel().maxFrameBytes);
  let length = Math.min(most, USUAL_FRAME_BYTES);
  let end = kernel().flacFrame(bytes.subarray(0, length), at, size, bits, assignment);
  if (end === OUT_OF_BITS && length < most) {
    length = most;
    end = kernel().flacFrame(bytes.subarray(0, length), at, size, bits, assignment);
  }
  if (end === OUT_OF_BITS) throw new OutOfBytes();
  if (end < 0) throw new FlacDamage();
  return { ...header, bytes: end };
}

/** The header of a frame. */
export interface FlacHeader {
  /** Where the header ends. */
  at: number;
  rateHz: number;
  bits: number;
  channels: number;
  /** How the channels are coded. */
  assignment: number;
  size: number;
  /** Number of the frame, or of its first sample. */
  number: number;
}

/** The description of a file whose beginning is missing; 0 stands for values that its frames do not tell. */
export const NO_STREAM_INFO: FlacStreamInfo = { rateHz: 0, channels: 0, bits: 0, maxFrameBytes: 0 };

/** The header of the frame that begins here, in a file whose beginning is missing; `undefined` when there is none. */
export function findFlacHeader(bytes: Uint8Array, at: number): FlacHeader | undefined {
  if (bytes[at] !== 0xff || ((bytes[at + 1] ?? 0) & 0xfe) !== 0xf8) return undefined;
  try {
    const header = readFlacHeader(bytes.subarray(at), NO_STREAM_INFO);
    return header.rateHz > 0 && header.bits > 0 ? header : undefined;
  } catch (error) {
    if (error instanceof OutOfBytes || error instanceof FlacDamage) return undefined;
    throw error;
  }
}

function readFlacHeader(bytes: Uint8Array, info: FlacStreamInfo): FlacHeader {
  let at = 0;
  const next = (): number => {
    const byte = bytes[at];
    if (byte === undefined) throw new OutOfBytes();
    at += 1;
    return byte;
  };
  if (next() !== 0xff || (next() & 0xfe) !== 0xf8) throw new FlacDamage();
  const codes = next();
  const kinds = next();
  const [sizeCode, rateCode, assignment, bitsCode] = [codes >> 4, codes & 15, kinds >> 4, (kinds >> 1) & 7];
  if (sizeCode === 0 || rateCode === 15 || assignment > MID_SIDE || bitsCode === 3 || (kinds & 1) !== 0) {
    throw new FlacDamage();
  }
  const number = readCodedNumber(next);
  const size = blockSize(sizeCode, next);
  const rateHz = frameRate(rateCode, next) || info.rateHz;
  const expected = crc8(bytes, at);
  if (next() !== expected) throw new FlacDamage();
  const bits = bitsCode === 0 ? info.bits : (BITS[bitsCode] ?? info.bits);
  return { at, rateHz, bits, channels: assignment < STEREO ? assignment + 1 : 2, assignment, size, number };
}

/** The number of the frame or sample, coded like a character of UTF-8. */
function readCodedNumber(next: () => number): number {
  const first = next();
  const length = Math.clz32(~(first << 24));
  if (length === 1 || length > 7) throw new FlacDamage();
  let number = length === 0 ? first : first & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const byte = next();
    if (byte >> 6 !== 2) throw new FlacDamage();
    number = number * 64 + (byte & 63);
  }
  return number;
}

function blockSize(code: number, next: () => number): number {
  if (code === 1) return 192;
  if (code < 6) return 144 << code;
  if (code === 6) return next() + 1;
  if (code === 7) return next() * 256 + next() + 1;
  return 1 << code;
}

function frameRate(code: number, next: () => number): number {
  if (code === 12) return next() * 1000;
  if (code === 13) return next() * 256 + next();
  if (code === 14) return (next() * 256 + next()) * 10;
  return RATES_HZ[code] ?? 0;
}

function crc8(bytes: Uint8Array, end: number): number {
  let value = 0;
  for (let i = 0; i < end; i++) value = CRC8[value ^ (bytes[i] ?? 0)] ?? 0;
  return value;
}
