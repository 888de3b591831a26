// The inside of a frame of FLAC (RFC 9639, 9.2 and 9.3). Its header is read in lib/audio/decoders/flac-frame.ts.
import { FLAC, FLAC_SAMPLES, INPUT, PLANES } from './memory';

/** What comes back instead of a place in the bytes. */
export const OUT_OF_BITS: i32 = -1;
export const DAMAGED: i32 = -2;

const LEFT_SIDE: i32 = 8;
const SIDE_RIGHT: i32 = 9;
/** A vector of 64 bits that begins anywhere within a byte has so many. */
const WINDOW_BITS: u32 = 57;
const CRC16_POLYNOMIAL: u32 = 0x8005;

/** Coefficients of a linear predictor, newest sample first. */
const COEFFICIENTS: usize = memory.data(32 * 4, 16);
const CRC16: usize = memory.data(256 * 2, 16);
for (let index: u32 = 0; index < 256; index++) {
  let value = index << 8;
  for (let bit = 0; bit < 8; bit++) value = value & 0x8000 ? (value << 1) ^ CRC16_POLYNOMIAL : value << 1;
  store<u16>(CRC16 + (index << 1), <u16>value);
}

/** The next bit to read, and where bits end. Reading goes on beyond: whoever has read looks at `position` after. */
let position: u32 = 0;
let end: u32 = 0;

/**
 * Decodes the subframes in INPUT to FLAC.
 * @param from First byte behind the header.
 * @param bytes How many there are in all.
 * @param size Samples of each channel.
 * @param bits Of a sample.
 * @returns the byte behind the frame, or one of the above.
 */
export function flacFrame(from: i32, bytes: i32, size: i32, bits: i32, assignment: i32): i32 {
  position = (<u32>from) << 3;
  end = (<u32>bytes) << 3;
  const channels = assignment < LEFT_SIDE ? assignment + 1 : 2;
  for (let channel = 0; channel < channels; channel++) {
    const isSide = assignment == SIDE_RIGHT ? channel == 0 : assignment >= LEFT_SIDE && channel == 1;
    const isRead = readSubframe(samplesOf(channel), size, bits + <i32>isSide);
    // What is beyond the end looks like damage.
    if (position > end) return OUT_OF_BITS;
    if (!isRead) return DAMAGED;
  }
  const body = (position + 7) >> 3;
  if (body + 2 > <u32>bytes) return OUT_OF_BITS;
  position = body << 3;
  if (unsigned(16) != crc16(body)) return DAMAGED;
  if (assignment >= LEFT_SIDE) decorrelate(size, assignment);
  return body + 2;
}

/** Some of the samples of the frame to PLANES, times `scale`. */
export function flacPlanes(channels: i32, from: i32, frames: i32, scale: f32): void {
  for (let channel = 0; channel < channels; channel++) {
    const source = samplesOf(channel) + ((<usize>from) << 2);
    const target = PLANES + ((<usize>channel * frames) << 2);
    let i = 0;
    if (ASC_FEATURE_SIMD) {
      const scales = f32x4.splat(scale);
      for (; i + 4 <= frames; i += 4) {
        const samples = f32x4.convert_i32x4_s(v128.load(source + ((<usize>i) << 2)));
        v128.store(target + ((<usize>i) << 2), f32x4.mul(samples, scales));
      }
    }
    for (; i < frames; i++) {
      store<f32>(target + ((<usize>i) << 2), <f32>load<i32>(source + ((<usize>i) << 2)) * scale);
    }
  }
}

function samplesOf(channel: i32): usize {
  return FLAC + ((<usize>channel * FLAC_SAMPLES) << 2);
}

/** The bits from `at` on, the first one uppermost. At least WINDOW_BITS of them are true. */
function windowAt(at: u32): u64 {
  return bswap(load<u64>(INPUT + (at >> 3))) << (at & 7);
}

/** @param count 1 to 57 */
function unsigned(count: u32): u32 {
  const value = <u32>(windowAt(position) >> (64 - count));
  position += count;
  return value;
}

