// Peak, energy and clipping of one channel, and the mean of many.
import { MONO, PLANES, RESULT } from './memory';

/** As good as full scale, for 16-bit samples and for floats. */
const FULL_SCALE: f32 = 0.9998;
/** A peak may touch full scale; a flat top of this many samples has been cut off. */
const FLAT_TOP_SAMPLES: i32 = 3;

/** Writes the peak, the sum of squares and the number of clipped samples as doubles to RESULT. */
export function measure(at: usize, count: i32): void {
  let peak: f32 = 0;
  let energy: f64 = 0;
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    let peaks = f32x4.splat(0);
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    for (; i + 8 <= count; i += 8) {
      const first = v128.load(at + ((<usize>i) << 2));
      const second = v128.load(at + ((<usize>i) << 2), 16);
      peaks = f32x4.max(peaks, f32x4.max(f32x4.abs(first), f32x4.abs(second)));
      a = f32x4.add(a, f32x4.mul(first, first));
      b = f32x4.add(b, f32x4.mul(second, second));
    }
    a = f32x4.add(a, b);
    for (let lane = 0; lane < 4; lane++) {
      v128.store(RESULT, peaks);
      peak = max(peak, load<f32>(RESULT + ((<usize>lane) << 2)));
      v128.store(RESULT, a);
      energy += <f64>load<f32>(RESULT + ((<usize>lane) << 2));
    }
  }
  for (; i < count; i++) {
    const value = load<f32>(at + ((<usize>i) << 2));
    peak = max(peak, abs(value));
    energy += <f64>value * <f64>value;
  }
  report(<f64>peak, energy, peak < FULL_SCALE ? 0 : clipped(at, count));
}

/** The same of 16-bit samples. */
export function measure16(at: usize, count: i32): void {
  let low: i32 = 0;
  let high: i32 = 0;
  let energy: u64 = 0;
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    let lows = i16x8.splat(0);
    let highs = i16x8.splat(0);
    let sums = i64x2.splat(0);
    for (; i + 8 <= count; i += 8) {
      const values = v128.load(at + ((<usize>i) << 1));
      lows = i16x8.min_s(lows, values);
      highs = i16x8.max_s(highs, values);
      // Two squares of -32768 make 2 ** 31, which is right as an unsigned number.
      const squares = i32x4.dot_i16x8_s(values, values);
      sums = i64x2.add(sums, i64x2.extend_low_i32x4_u(squares));
      sums = i64x2.add(sums, i64x2.extend_high_i32x4_u(squares));
    }
    energy = i64x2.extract_lane(sums, 0) + i64x2.extract_lane(sums, 1);
    for (let lane = 0; lane < 8; lane++) {
      v128.store(RESULT, lows);
      low = min(low, <i32>load<i16>(RESULT + ((<usize>lane) << 1)));
      v128.store(RESULT, highs);
      high = max(high, <i32>load<i16>(RESULT + ((<usize>lane) << 1)));
    }
  }
  for (; i < count; i++) {
    const value: i32 = load<i16>(at + ((<usize>i) << 1));
    low = min(low, value);
    high = max(high, value);
    energy += <u64>(value * value);
  }
  const peak: f64 = <f64>max(high, -low) / 32768;
  report(peak, <f64>energy / (32768.0 * 32768.0), peak < <f64>FULL_SCALE ? 0 : clipped16(at, count));
}

function report(peak: f64, energy: f64, clippedSamples: i32): void {
  store<f64>(RESULT, peak);
  store<f64>(RESULT, energy, 8);
  store<f64>(RESULT, <f64>clippedSamples, 16);
}

function clipped(at: usize, count: i32): i32 {
  let found = 0;
  let flat = 0;
  for (let i = 0; i < count; i++) {
    flat = abs(load<f32>(at + ((<usize>i) << 2))) < FULL_SCALE ? 0 : flat + 1;
    if (flat >= FLAT_TOP_SAMPLES) found += flat == FLAT_TOP_SAMPLES ? flat : 1;
  }
  return found;
}

function clipped16(at: usize, count: i32): i32 {
  let found = 0;
  let flat = 0;
  for (let i = 0; i < count; i++) {
    flat = <f32>abs(<i32>load<i16>(at + ((<usize>i) << 1))) < FULL_SCALE * 32768 ? 0 : flat + 1;
    if (flat >= FLAT_TOP_SAMPLES) found += flat == FLAT_TOP_SAMPLES ? flat : 1;
  }
  return found;
}

/** The mean of all channels. */
export function mix(channels: i32, frames: i32): void {
  const share: f32 = <f32>1 / <f32>channels;
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    for (; i + 4 <= frames; i += 4) {
      let at = PLANES + ((<usize>i) << 2);
      let sum = v128.load(at);
      for (let channel = 1; channel < channels; channel++) {
        at += (<usize>frames) << 2;
        sum = f32x4.add(sum, v128.load(at));
      }
      v128.store(MONO + ((<usize>i) << 2), f32x4.mul(sum, f32x4.splat(share)));
    }
  }
  for (; i < frames; i++) {
    let at = PLANES + ((<usize>i) << 2);
    let sum = load<f32>(at);
    for (let channel = 1; channel < channels; channel++) {
      at += (<usize>frames) << 2;
      sum += load<f32>(at);
    }
    store<f32>(MONO + ((<usize>i) << 2), sum * share);
  }
}
