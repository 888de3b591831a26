/** Bounds are inclusive. */
export interface NumberRange {
  min: number;
  max: number;
  /** Absent where it depends on the model. */
  default?: number;
}

/** A range whose default is known. */
export type LimitRange = NumberRange & { default: number };

/** The limits that every node with sessions has. */
export const RELIABILITY_LIMITS = {
  /** How many reconnects in a row may fail; with 0 a lost connection ends the session. */
  reconnectAttempts: { min: 0, max: 1000, default: 12 },
  /** Seconds without a sign of life after which a connection counts as lost. */
  livenessSeconds: { min: 1, max: 600, default: 30 },
} as const satisfies Record<string, NumberRange>;

/** The limits of the session node. The dialogs check the same bounds and show them. */
export const SESSION_LIMITS = {
  ...RELIABILITY_LIMITS,
  /**
   * How many sessions there may be at the same time, asleep or not. For one more, the one that has slept longest is
   * finished; if none sleeps, it is refused.
   */
  maxSessions: { min: 1, max: 1000, default: 20 },
  /** Seconds without audio after which the idle policy applies; the default depends on the model. */
  idleSeconds: { min: 0.1, max: 86_400 },
  /** Seconds of audio that may wait for the connection; beyond that the overload policy applies. */
  heldSeconds: { min: 1, max: 600, default: 60 },
  /** How many audio messages of one key may wait for earlier ones; the next is refused. */
  waitingMessages: { min: 1, max: 10_000, default: 100 },
  /** Seconds between two statistics messages; by default none are sent. */
  statisticsSeconds: { min: 0.1, max: 86_400 },
} as const satisfies Record<string, NumberRange>;

export const TRANSCRIBE_LIMITS = {
  ...RELIABILITY_LIMITS,
  /** How many recordings are recognised at the same time. */
  atOnce: { min: 1, max: 100, default: 2 },
  /** How many recordings may wait for their turn; the next is refused. */
  waitingMessages: { min: 0, max: 10_000, default: 100 },
} as const satisfies Record<string, NumberRange>;

/** Node-RED's editor stores numbers as text; an empty field means the default. */
export function readNumber(value: string | number | undefined): number | undefined {
  if (value === undefined || (typeof value === 'string' && value.trim() === '')) return undefined;
  return Number(value);
}

/** The typed number, or the nearer bound where it is out of bounds; `undefined` for an empty field. */
export function readOptionalLimit(
  value: string | number | undefined,
  { min, max }: NumberRange,
): number | undefined {
  const number = readNumber(value);
  if (number === undefined || Number.isNaN(number)) return undefined;
  return Math.min(Math.max(number, min), max);
}

/** The typed number, or the nearer bound where it is out of bounds; the default for an empty field. */
export function readLimit(value: string | number | undefined, range: LimitRange): number {
  return readOptionalLimit(value, range) ?? range.default;
}
