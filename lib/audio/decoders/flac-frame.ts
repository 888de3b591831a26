import { BitReader } from './bit-reader';

/** What a file says of itself in front of its frames. */
export interface FlacStreamInfo {
  rateHz: number;
  channels: number;
  bits: number;
  /** Of the largest frame, 0 when it is not known. */
  maxFrameBytes: number;
}

export interface FlacFrame {
  bytes: number;
  rateHz: number;
  bits: number;
  /** Whole numbers, one array a channel. */
  channels: Int32Array[];
}

export class FlacDamage extends Error {}

const RATES_HZ = [0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
/** By the code in a frame's header; 0 stands for what the file says. */
const BITS = [0, 8, 12, 0, 16, 20, 24, 32];
const FIXED_COEFFICIENTS = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];
const LEFT_SIDE = 8;
const SIDE_RIGHT = 9;
const MID_SIDE = 10;

const CRC8 = crcTable(8, 0x07);
const CRC16 = crcTable(16, 0x8005);

/** Whether a frame may begin here (RFC 9639, 9.1). */
function isFlacSync(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff && ((bytes[at + 1] ?? 0) & 0xfe) === 0xf8;
}

/**
 * Decodes the frame at the beginning of `bytes`.
 * @throws OutOfBits when it does not end in them, FlacDamage when it is none.
 */
export function readFlacFrame(bytes: Uint8Array, info: FlacStreamInfo): FlacFrame {
  if (!isFlacSync(bytes, 0) && bytes.length >= 2) throw new FlacDamage();
  const reader = new BitReader(bytes);
  reader.unsigned(16);
  const sizeCode = reader.unsigned(4);
  const rateCode = reader.unsigned(4);
  const assignment = reader.unsigned(4);
  const bitsCode = reader.unsigned(3);
  if (sizeCode === 0 || rateCode === 15 || assignment > MID_SIDE || bitsCode === 3) throw new FlacDamage();
  if (reader.unsigned(1) !== 0) throw new FlacDamage();
  skipCodedNumber(reader);
  const size = blockSize(sizeCode, reader);
  const rateHz = frameRate(rateCode, reader) || info.rateHz;
  const headerEnd = reader.byteAt;
  if (reader.unsigned(8) !== crc(bytes, headerEnd, CRC8, 8)) throw new FlacDamage();
  const bits = bitsCode === 0 ? info.bits : (BITS[bitsCode] ?? info.bits);
  const count = assignment < 8 ? assignment + 1 : 2;
  const channels: Int32Array[] = [];
  for (let channel = 0; channel < count; channel++) {
    const isSide = assignment === SIDE_RIGHT ? channel === 0 : assignment >= LEFT_SIDE && channel === 1;
    channels.push(readSubframe(reader, size, bits + (isSide ? 1 : 0)));
  }
  reader.alignToByte();
  const end = reader.byteAt;
  if (reader.unsigned(16) !== crc(bytes, end, CRC16, 16)) throw new FlacDamage();
  decorrelate(channels, assignment);
  return { bytes: end + 2, rateHz, bits, channels };
}

/** The frame's or sample's number, written like a character of UTF-8. */
function skipCodedNumber(reader: BitReader): void {
  const first = reader.unsigned(8);
  const length = Math.clz32(~(first << 24));
  if (length === 1 || length > 7) throw new FlacDamage();
  for (let i = 1; i < length; i++) {
    if (reader.unsigned(8) >> 6 !== 2) throw new FlacDamage();
  }
}

function blockSize(code: number, reader: BitReader): number {
  if (code === 1) return 192;
  if (code < 6) return 144 << code;
  if (code === 6) return reader.unsigned(8) + 1;
  if (code === 7) return reader.unsigned(16) + 1;
  return 1 << code;
}

function frameRate(code: number, reader: BitReader): number {
  if (code === 12) return reader.unsigned(8) * 1000;
  if (code === 13) return reader.unsigned(16);
  if (code === 14) return reader.unsigned(16) * 10;
  return RATES_HZ[code] ?? 0;
}

