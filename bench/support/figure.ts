/** One line of the table. */
export interface Figure {
  what: string;
  ours: number;
  /** What the same run gave for the baseline; absent where the goal is no ratio. */
  baseline?: number;
  /** What the goal is about: usually ours / baseline. */
  figure: number;
  unit: string;
  /** What it is to be; absent where it is only told. */
  goal?: Bound;
  /** What `--check` holds it to: generous, because machines differ. */
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

/** How much a case takes its time. */
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

/** Both sides in turn, so that what disturbs the machine disturbs both. */
export async function interleaved<T>(
  repeats: number,
  sides: { ours: () => Promise<T>; baseline: () => Promise<T> },
): Promise<{ ours: T[]; baseline: T[] }> {
  const results = { ours: [] as T[], baseline: [] as T[] };
  for (let i = 0; i < repeats; i += 1) {
    // Who begins changes, too.
    const order = i % 2 === 0 ? (['baseline', 'ours'] as const) : (['ours', 'baseline'] as const);
    for (const side of order) results[side].push(await sides[side]());
  }
  return results;
}
