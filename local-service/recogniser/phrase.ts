import type { Run } from './loud-runs';
import { MODEL_RATE_HZ } from './model';
import type { Segment } from './segment';
import type { StablePrefix } from './stable-prefix';

/** Speech fades for a little after it is loud. */
const TAIL_MS = 100;
/** A stretch of speech that the model decodes at once. */
export interface Phrase {
  segment: Segment;
  begin: number;
  /** Where its speech has paused; `undefined` while it goes on. */
  pausedAt: number | undefined;
  /** How far back decoding may reach. */
  floor: number;
  prefix: StablePrefix;
  /** When the next interim is due. */
  interimAt: number;
  lastInterim: string;
  /** Whether its final was requested. */
  ended: boolean;
  /** Whether the previous phrase was cut in the middle of speech that this one continues. */
  isRest: boolean;
}

/** The detector, or the end of the audio, may be later than the end of the speech. */
export function endOfSpeechMs(runs: readonly Run[], endMs: number): number {
  const lastMs = runs.at(-1)?.endMs;
  return lastMs === undefined ? endMs : Math.min(endMs, lastMs + TAIL_MS);
}

export function toMs(samples: number): number {
  return Math.round((samples / MODEL_RATE_HZ) * 1_000);
}

/**
 * Converts the service's threshold, -1 to 1 with the default 0.2, into Silero's probability, 0 to 1 with the default
 * 0.5.
 */
export function probabilityOf(threshold: number): number {
  return Math.min(0.95, Math.max(0.05, 0.42 + 0.4 * threshold));
}
