/** A filter's coefficients and their layout; see `PolyphaseFilter`. */
export interface FilterTable {
  /** One row of `taps` coefficients for each phase. */
  coefficients: Float32Array;
  /** A multiple of 16. */
  taps: number;
  phases: number;
  /** Ratio of the rates, without common divisors. */
  up: number;
  down: number;
  /** Whether each phase has a row of its own, in the order of use. */
  isExact: boolean;
}

/** The inner loop of a filter: the kernel's WebAssembly, or plain code in pages that do not allow WebAssembly. */
export interface FilterKernel {
  /** Length of the longest filter. */
  readonly maxTaps: number;
  /** Size of the largest table. */
  readonly maxTableFloats: number;
  /** The most samples in one call. */
  readonly blockFrames: number;
  /** Writes samples to where the filter reads. */
  setSignal(samples: Float32Array, at: number): void;
  /** Returns what `setSignal` has written. */
  signal(from: number, to: number): Float32Array;
  /**
   * Filters the signal.
   * @param count Number of outputs, no more than `blockFrames`.
   * @param first Index of the first sample that the first output needs.
   * @param step Position of the first output: its row where the table is exact, else in steps of 1 / `up`.
   */
  filter(table: FilterTable, count: number, first: number, step: number): Float32Array;
}
