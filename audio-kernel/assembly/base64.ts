// Bytes -> base64 (RFC 4648), for the messages that carry audio as text.
import { INPUT, PCM } from './memory';

/** Of INPUT; the text is at PCM. */
export function toBase64(count: i32): void {
  let from = INPUT;
  let to = PCM;
  let left = count;
  if (ASC_FEATURE_SIMD) {
    // Reads 16 bytes for each twelve that it uses.
    for (; left >= 12; left -= 12, from += 12, to += 16) v128.store(to, sixteenCharacters(v128.load(from)));
  }
  for (; left >= 3; left -= 3, from += 3, to += 4) store<u32>(to, fourCharacters(bytesAt(from, 3)));
  if (left == 0) return;
  store<u32>(to, fourCharacters(bytesAt(from, left)));
  store<u8>(to + 3, PADDING);
  if (left == 1) store<u8>(to + 2, PADDING);
}

const PADDING: u8 = 61;

/** Three bytes as one number, the first of them the highest; those that are not there are 0. */
function bytesAt(from: usize, count: i32): u32 {
  let bits = (<u32>load<u8>(from)) << 16;
  if (count > 1) bits |= (<u32>load<u8>(from, 1)) << 8;
  if (count > 2) bits |= <u32>load<u8>(from, 2);
  return bits;
}

function fourCharacters(bits: u32): u32 {
  return (
    character(bits >> 18) |
    (character((bits >> 12) & 63) << 8) |
    (character((bits >> 6) & 63) << 16) |
    (character(bits & 63) << 24)
  );
}

/** A to Z, a to z, 0 to 9, + and /. */
function character(value: u32): u32 {
  if (value < 26) return value + 65;
  if (value < 52) return value + 71;
  if (value < 62) return value - 4;
  return value == 62 ? 43 : 47;
}

/** The same of the first twelve bytes. */
function sixteenCharacters(bytes: v128): v128 {
  // Three bytes in each lane of four, the first of them the highest.
  const bits = i8x16.swizzle(bytes, i8x16(2, 1, 0, 16, 5, 4, 3, 16, 8, 7, 6, 16, 11, 10, 9, 16));
  const first = i32x4.shr_u(bits, 18);
  const second = v128.and(i32x4.shr_u(bits, 4), i32x4.splat(0x3f00));
  const third = v128.and(i32x4.shl(bits, 10), i32x4.splat(0x3f_0000));
  const fourth = v128.and(i32x4.shl(bits, 24), i32x4.splat(0x3f00_0000));
  const values = v128.or(v128.or(first, second), v128.or(third, fourth));
  // 13 for A to Z, 0 for a to z, 1 to 10 for the digits, 11 and 12: which of the differences is to be added.
  const isUpperCase = i8x16.lt_s(values, i8x16.splat(26));
  const behind = i8x16.sub_sat_u(values, i8x16.splat(51));
  const kinds = v128.or(behind, v128.and(isUpperCase, i8x16.splat(13)));
  const differences = i8x16(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0);
  return i8x16.add(values, i8x16.swizzle(differences, kinds));
}
