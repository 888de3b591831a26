import type { Cancel, Clock } from '../../transport/environment';

/** When a connection is too old, and whether another takes its place. */
export class Renewal {
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #onOld: () => void;
  #isDue = false;
  #isUnderWay = false;
  #cancelAge: Cancel | undefined;

  /** @param maxAgeMs 0 = never */
  constructor(clock: Clock, maxAgeMs: number, onOld: () => void) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
    this.#onOld = onOld;
  }

  /** The connection should be replaced at the next pause. */
  get isDue(): boolean {
    return this.#isDue && !this.#isUnderWay;
  }

  /** It is being replaced: what the service still says about speech comes again. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** The connection is young. */
  opened(): void {
    if (this.#maxAgeMs === 0) return;
    this.#cancelAge = this.#clock.after(this.#maxAgeMs, () => {
      this.#isDue = true;
      this.#onOld();
    });
  }

  begin(): void {
    this.#isUnderWay = true;
  }

  /** There is another connection, or none. */
  reset(): void {
    this.stop();
    this.#isDue = false;
    this.#isUnderWay = false;
  }

  stop(): void {
    this.#cancelAge?.();
  }
}
