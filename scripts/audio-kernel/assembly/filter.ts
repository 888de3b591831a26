// The polyphase filter of lib/audio/resample.ts: SIGNAL and TABLE -> FILTERED.
import { FILTERED, SIGNAL, TABLE } from './memory';

/**
 * Where each output has a row of its own; the rows stand in the order in which they are used.
 * @param first Index in SIGNAL of the first sample that the first output needs.
 * @param row Of the first output.
 */
export function filterRows(count: i32, taps: i32, first: i32, row: i32, up: i32, down: i32): void {
  const rowBytes = (<usize>taps) << 2;
  const end = TABLE + <usize>up * rowBytes;
  const whole = (<usize>(down / up)) << 2;
  const part = down % up;
  let step = <i32>((<i64>row * down) % up);
  let coefficients = TABLE + <usize>row * rowBytes;
  let at = SIGNAL + ((<usize>first) << 2);
  for (let n = 0; n < count; n++) {
    store<f32>(FILTERED + ((<usize>n) << 2), dot(coefficients, at, taps));
    coefficients += rowBytes;
    if (coefficients == end) coefficients = TABLE;
    at += whole;
    step += part;
    if (step >= up) {
      step -= up;
      at += 4;
    }
  }
}

/** Where there are too many positions for rows of their own: the nearest two of `phases`, and what lies between. */
export function filterBetween(
  count: i32,
  taps: i32,
  first: i32,
  from: f64,
  up: f64,
  down: f64,
  phases: i32,
): void {
  let at = SIGNAL + ((<usize>first) << 2);
  let step = from;
  for (let n = 0; n < count; n++) {
    const position = (step * <f64>phases) / up;
    const phase = <i32>position;
    const between = <f32>(position - <f64>phase);
    const row = TABLE + ((<usize>phase * taps) << 2);
    const a = dot(row, at, taps);
    const b = dot(row + ((<usize>taps) << 2), at, taps);
    store<f32>(FILTERED + ((<usize>n) << 2), a + (b - a) * between);
    step += down;
    const whole = Math.floor(step / up);
    at += (<usize>whole) << 2;
    step -= whole * up;
  }
}

/** Four sums at once: the processor need not wait for the one before. `taps` is a multiple of 16. */
function dot(a: usize, b: usize, taps: i32): f32 {
  const end = a + ((<usize>taps) << 2);
  if (ASC_FEATURE_SIMD) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    do {
      s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
      s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
      s2 = f32x4.add(s2, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
      s3 = f32x4.add(s3, f32x4.mul(v128.load(a, 48), v128.load(b, 48)));
      a += 64;
      b += 64;
    } while (a < end);
    s0 = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
    s0 = f32x4.add(s0, v128.shuffle<f32>(s0, s0, 2, 3, 0, 1));
    return f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1);
  }
  let s0: f32 = 0;
  let s1: f32 = 0;
  let s2: f32 = 0;
  let s3: f32 = 0;
  do {
    s0 += load<f32>(a) * load<f32>(b);
    s1 += load<f32>(a, 4) * load<f32>(b, 4);
    s2 += load<f32>(a, 8) * load<f32>(b, 8);
    s3 += load<f32>(a, 12) * load<f32>(b, 12);
    a += 16;
    b += 16;
  } while (a < end);
  return s0 + s1 + (s2 + s3);
}
