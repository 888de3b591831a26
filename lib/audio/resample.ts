/** How far images and aliases are down, in dB, with some room to the 80 dB that tests ask for. */
const STOPBAND_DB = 88;
/** Share of the pass band that the filter needs to fall: 6900 to 8000 Hz on the way to 16 kHz. */
const TRANSITION = 0.14;
/** Rates without a small ratio take the nearest two of this many positions and what lies between them. */
const MAX_PHASES = 1024;
const MAX_BLOCK_FRAMES = 8192;
const WINDOW_POINTS = 8192;

/**
 * Samples of one rate -> samples of another, by a windowed-sinc low-pass (Kaiser) in its polyphase form: only the
 * samples that are asked for are computed. Sample `n` of the output stands at the time `n / toHz` of the input, with no
 * delay, and `ceil(inputs * toHz / fromHz)` come in all. It does not matter how the input is cut into pieces.
 */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #phases: number;
  readonly #taps: number;
  /** One row of `#taps` coefficients a phase, and one more at the end to interpolate to. */
  readonly #table: Float32Array;
  /** Input that is still needed. */
  #input = new Float32Array(4096);
  #length: number;
  /** Index in `#input` of the first sample that the next output needs. */
  #first = 0;
  /** Where between two input samples the next output stands, in steps of 1 / `#up`. */
  #step = 0;

  /** Both rates in Hz. */
  constructor(fromHz: number, toHz: number) {
    const divisor = greatestCommonDivisor(fromHz, toHz);
    this.#up = toHz / divisor;
    this.#down = fromHz / divisor;
    this.#phases = Math.min(this.#up, MAX_PHASES);
    // The narrower of the two bands, as a share of the input's.
    const band = Math.min(1, toHz / fromHz);
    const beta = 0.1102 * (STOPBAND_DB - 8.7);
    const half = Math.ceil((STOPBAND_DB - 8) / (2.285 * Math.PI * TRANSITION * band) / 2);
    this.#taps = 2 * half;
    this.#table = filterTable(this.#phases, half, band * (1 - TRANSITION / 2), beta);
    // As if there was silence before.
    this.#length = half - 1;
  }

  /** The output that these samples complete. Its memory is used again by nobody. */
  write(samples: Float32Array): Float32Array {
    if (samples.length <= MAX_BLOCK_FRAMES) {
      this.#push(samples);
      return this.#run();
    }
    const pieces: Float32Array[] = [];
    for (let at = 0; at < samples.length; at += MAX_BLOCK_FRAMES) {
      this.#push(samples.subarray(at, at + MAX_BLOCK_FRAMES));
      pieces.push(this.#run());
    }
    return join(pieces);
  }

  /** What is left, as if silence followed. The next `write` starts afresh. */
  flush(): Float32Array {
    const half = this.#taps / 2;
    this.#push(new Float32Array(half));
    const tail = this.#run();
    this.#input.fill(0);
    this.#length = half - 1;
    this.#first = 0;
    this.#step = 0;
    return tail;
  }

  #push(samples: Float32Array): void {
    // What no output needs any more makes room; it may lie beyond what has come.
    const gone = Math.min(this.#first, this.#length);
    if (this.#length + samples.length > this.#input.length) {
      const needed = this.#length - gone + samples.length;
      const memory = needed > this.#input.length ? new Float32Array(2 * needed) : this.#input;
      memory.set(this.#input.subarray(gone, this.#length));
      this.#input = memory;
      this.#length -= gone;
      this.#first -= gone;
    }
    this.#input.set(samples, this.#length);
    this.#length += samples.length;
  }

  #run(): Float32Array {
    const taps = this.#taps;
    const up = this.#up;
    const down = this.#down;
    const last = this.#length - taps;
    if (this.#first > last) return new Float32Array(0);
    const count = Math.floor(((last - this.#first + 1) * up - this.#step - 1) / down) + 1;
    const output = new Float32Array(Math.max(0, count));
    const input = this.#input;
    const isExact = this.#phases === up;
    let first = this.#first;
    let step = this.#step;
    for (let n = 0; n < output.length; n++) {
      if (isExact) {
        output[n] = dot(this.#table, step * taps, input, first, taps);
      } else {
        const position = (step * this.#phases) / up;
        const phase = Math.floor(position);
        const between = position - phase;
        const a = dot(this.#table, phase * taps, input, first, taps);
        const b = dot(this.#table, (phase + 1) * taps, input, first, taps);
        output[n] = a + (b - a) * between;
      }
      step += down;
      const whole = Math.floor(step / up);
      first += whole;
      step -= whole * up;
    }
    this.#first = first;
    this.#step = step;
    return output;
  }
}

/** Four sums at once: the processor need not wait for the one before. */
function dot(a: Float32Array, aAt: number, b: Float32Array, bAt: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  /* eslint-disable @typescript-eslint/no-non-null-assertion -- within both arrays, and the hottest loop there is */
  for (; i + 3 < length; i += 4) {
    s0 += a[aAt + i]! * b[bAt + i]!;
    s1 += a[aAt + i + 1]! * b[bAt + i + 1]!;
    s2 += a[aAt + i + 2]! * b[bAt + i + 2]!;
    s3 += a[aAt + i + 3]! * b[bAt + i + 3]!;
  }
  for (; i < length; i++) s0 += a[aAt + i]! * b[bAt + i]!;
  /* eslint-enable @typescript-eslint/no-non-null-assertion */
  return s0 + s1 + s2 + s3;
}

/**
 * @param half Taps on each side of the output's place.
 * @param cutoff Share of the input's band.
 */
function filterTable(phases: number, half: number, cutoff: number, beta: number): Float32Array {
  const taps = 2 * half;
  const table = new Float32Array((phases + 1) * taps);
  const windowAt = kaiserWindow(beta);
  for (let phase = 0; phase <= phases; phase++) {
    const row = table.subarray(phase * taps, (phase + 1) * taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const time = tap - (half - 1) - phase / phases;
      const value = cutoff * sinc(cutoff * time) * windowAt(Math.abs(time / half));
      row[tap] = value;
      sum += value;
    }
    // The same gain in every phase: else a constant would get a ripple.
    for (let tap = 0; tap < taps; tap++) row[tap] = (row[tap] ?? 0) / sum;
  }
  return table;
}

/**
 * The window's value by the distance from its middle, 0 to 1. Between points that are so dense that a straight line is
 * 130 dB near: the series for each of some ten thousand coefficients took longer than a second of audio.
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

function join(pieces: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