/** @param count 0 to 33; of 33 bits the upper one is lost. */
function signed(count: u32): i32 {
  if (count == 0) return 0;
  const value = <i32>((<i64>windowAt(position)) >> (64 - count));
  position += count;
  return value;
}

/** How many zeros stand before the next one. */
function unary(): u32 {
  let zeros: u32 = 0;
  while (position <= end) {
    const ahead = <u32>clz(windowAt(position));
    if (ahead < WINDOW_BITS) {
      position += ahead + 1;
      return zeros + ahead;
    }
    zeros += WINDOW_BITS;
    position += WINDOW_BITS;
  }
  return zeros;
}

function readSubframe(samples: usize, size: i32, frameBits: i32): bool {
  if (unsigned(1) != 0) return false;
  const type = <i32>unsigned(6);
  const wasted = unsigned(1) == 1 ? <i32>unary() + 1 : 0;
  const bits = frameBits - wasted;
  if (wasted > 32 || bits < 1) return false;
  let isRead = true;
  if (type == 0) {
    const value = signed(bits);
    for (let i = 0; i < size; i++) store<i32>(samples + ((<usize>i) << 2), value);
  } else if (type == 1) {
    for (let i = 0; i < size && position <= end; i++) store<i32>(samples + ((<usize>i) << 2), signed(bits));
  } else if (type >= 8 && type <= 12) isRead = readFixed(samples, size, bits, type - 8);
  else if (type >= 32) isRead = readLinear(samples, size, bits, type - 31);
  else return false;
  if (wasted > 0) {
    for (let i = 0; i < size; i++) {
      store<i32>(samples + ((<usize>i) << 2), load<i32>(samples + ((<usize>i) << 2)) << wasted);
    }
  }
  return isRead;
}

function readFixed(samples: usize, size: i32, bits: i32, order: i32): bool {
  if (!readWarmUp(samples, size, bits, order) || !readResidual(samples, size, order)) return false;
  // 32 bits wrap around in the middle and are right in the end.
  let a: i32 = order > 0 ? load<i32>(samples + ((<usize>(order - 1)) << 2)) : 0;
  let b: i32 = order > 1 ? load<i32>(samples + ((<usize>(order - 2)) << 2)) : 0;
  let c: i32 = order > 2 ? load<i32>(samples + ((<usize>(order - 3)) << 2)) : 0;
  let d: i32 = order > 3 ? load<i32>(samples + ((<usize>(order - 4)) << 2)) : 0;
  for (let i = order; i < size; i++) {
    let predicted: i32 = 0;
    if (order == 1) predicted = a;
    else if (order == 2) predicted = 2 * a - b;
    else if (order == 3) predicted = 3 * (a - b) + c;
    else if (order == 4) predicted = 4 * (a + c) - 6 * b - d;
    d = c;
    c = b;
    b = a;
    a = load<i32>(samples + ((<usize>i) << 2)) + predicted;
    store<i32>(samples + ((<usize>i) << 2), a);
  }
  return true;
}

function readLinear(samples: usize, size: i32, bits: i32, order: i32): bool {
  if (!readWarmUp(samples, size, bits, order)) return false;
  const precision = unsigned(4) + 1;
  const shift = signed(5);
  if (precision == 16 || shift < 0) return false;
  for (let i = 0; i < order; i++) store<i32>(COEFFICIENTS + ((<usize>i) << 2), signed(precision));
  if (!readResidual(samples, size, order)) return false;
  // The sum of `order` products fits into 32 bits, or it does not.
  if (bits + <i32>precision + (32 - <i32>clz(order)) <= 32) predict(samples, size, order, shift);
  else predictWide(samples, size, order, shift);
  return true;
}

function readWarmUp(samples: usize, size: i32, bits: i32, order: i32): bool {
  if (order > size) return false;
  for (let i = 0; i < order; i++) store<i32>(samples + ((<usize>i) << 2), signed(bits));
  return true;
}

