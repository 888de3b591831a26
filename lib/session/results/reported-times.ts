import type { Timeline } from '../send/timeline';
import type { SentenceEvent } from './sentences';

/** The service has heard a little more than it has reported. */
const UNREPORTED_MS = 1000;

/** The times that the service reports. */
export class ReportedTimes {
  #latestMs = 0;

  /** Up to where the service has heard the given audio, as far as its events show. */
  get heardToMs(): number {
    return this.#latestMs + UNREPORTED_MS;
  }

  /**
   * Converts the times of the event to those of the session. The event is changed in place: nobody else has it yet, and
   * a copy with other properties would be a hidden class of its own for each event (bench/README.md).
   */
  convert(event: SentenceEvent, timeline: Timeline): void {
    if (event.type === 'speechStarted' || event.type === 'speechStopped') {
      event.atMs = this.#given(event.atMs, timeline);
      return;
    }
    if (event.beginMs !== undefined) event.beginMs = this.#given(event.beginMs, timeline);
    if (event.endMs !== undefined) event.endMs = this.#given(event.endMs, timeline);
    if (!event.words) return;
    for (const word of event.words) {
      word.beginMs = timeline.given(word.beginMs);
      word.endMs = this.#given(word.endMs, timeline);
    }
  }

  #given(sentMs: number, timeline: Timeline): number {
    const ms = timeline.given(sentMs);
    if (ms > this.#latestMs) this.#latestMs = ms;
    return ms;
  }
}
