import type { Sample } from './soak';

/**
 * Of an hour, everything that a session may hold has been held once by then. The last of it are the 256 finals that wait
 * for a commit, full after 21 minutes of this speech.
 */
const WARM_UP_SHARE = 0.4;
/** Samples vary with the data on its way, so medians of this share of all samples are compared. */
const WINDOW_SHARE = 0.2;

export interface Growth {
  /** The median right after the warm-up. */
  early: number;
  /** Median at the end. */
  late: number;
  /** The growth as a share of `early`. */
  share: number;
}

/** The growth of one value from the end of the warm-up to the end. */
export function growthOf(samples: readonly Sample[], read: (sample: Sample) => number): Growth {
  const values = samples.map(read);
  const begin = Math.ceil(values.length * WARM_UP_SHARE);
  const length = Math.max(1, Math.floor(values.length * WINDOW_SHARE));
  const early = median(values.slice(begin, begin + length));
  const late = median(values.slice(-length));
  return { early, late, share: early === 0 ? 0 : late / early - 1 };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The values that are compared, by their names in reports. */
export const MEASURES: Readonly<Record<string, (sample: Sample) => number>> = {
  'heap and buffers': ({ heapBytes, externalBytes }) => heapBytes + externalBytes,
  sockets: ({ sockets }) => sockets,
  timers: ({ timers }) => timers,
};
