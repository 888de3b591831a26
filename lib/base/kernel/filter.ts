/** A filter's coefficients and how they are used; see `PolyphaseFilter`. */
export interface FilterTable {
  /** One row of `taps` a phase. */
  coefficients: Float32Array;
  /** A multiple of 16. */
  taps: number;
  phases: number;
  /** Of the ratio of the rates, without common divisors. */
  up: number;
  down: number;
  /** Whether each phase that there is has its row, in the order of their use. */
  isExact: boolean;
}

/** The inner loop of a filter: the kernel's WebAssembly, or plain code where a page allows none. */
export interface FilterKernel {
  /** The longest filter. */
  readonly maxTaps: number;
  /** The largest table. */
  readonly maxTableFloats: number;
  /** The most samples of one call. */
  readonly blockFrames: number;
  /** Puts samples where the filter reads. */
  setSignal(samples: Float32Array, at: number): void;
  /** What `setSignal` has put there. */
  signal(from: number, to: number): Float32Array;
  /**
   * Filters the signal.
   * @param count Outputs, no more than `blockFrames`.
   * @param first Index of the first sample that the first output needs.
   * @param step Where the first output stands: its row where the table is exact, else in steps of 1 / `up`.
   */
  filter(table: FilterTable, count: number, first: number, step: number): Float32Array;
}
