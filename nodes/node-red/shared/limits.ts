/** Bounds are inclusive. */
export interface NumberRange {
  min: number;
  max: number;
  /** Absent where it depends on the model. */
  default?: number;
}

/** A range whose default is known. */
export type LimitRange = NumberRange & { default: number };

/** What every node that opens sessions has of these. */
export const RELIABILITY_LIMITS = {
  /** Attempts in a row to connect again; 0 lets a lost connection end the session. */
  reconnectAttempts: { min: 0, max: 1000, default: 12 },
  /** Seconds without any sign of life after which a connection counts as lost. */
  livenessSeconds: { min: 1, max: 600, default: 30 },
} as const satisfies Record<string, NumberRange>;

/** The policies of the nodes. The dialogs check the same bounds and name them. */
export const SESSION_LIMITS = {
  ...RELIABILITY_LIMITS,
  /** Sessions at the same time, asleep or not. One more makes the one finish that sleeps longest; if none does, it is refused. */
  maxSessions: { min: 1, max: 1000, default: 20 },
  /** Seconds without audio after which the idle policy applies; by default what suits the model. */
  idleSeconds: { min: 0.1, max: 86_400 },
  /** Seconds of audio that may wait for the connection; then the overload policy applies. */
  heldSeconds: { min: 1, max: 600, default: 60 },
  /** Audio messages of one key that may wait for the ones before them; the next is refused. */
  waitingMessages: { min: 1, max: 10_000, default: 100 },
  /** Seconds between two statistics messages; by default none are sent. */
  statisticsSeconds: { min: 0.1, max: 86_400 },
} as const satisfies Record<string, NumberRange>;

export const TRANSCRIBE_LIMITS = {
  ...RELIABILITY_LIMITS,
  /** Recordings that are recognised at the same time. */
  atOnce: { min: 1, max: 100, default: 2 },
  /** Recordings that may wait for their turn; the next is refused. */
  waitingMessages: { min: 0, max: 10_000, default: 100 },
} as const satisfies Record<string, NumberRange>;

/** Node-RED's editor stores numbers as text; an empty field means the default. */
export function readNumber(value: string | number | undefined): number | undefined {
  if (value === undefined || (typeof value === 'string' && value.trim() === '')) return undefined;
  return Number(value);
}

/** The number that was typed, the nearer bound when it is out of bounds, `undefined` for an empty field. */
export function readOptionalLimit(
  value: string | number | undefined,
  { min, max }: NumberRange,
): number | undefined {
  const number = readNumber(value);
  if (number === undefined || Number.isNaN(number)) return undefined;
  return Math.min(Math.max(number, min), max);
}

/** The number that was typed, the default for an empty field, the nearer bound when it is out of bounds. */
export function readLimit(value: string | number | undefined, range: LimitRange): number {
  return readOptionalLimit(value, range) ?? range.default;
}
