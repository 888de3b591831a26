/** One line of the table. */
export interface Figure {
  what: string;
  ours: number;
  /** The same run's value for the baseline; absent where the goal is no ratio. */
  baseline?: number;
  /** The value that the goal limits, usually ours / baseline. */
  figure: number;
  unit: string;
  /** The goal; absent where the value is only printed. */
  goal?: Bound;
  /** The bound of `--check`, which is generous because machines differ. */
  check?: Bound;
}

export interface Bound {
  atMost?: number;
  atLeast?: number;
}

export function isWithin(figure: number, { atMost = Infinity, atLeast = -Infinity }: Bound): boolean {
  return figure <= atMost && figure >= atLeast;
}

export function boundText({ atMost, atLeast }: Bound): string {
  return atMost === undefined ? `>= ${String(atLeast)}` : `<= ${atMost}`;
}

/** How long a case takes. */
export interface Effort {
  /** Interleaved repeats of each side; the figure is the ratio of the medians. */
  repeats: number;
  /** One measurement of a stream. */
  streamMs: number;
}

export interface Case {
  name: string;
  measure: (effort: Effort) => Promise<Figure[]>;
}

/** Both sides run in turn, so that other work on the machine disturbs both. */
export async function interleaved<T>(
  repeats: number,
  sides: { ours: () => Promise<T>; baseline: () => Promise<T> },
): Promise<{ ours: T[]; baseline: T[] }> {
  const results = { ours: [] as T[], baseline: [] as T[] };
  for (let i = 0; i < repeats; i += 1) {
    // The two sides take turns at beginning.
    const order = i % 2 === 0 ? (['baseline', 'ours'] as const) : (['ours', 'baseline'] as const);
    for (const side of order) results[side].push(await sides[side]());
  }
  return results;
}
