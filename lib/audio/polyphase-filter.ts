import { forgetOldest } from '../base/forget-oldest';
import { processState } from '../base/process-state';
import type { FilterKernel, FilterTable } from '../base/kernel/filter';

/** How far images and aliases are suppressed, in dB, with some reserve to the 80 dB that tests require. */
const STOPBAND_DB = 88;
/** Share of the pass band in which the filter falls: 6900 to 8000 Hz on the way to 16 kHz. */
const TRANSITION = 0.14;
/** Rates without a small ratio use the nearest two of this many positions, and interpolate between them. */
const MAX_PHASES = 1024;
const WINDOW_POINTS = 8192;
/** Tables that are kept for the next recording; more kinds of sources than this at a time are rare. */
const MAX_TABLES = 8;

/**
 * Converts samples of one rate into samples of another by a windowed-sinc low-pass (Kaiser) in polyphase form, which
 * only computes the wanted samples. Sample `n` of the output stands at the time `n / toHz` of the input, with no
 * delay, and there are `ceil(inputs * toHz / fromHz)` in all. It does not matter how the input is divided.
 */
export class PolyphaseFilter {
  readonly #kernel: FilterKernel;
  readonly #table: FilterTable;
  readonly #emit: (samples: Float32Array) => void;
  /** Input that is still needed. */
  readonly #kept: Float32Array;
  #length = 0;
  /** Index in `#kept` of the first sample for the next output; it may not have come yet. */
  #first = 0;
  /** Position of the next output between two input samples, in steps of 1 / `up`. */
  #step = 0;
  /** Number of outputs so far, modulo `up`. */
  #row = 0;

  /**
   * Both rates in Hz.
   * @param emit Called with the output, in pieces that are valid during the call.
   * @param kernel Computes the output. All kernels of one process have the same bounds.
   */
  constructor(fromHz: number, toHz: number, emit: (samples: Float32Array) => void, kernel: FilterKernel) {
    this.#kernel = kernel;
    this.#table = filterTable(fromHz, toHz, kernel);
    this.#emit = emit;
    this.#kept = new Float32Array(this.#table.taps);
    this.#begin();
  }

  /** Gives the output that these samples complete. */
  write(samples: Float32Array): void {
    const { blockFrames } = this.#kernel;
    if (samples.length <= blockFrames) this.#run(samples);
    else
      for (let at = 0; at < samples.length; at += blockFrames)
        this.#run(samples.subarray(at, at + blockFrames));
  }

  /** Gives the remaining output, as if silence followed. The next `write` begins a new signal. */
  flush(): void {
    this.write(new Float32Array(this.#table.taps / 2));
    this.#begin();
  }

  /** Begins as if there was silence before. */
  #begin(): void {
    this.#kept.fill(0);
    this.#length = this.#table.taps / 2 - 1;
    this.#first = 0;
    this.#step = 0;
    this.#row = 0;
  }

  #run(samples: Float32Array): void {
    const { taps, up, down, isExact } = this.#table;
    this.#kernel.setSignal(samples, this.#length);
    this.#kernel.setSignal(this.#kept.subarray(0, this.#length), 0);
    const length = this.#length + samples.length;
    const places = length - taps - this.#first + 1;
    let left = places <= 0 ? 0 : Math.floor((places * up - this.#step - 1) / down) + 1;
    while (left > 0) {
      const count = Math.min(left, this.#kernel.blockFrames);
      this.#emit(this.#kernel.filter(this.#table, count, this.#first, isExact ? this.#row : this.#step));
      left -= count;
      const steps = this.#step + count * down;
      this.#step = steps % up;
      this.#first += (steps - this.#step) / up;
      this.#row = (this.#row + count) % up;
    }
    const gone = Math.min(this.#first, length);
    this.#kept.set(this.#kernel.signal(gone, length));
    this.#length = length - gone;
    this.#first -= gone;
  }
}

function filterTable(fromHz: number, toHz: number, kernel: FilterKernel): FilterTable {
  const { filterTables: tables } = processState;
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const [up, down] = [toHz / divisor, fromHz / divisor];
  const key = `${up}/${down}`;
  const table = tables.get(key) ?? makeTable(up, down, kernel);
  tables.delete(key);
  tables.set(key, table);
  forgetOldest(tables, MAX_TABLES);
  return table;
}

function makeTable(up: number, down: number, { maxTaps, maxTableFloats }: FilterKernel): FilterTable {
  // The narrower of the two bands, as a share of the input's.
  const band = Math.min(1, up / down);
  // Coefficients on each side of the output's position, in multiples of eight, which make whole vectors. Beyond a
  // ratio of 200 the filter falls less steeply.
  const wanted = (STOPBAND_DB - 8) / (2.285 * Math.PI * TRANSITION * band) / 2;
  const half = Math.min(8 * Math.ceil(wanted / 8), maxTaps / 2);
  const taps = 2 * half;
  const isExact = up * taps <= maxTableFloats;
  const phases = isExact ? up : Math.min(MAX_PHASES, Math.floor(maxTableFloats / taps) - 1);
  const rows = isExact ? up : phases + 1;
  const coefficients = new Float32Array(rows * taps);
  // Towards a multiple of the rate, half of the fall lies beyond the band. Outputs at input positions are then those
  // inputs, and cost nothing. The images come from the last 7 % of the band, where telephones send nothing.
  const cutoff = down === 1 ? 1 : band * (1 - TRANSITION / 2);
  const windowAt = kaiserWindow(0.1102 * (STOPBAND_DB - 8.7));
  for (let row = 0; row < rows; row++) {
    const phase = isExact ? (row * down) % up : row;
    const values = coefficients.subarray(row * taps, (row + 1) * taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const time = tap - (half - 1) - phase / phases;
      const value = cutoff * sinc(cutoff * time) * windowAt(Math.abs(time / half));
      values[tap] = value;
      sum += value;
    }
    // Every phase gets the same gain; otherwise a constant would get a ripple.
    for (let tap = 0; tap < taps; tap++) values[tap] = (values[tap] ?? 0) / sum;
  }
  return { coefficients, taps, phases, up, down, isExact };
}

/**
 * The window by the distance from its middle, 0 to 1, interpolated between points that are dense enough for an error
 * of -130 dB. The series for each of some ten thousand coefficients took longer than a second of audio.
 */
function kaiserWindow(beta: number): (distance: number) => number {
  const points = new Float64Array(WINDOW_POINTS + 2);
  const scale = besselI0(beta);
  for (let i = 0; i <= WINDOW_POINTS; i++) {
    points[i] = besselI0(beta * Math.sqrt(1 - (i / WINDOW_POINTS) ** 2)) / scale;
  }
  return (distance) => {
    if (distance >= 1) return 0;
    const at = Math.floor(distance * WINDOW_POINTS);
    const before = points[at] ?? 0;
    return before + ((points[at + 1] ?? 0) - before) * (distance * WINDOW_POINTS - at);
  };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
