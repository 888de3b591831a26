import { withTimes } from '../../vocabulary/event-times';
import type { SessionEvent } from '../../vocabulary/events';

/** Older gaps lie before every time that the service still reports. */
const REMEMBERED_GAPS = 1024;
/**
 * A service may report an end a little behind the audio that it has. Speech never ends this soon behind a gap, because
 * silence passes before it.
 */
const BEFORE_GAP_MS = 250;

interface Gap {
  /** The position in the audio that passed. */
  atMs: number;
  /** The length of this gap and of all before it. */
  totalMs: number;
}

/**
 * The times of events in the audio that was given, of which only speech has passed the voice gate. Everything behind
 * the gate counts the audio that has passed.
 */
export class GateTimes {
  #gaps: Gap[] = [];
  #olderMs = 0;
  #totalMs = 0;

  /** Audio of this length did not pass, behind `atMs` of the audio that has. */
  gap(atMs: number, lengthMs: number): void {
    this.#totalMs += lengthMs;
    this.#gaps.push({ atMs, totalMs: this.#totalMs });
    if (this.#gaps.length > REMEMBERED_GAPS) this.#olderMs = this.#gaps.shift()?.totalMs ?? 0;
  }

  /** The event with its times in the given audio. It is the same event where nothing was left out before. */
  inGiven<T extends SessionEvent>(event: T): T {
    if (this.#totalMs === 0) return event;
    const beginOf = (ms: number): number => Math.round(ms + this.#before(ms));
    const endOf = (ms: number): number => Math.round(ms + this.#before(ms - BEFORE_GAP_MS));
    return withTimes(event, beginOf, endOf);
  }

  /** The length of all gaps before a time. The newest are looked at first, because events are about new audio. */
  #before(ms: number): number {
    for (let index = this.#gaps.length - 1; index >= 0; index -= 1) {
      const gap = this.#gaps[index];
      if (gap && gap.atMs <= ms) return gap.totalMs;
    }
    return this.#olderMs;
  }
}
