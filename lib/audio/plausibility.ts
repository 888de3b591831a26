import { AsrError } from '../vocabulary/errors';
import type { Doctor } from './doctor';

const HOUR_SECONDS = 3600;
/** The longest recording. A live stream may be longer, by the time since it began. */
const MAX_SECONDS = 24 * HOUR_SECONDS;
/** Shorter audio is not judged, however tightly it is compressed. */
const MIN_JUDGED_SECONDS = 600;
/**
 * Tighter compression is made to fill the memory of a decoder: digital silence in FLAC at 8 kHz has 24 bytes a second
 * or more, and Opus that sends nothing in a pause has 33.
 */
const MIN_BYTES_PER_SECOND = 20;
/** A chain of recordings may change its rate with each, and each change makes a new filter. */
const FREE_RATE_CHANGES = 16;
const SECONDS_PER_RATE_CHANGE = 10;

/** Refuses what no recorder makes: files of a few bytes that decode to days of audio. */
export class Plausibility {
  readonly #begunAtMs = performance.now();
  #rateChanges = 0;

  /** @throws AsrError `BAD_AUDIO` */
  check({ seconds, bytes }: Pick<Doctor, 'seconds' | 'bytes'>): void {
    if (seconds < MIN_JUDGED_SECONDS) return;
    if (bytes < seconds * MIN_BYTES_PER_SECOND) {
      throw new AsrError(
        'BAD_AUDIO',
        `The audio is packed implausibly tight: ${bytes} bytes gave ${Math.round(seconds)} s so far. What came until here was used. ` +
          'If it is a real recording, convert it to WAV first.',
      );
    }
    if (seconds < MAX_SECONDS) return;
    const passedSeconds = (performance.now() - this.#begunAtMs) / 1000;
    if (seconds - passedSeconds < MAX_SECONDS) return;
    throw new AsrError(
      'BAD_AUDIO',
      'The recording is longer than 24 hours. What came until there was used. Split it into shorter ones.',
    );
  }

  /** @throws AsrError `BAD_AUDIO` */
  checkRateChange(seconds: number): void {
    this.#rateChanges += 1;
    if (this.#rateChanges <= FREE_RATE_CHANGES + seconds / SECONDS_PER_RATE_CHANGE) return;
    throw new AsrError(
      'BAD_AUDIO',
      `The audio has changed its rate ${this.#rateChanges} times in ${Math.round(seconds)} s: it is damaged.`,
    );
  }
}
