import type { Clock } from '../../transport/environment';

/** While audio is dropped without end, it is said this often. */
const REPEAT_AFTER_MS = 10_000;

/** One warning for a run of drops, with its amount. */
export class DropWarnings {
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  #droppedMs = 0;
  #sinceMs = 0;

  constructor(clock: Clock, warn: (message: string) => void) {
    this.#clock = clock;
    this.#warn = warn;
  }

  dropped(audioMs: number): void {
    if (this.#droppedMs === 0) this.#sinceMs = this.#clock.now();
    this.#droppedMs += audioMs;
    if (this.#clock.now() - this.#sinceMs >= REPEAT_AFTER_MS) this.runEnded();
  }

  /** Everything that waited has been sent. */
  runEnded(): void {
    if (this.#droppedMs === 0) return;
    const droppedMs = Math.round(this.#droppedMs);
    this.#droppedMs = 0;
    this.#warn(`${droppedMs} ms of audio were dropped: more was given than could be sent in time.`);
  }
}
