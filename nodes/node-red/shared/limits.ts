import { OF_RECORDINGS } from '../../reliability-settings';
import type { NumberRange, ReliabilityName } from '../../reliability-settings';

export type { NumberRange } from '../../reliability-settings';

/** A range whose default is known. */
export type LimitRange = NumberRange & { default: number };

type Rows = Readonly<Record<string, readonly ReliabilityName[]>>;

/** The numbers in each part of the dialog of `asr session`, in their order. */
export const SESSION_ROWS = {
  sessions: ['idleSeconds', 'heldSeconds'],
  reliability: [
    'firstConnectSeconds',
    'reconnectAttempts',
    'livenessSeconds',
    'connectSeconds',
    'commitSeconds',
    'finishSeconds',
    'maxAgeSeconds',
    'replaySeconds',
    'burstSeconds',
    'paceMultiple',
    'statisticsSeconds',
  ],
} as const satisfies Rows;

/** The same of `transcribe`, which neither commits nor waits for audio. */
export const TRANSCRIBE_ROWS = { reliability: OF_RECORDINGS } as const satisfies Rows;

/** The same of `wyoming server`: a command is a recording that ends soon. */
export const WYOMING_ROWS = { reliability: OF_RECORDINGS } as const satisfies Rows;

/** The limits of the session node beside those rows. The dialogs check the same bounds and show them. */
export const SESSION_LIMITS = {
  /**
   * How many sessions there may be at the same time, asleep or not. For one more, the one that has slept longest is
   * finished; if none sleeps, it is refused.
   */
  maxSessions: { min: 1, max: 1000, default: 20 },
  /** How many audio messages of one key may wait for earlier ones; the next is refused. */
  waitingMessages: { min: 1, max: 10_000, default: 100 },
} as const satisfies Record<string, NumberRange>;

export const TRANSCRIBE_LIMITS = {
  /** How many recordings are recognised at the same time. */
  atOnce: { min: 1, max: 100, default: 2 },
  /** How many recordings may wait for their turn; the next is refused. */
  waitingMessages: { min: 0, max: 10_000, default: 100 },
} as const satisfies Record<string, NumberRange>;

export const WYOMING_LIMITS = {
  /** How many clients may be connected at the same time. */
  maxSenders: { min: 1, max: 100, default: 10 },
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
