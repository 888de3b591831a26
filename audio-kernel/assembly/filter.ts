// The polyphase filter of lib/audio/resample.ts: SIGNAL and TABLE -> FILTERED.
import { FILTERED, SIGNAL, TABLE } from './memory';

/**
 * Where each position between two samples has a row of its own; the rows stand in the order in which they are used.
 * Outputs of the same row are made three at a time, so that it is loaded once for all of them; more need more registers
 * than there are.
 * @param first Index in SIGNAL of the first sample that the first output needs.
 * @param row Of the first output.
 */
export function filterRows(count: i32, taps: i32, first: i32, row: i32, up: i32, down: i32): void {
  const rowBytes = (<usize>taps) << 2;
  const stride = (<usize>down) << 2;
  const middle = (<usize>(taps / 2 - 1)) << 2;
  let step = <i32>((<i64>row * down) % up);
  let coefficients = TABLE + <usize>row * rowBytes;
  let at = SIGNAL + ((<usize>first) << 2);
  for (let begin = 0; begin < min(up, count); begin++) {
    let from = at;
    let n = begin;
    if (load<f32>(coefficients + middle) == 1) {
      // These outputs are inputs (`makeTable`).
      for (; n < count; n += up, from += stride)
        store<f32>(FILTERED + ((<usize>n) << 2), load<f32>(from + middle));
    } else if (ASC_FEATURE_SIMD) {
      for (; n + 2 * up < count; n += 3 * up, from += 3 * stride)
        threeDots(coefficients, from, stride, taps, n, up);
    }
    for (; n < count; n += up, from += stride)
      store<f32>(FILTERED + ((<usize>n) << 2), dot(coefficients, from, taps));
    coefficients += rowBytes;
    if (coefficients == TABLE + <usize>up * rowBytes) coefficients = TABLE;
    step += down;
    at += (<usize>(step / up)) << 2;
    step %= up;
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

/** Two sums at once, here and below alike: an output must not depend on what is computed beside it. */
function dot(a: usize, b: usize, taps: i32): f32 {
  const end = a + ((<usize>taps) << 2);
  if (ASC_FEATURE_SIMD) {
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    do {
      even = f32x4.add(even, f32x4.mul(v128.load(a), v128.load(b)));
      odd = f32x4.add(odd, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
      even = f32x4.add(even, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
      odd = f32x4.add(odd, f32x4.mul(v128.load(a, 48), v128.load(b, 48)));
      a += 64;
      b += 64;
    } while (a < end);
    return sum(f32x4.add(even, odd));
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

/** `dot` for the outputs `n`, `n + up` and `n + 2 * up`. */
function threeDots(a: usize, b: usize, stride: usize, taps: i32, n: i32, up: i32): void {
  const end = a + ((<usize>taps) << 2);
  let c = b + stride;
  let d = c + stride;
  let evenB = f32x4.splat(0);
  let evenC = f32x4.splat(0);
  let evenD = f32x4.splat(0);
  let oddB = f32x4.splat(0);
  let oddC = f32x4.splat(0);
  let oddD = f32x4.splat(0);
  do {
    const even = v128.load(a);
    evenB = f32x4.add(evenB, f32x4.mul(even, v128.load(b)));
    evenC = f32x4.add(evenC, f32x4.mul(even, v128.load(c)));
    evenD = f32x4.add(evenD, f32x4.mul(even, v128.load(d)));
    const odd = v128.load(a, 16);
    oddB = f32x4.add(oddB, f32x4.mul(odd, v128.load(b, 16)));
    oddC = f32x4.add(oddC, f32x4.mul(odd, v128.load(c, 16)));
    oddD = f32x4.add(oddD, f32x4.mul(odd, v128.load(d, 16)));
    a += 32;
    b += 32;
    c += 32;
    d += 32;
  } while (a < end);
  const step = (<usize>up) << 2;
  const to = FILTERED + ((<usize>n) << 2);
  store<f32>(to, sum(f32x4.add(evenB, oddB)));
  store<f32>(to + step, sum(f32x4.add(evenC, oddC)));
  store<f32>(to + 2 * step, sum(f32x4.add(evenD, oddD)));
}

function sum(lanes: v128): f32 {
  const halves = f32x4.add(lanes, v128.shuffle<f32>(lanes, lanes, 2, 3, 0, 1));
  return f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1);
}
