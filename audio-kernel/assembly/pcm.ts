// Raw samples of any kind -> floats from -1 to 1, and back to 16 bit.
import { INPUT, LOOKUP, PCM, PLANES, WIDE } from './memory';

/** Whole numbers of 2, 3 or 4 bytes; each is put into the upper bytes of 32 bits. */
export function widenIntegers(count: i32, size: i32, isBigEndian: bool, isUnsigned: bool, to: usize): void {
  const flip: u32 = isUnsigned ? 0x80000000 : 0;
  let at = INPUT;
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const order = placeUpper(size, isBigEndian);
    const flips = i32x4.splat(flip);
    const scale = f32x4.splat(Mathf.pow(2, -31));
    for (; i + 4 <= count; i += 4, at += (<usize>size) << 2) {
      const upper = v128.xor(i8x16.swizzle(v128.load(at), order), flips);
      v128.store(to + ((<usize>i) << 2), f32x4.mul(f32x4.convert_i32x4_s(upper), scale));
    }
  }
  for (; i < count; i++, at += size) {
    let upper: u32 = 0;
    for (let byte = 0; byte < size; byte++) {
      const place = isBigEndian ? byte : size - 1 - byte;
      upper |= (<u32>load<u8>(at + byte)) << (24 - 8 * place);
    }
    store<f32>(to + ((<usize>i) << 2), <f32>(<i32>(upper ^ flip)) * Mathf.pow(2, -31));
  }
}

/** Which byte of four samples goes where; 16 and more stand for 0. */
function placeUpper(size: i32, isBigEndian: bool): v128 {
  if (size == 2) {
    return isBigEndian
      ? i8x16(16, 16, 1, 0, 16, 16, 3, 2, 16, 16, 5, 4, 16, 16, 7, 6)
      : i8x16(16, 16, 0, 1, 16, 16, 2, 3, 16, 16, 4, 5, 16, 16, 6, 7);
  }
  if (size == 3) {
    return isBigEndian
      ? i8x16(16, 2, 1, 0, 16, 5, 4, 3, 16, 8, 7, 6, 16, 11, 10, 9)
      : i8x16(16, 0, 1, 2, 16, 3, 4, 5, 16, 6, 7, 8, 16, 9, 10, 11);
  }
  return isBigEndian
    ? i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
    : i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** Bytes that are no floats make numbers of any size; one of them must not spoil the filters behind. */
const MAX_FLOAT: f32 = 8;

export function widenFloats(count: i32, isBigEndian: bool, to: usize): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const order = placeUpper(4, isBigEndian);
    const max = f32x4.splat(MAX_FLOAT);
    for (; i + 4 <= count; i += 4) {
      const value = i8x16.swizzle(v128.load(INPUT + ((<usize>i) << 2)), order);
      v128.store(to + ((<usize>i) << 2), v128.and(value, f32x4.le(f32x4.abs(value), max)));
    }
  }
  for (; i < count; i++) {
    const bits = load<u32>(INPUT + ((<usize>i) << 2));
    const value = reinterpret<f32>(isBigEndian ? bswap(bits) : bits);
    store<f32>(to + ((<usize>i) << 2), abs(value) <= MAX_FLOAT ? value : 0);
  }
}

export function widenDoubles(count: i32, isBigEndian: bool, to: usize): void {
  for (let i = 0; i < count; i++) {
    const bits = load<u64>(INPUT + ((<usize>i) << 3));
    const value = reinterpret<f64>(isBigEndian ? bswap(bits) : bits);
    store<f32>(to + ((<usize>i) << 2), abs(value) <= <f64>MAX_FLOAT ? <f32>value : 0);
  }
}

/** Samples of one byte, by the table of what they stand for. */
export function widenBytes(count: i32, to: usize): void {
  for (let i = 0; i < count; i++) {
    store<f32>(to + ((<usize>i) << 2), load<f32>(LOOKUP + ((<usize>load<u8>(INPUT + i)) << 2)));
  }
}

/** Interleaved samples -> one channel after the other. */
export function separate(channels: i32, frames: i32): void {
  if (channels == 2) return separateTwo(frames);
  for (let channel = 0; channel < channels; channel++) {
    const to = PLANES + ((<usize>channel * frames) << 2);
    let from = WIDE + ((<usize>channel) << 2);
    for (let i = 0; i < frames; i++, from += (<usize>channels) << 2) {
      store<f32>(to + ((<usize>i) << 2), load<f32>(from));
    }
  }
}

function separateTwo(frames: i32): void {
  const left = PLANES;
  const right = PLANES + ((<usize>frames) << 2);
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    for (; i + 4 <= frames; i += 4) {
      const a = v128.load(WIDE + ((<usize>i) << 3));
      const b = v128.load(WIDE + ((<usize>i) << 3), 16);
      v128.store(left + ((<usize>i) << 2), v128.shuffle<f32>(a, b, 0, 2, 4, 6));
      v128.store(right + ((<usize>i) << 2), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
    }
  }
  for (; i < frames; i++) {
    store<f32>(left + ((<usize>i) << 2), load<f32>(WIDE + ((<usize>i) << 3)));
    store<f32>(right + ((<usize>i) << 2), load<f32>(WIDE + ((<usize>i) << 3), 4));
  }
}

/** Samples from -1 to 1 as 16 bit; louder ones are cut off. Those that were 16-bit come out the same. */
export function toPcm16(from: usize, count: i32): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    for (; i + 8 <= count; i += 8) {
      const low = rounded(v128.load(from + ((<usize>i) << 2)));
      const high = rounded(v128.load(from + ((<usize>i) << 2), 16));
      v128.store(PCM + ((<usize>i) << 1), i16x8.narrow_i32x4_s(low, high));
    }
  }
  for (; i < count; i++) {
    const value = nearest(load<f32>(from + ((<usize>i) << 2)) * 32768);
    store<i16>(PCM + ((<usize>i) << 1), <i16>(<i32>max<f32>(-32768, min<f32>(32767, value))));
  }
}

function rounded(samples: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(samples, f32x4.splat(32768))));
}
