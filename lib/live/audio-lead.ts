const BYTES_PER_SAMPLE = 2;

export interface AudioLeadOptions {
  /** The rate of the 16-bit mono samples. */
  rateHz: number;
  /** Audio that may be ahead of its time: what a radio sends at first, or a device that has caught up. */
  leadMs: number;
  /** How much faster than it was spoken audio may be beyond that. */
  speed: number;
  now?: () => number;
}

/**
 * Holds audio back that comes faster than anybody speaks, for receivers that cannot slow their sender down. A whole
 * recording behind an address would otherwise arrive at once.
 */
export class AudioLead {
  readonly #options: Required<AudioLeadOptions>;
  #dueAtMs = -Infinity;

  constructor(options: AudioLeadOptions) {
    this.#options = { now: () => performance.now(), ...options };
  }

  /** Counts audio that was passed on. @returns The time to wait before the next, mostly 0. */
  passed(bytes: number): number {
    const { rateHz, leadMs, speed, now } = this.#options;
    const lastsMs = (bytes / BYTES_PER_SAMPLE / rateHz) * 1000;
    const nowMs = now();
    this.#dueAtMs = Math.max(this.#dueAtMs, nowMs - leadMs / speed) + lastsMs / speed;
    return Math.max(0, this.#dueAtMs - nowMs);
  }
}
