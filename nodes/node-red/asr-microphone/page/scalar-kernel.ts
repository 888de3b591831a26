import type { FilterKernel, FilterTable } from '../../../../lib/browser';

/** The same limit as in lib's kernel, so that both make the same tables. */
const MAX_TAPS = 16 * 1024;
const MAX_TABLE_FLOATS = 128 * 1024;
/** A worklet gets 128 samples at a time; some browsers will give more. */
const BLOCK_FRAMES = 8192;

/**
 * The filter's inner loop in plain code, for the worklet. The page's policy would have to allow WebAssembly, and
 * worklets cannot decode it from text. From 48 kHz it takes about four million multiplications a second.
 */
export class ScalarKernel implements FilterKernel {
  readonly maxTaps = MAX_TAPS;
  readonly maxTableFloats = MAX_TABLE_FLOATS;
  readonly blockFrames = BLOCK_FRAMES;
  readonly #signal = new Float32Array(MAX_TAPS + BLOCK_FRAMES);
  readonly #filtered = new Float32Array(BLOCK_FRAMES);

  setSignal(samples: Float32Array, at: number): void {
    this.#signal.set(samples, at);
  }

  signal(from: number, to: number): Float32Array {
    return this.#signal.subarray(from, to);
  }

  filter(table: FilterTable, count: number, first: number, step: number): Float32Array {
    const { up, down, phases, isExact } = table;
    // Position of the output between two samples, in steps of 1 / `up`.
    let position = isExact ? (step * down) % up : step;
    let at = first;
    for (let n = 0; n < count; n += 1) {
      if (isExact) {
        this.#filtered[n] = this.#dot(table, (step + n) % up, at);
      } else {
        const row = (position * phases) / up;
        const before = this.#dot(table, Math.floor(row), at);
        const after = this.#dot(table, Math.floor(row) + 1, at);
        this.#filtered[n] = before + (after - before) * (row % 1);
      }
      position += down;
      at += Math.floor(position / up);
      position %= up;
    }
    return this.#filtered.subarray(0, count);
  }

  #dot({ coefficients, taps }: FilterTable, row: number, at: number): number {
    let sum = 0;
    for (let tap = 0; tap < taps; tap += 1) {
      sum += (coefficients[row * taps + tap] ?? 0) * (this.#signal[at + tap] ?? 0);
    }
    return sum;
  }
}
