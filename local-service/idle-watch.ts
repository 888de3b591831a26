import type { Timers } from './time';

/**
 * Notices that no message has come for a while. It checks again when the time may have passed, so that a message
 * costs no timer.
 */
export class IdleWatch {
  readonly #timers: Timers;
  readonly #boundMs: number;
  readonly #onIdle: () => void;
  #heardAtMs: number;

  constructor(timers: Timers, boundMs: number, onIdle: () => void) {
    this.#timers = timers;
    this.#boundMs = boundMs;
    this.#onIdle = onIdle;
    this.#heardAtMs = timers.now();
    this.#lookAfter(boundMs);
  }

  heard(): void {
    this.#heardAtMs = this.#timers.now();
  }

  #lookAfter(ms: number): void {
    this.#timers.afterSilence(ms, () => {
      const silentMs = this.#timers.now() - this.#heardAtMs;
      if (silentMs < this.#boundMs) this.#lookAfter(this.#boundMs - silentMs);
      else this.#onIdle();
    });
  }
}