/** Adds to each residual what was predicted. Four products at a time; the memory behind COEFFICIENTS is not read. */
function predict(samples: usize, size: i32, order: i32, shift: i32): void {
  const last = samples + ((<usize>size) << 2);
  for (let at = samples + ((<usize>order) << 2); at < last; at += 4) {
    let sum: i32 = 0;
    let coefficient = COEFFICIENTS;
    let before = at - 4;
    let left = order;
    for (; left >= 4; left -= 4, coefficient += 16, before -= 16) {
      sum +=
        load<i32>(coefficient) * load<i32>(before) +
        load<i32>(coefficient, 4) * load<i32>(before - 4) +
        (load<i32>(coefficient, 8) * load<i32>(before - 8) +
          load<i32>(coefficient, 12) * load<i32>(before - 12));
    }
    for (; left > 0; left--, coefficient += 4, before -= 4) sum += load<i32>(coefficient) * load<i32>(before);
    store<i32>(at, load<i32>(at) + (sum >> shift));
  }
}

function predictWide(samples: usize, size: i32, order: i32, shift: i32): void {
  const last = samples + ((<usize>size) << 2);
  for (let at = samples + ((<usize>order) << 2); at < last; at += 4) {
    let sum: i64 = 0;
    for (let j: usize = 0; j < <usize>order; j++) {
      sum += <i64>load<i32>(COEFFICIENTS + (j << 2)) * <i64>load<i32>(at - 4 - (j << 2));
    }
    store<i32>(at, load<i32>(at) + <i32>(sum >> shift));
  }
}

function readResidual(samples: usize, size: i32, order: i32): bool {
  const method = unsigned(2);
  if (method > 1) return false;
  const parameterBits = 4 + method;
  const escape: u32 = (1 << parameterBits) - 1;
  const partitions = 1 << unsigned(4);
  const partitionSize = size / partitions;
  if (size % partitions != 0 || partitionSize < order) return false;
  let at = samples + ((<usize>order) << 2);
  for (let partition = 1; partition <= partitions; partition++) {
    const last = samples + ((<usize>(partition * partitionSize)) << 2);
    const parameter = unsigned(parameterBits);
    if (parameter == escape) {
      const bits = unsigned(5);
      for (; at < last; at += 4) store<i32>(at, signed(bits));
    } else readRice(at, last, parameter);
    at = last;
    if (position > end) return false;
  }
  return true;
}

function readRice(from: usize, last: usize, parameter: u32): void {
  const longest = WINDOW_BITS - 1 - parameter;
  const limit = end;
  let next = position;
  for (let at = from; at < last; at += 4) {
    const window = windowAt(next);
    const zeros = <u32>clz(window);
    let folded: u32;
    if (zeros <= longest) {
      // The one behind the zeros is shifted out by itself, so that a parameter of 0 shifts by 63 and not by 64.
      const low = <u32>((((window << zeros) << 1) >> 1) >> (63 - parameter));
      folded = (zeros << parameter) | low;
      next += zeros + 1 + parameter;
    } else {
      position = next;
      folded = unary() << parameter;
      if (parameter > 0) folded |= unsigned(parameter);
      next = position;
    }
    if (next > limit) break;
    // Zigzag: 0, -1, 1, -2, 2.
    store<i32>(at, (<i32>(folded >> 1)) ^ -(<i32>(folded & 1)));
  }
  position = next;
}

function decorrelate(size: i32, assignment: i32): void {
  const left = samplesOf(0);
  const right = samplesOf(1);
  for (let at: usize = 0; at < (<usize>size) << 2; at += 4) {
    const first = load<i32>(left + at);
    const second = load<i32>(right + at);
    if (assignment == LEFT_SIDE) store<i32>(right + at, first - second);
    else if (assignment == SIDE_RIGHT) store<i32>(left + at, first + second);
    else {
      const doubled = ((<i64>first) << 1) | (second & 1);
      store<i32>(left + at, <i32>((doubled + second) >> 1));
      store<i32>(right + at, <i32>((doubled - second) >> 1));
    }
  }
}

function crc16(bytes: u32): u32 {
  let crc: u32 = 0;
  for (let i: u32 = 0; i < bytes; i++) {
    crc = (crc << 8) ^ load<u16>(CRC16 + ((((crc >> 8) ^ load<u8>(INPUT + i)) & 0xff) << 1));
    crc &= 0xffff;
  }
  return crc;
}