function readSubframe(reader: BitReader, size: number, frameBits: number): Int32Array {
  if (reader.unsigned(1) !== 0) throw new FlacDamage();
  const type = reader.unsigned(6);
  const wasted = reader.unsigned(1) === 1 ? reader.unary(64) + 1 : 0;
  const bits = frameBits - wasted;
  if (bits < 1) throw new FlacDamage();
  const samples = new Int32Array(size);
  if (type === 0) samples.fill(reader.signed(bits));
  else if (type === 1) for (let i = 0; i < size; i++) samples[i] = reader.signed(bits);
  else if (type >= 8 && type <= 12) readPredicted(reader, samples, bits, type - 8);
  else if (type >= 32) readPredicted(reader, samples, bits, type - 31, true);
  else throw new FlacDamage();
  if (wasted > 0) for (let i = 0; i < size; i++) samples[i] = (samples[i] ?? 0) << wasted;
  return samples;
}

function readPredicted(
  reader: BitReader,
  samples: Int32Array,
  bits: number,
  order: number,
  isLinear = false,
): void {
  if (order > samples.length) throw new FlacDamage();
  for (let i = 0; i < order; i++) samples[i] = reader.signed(bits);
  let coefficients: readonly number[] = FIXED_COEFFICIENTS[order] ?? [];
  let shift = 0;
  if (isLinear) {
    const precision = reader.unsigned(4) + 1;
    shift = reader.signed(5);
    if (precision === 16 || shift < 0) throw new FlacDamage();
    coefficients = Array.from({ length: order }, () => reader.signed(precision));
  }
  readResidual(reader, samples, order);
  predict(samples, Float64Array.from(coefficients), 2 ** shift);
}

/** Adds to each residual what was predicted; the sums need up to 53 bits, which a float of 64 holds exactly. */
function predict(samples: Int32Array, coefficients: Float64Array, divisor: number): void {
  const order = coefficients.length;
  if (order === 0) return;
  for (let i = order; i < samples.length; i++) {
    let sum = 0;
    /* eslint-disable-next-line @typescript-eslint/no-non-null-assertion -- within both arrays, and a hot loop */
    for (let j = 0; j < order; j++) sum += coefficients[j]! * samples[i - 1 - j]!;
    samples[i] = (samples[i] ?? 0) + Math.floor(sum / divisor);
  }
}

function readResidual(reader: BitReader, samples: Int32Array, order: number): void {
  const method = reader.unsigned(2);
  if (method > 1) throw new FlacDamage();
  const parameterBits = method === 0 ? 4 : 5;
  const escape = (1 << parameterBits) - 1;
  const partitions = 1 << reader.unsigned(4);
  const partitionSize = samples.length / partitions;
  if (!Number.isInteger(partitionSize) || partitionSize < order) throw new FlacDamage();
  let at = order;
  for (let partition = 1; partition <= partitions; partition++) {
    const end = partition * partitionSize;
    const parameter = reader.unsigned(parameterBits);
    if (parameter === escape) {
      const bits = reader.unsigned(5);
      for (; at < end; at++) samples[at] = reader.signed(bits);
      continue;
    }
    const step = 2 ** parameter;
    for (; at < end; at++) {
      const folded = reader.unary() * step + reader.unsigned(parameter);
      // Zigzag: 0, -1, 1, -2, 2. Up to 32 bits, so the halving must not be signed.
      samples[at] = (folded >>> 1) ^ -(folded & 1);
    }
  }
}

function decorrelate([a, b]: Int32Array[], assignment: number): void {
  if (!a || !b || assignment < LEFT_SIDE) return;
  for (let i = 0; i < a.length; i++) {
    const first = a[i] ?? 0;
    const second = b[i] ?? 0;
    if (assignment === LEFT_SIDE) b[i] = first - second;
    else if (assignment === SIDE_RIGHT) a[i] = first + second;
    else {
      const doubled = first * 2 + (second & 1);
      a[i] = (doubled + second) / 2;
      b[i] = (doubled - second) / 2;
    }
  }
}

function crcTable(width: 8 | 16, polynomial: number): Uint16Array {
  const top = 1 << (width - 1);
  return Uint16Array.from({ length: 256 }, (_, index) => {
    let value = index << (width - 8);
    for (let bit = 0; bit < 8; bit++) value = value & top ? (value << 1) ^ polynomial : value << 1;
    return value & ((1 << width) - 1);
  });
}

function crc(bytes: Uint8Array, end: number, table: Uint16Array, width: 8 | 16): number {
  let value = 0;
  const mask = (1 << width) - 1;
  for (let i = 0; i < end; i++) {
    value = ((value << 8) ^ (table[((value >> (width - 8)) ^ (bytes[i] ?? 0)) & 0xff] ?? 0)) & mask;
  }
  return value;
}
