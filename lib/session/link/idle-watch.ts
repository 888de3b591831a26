import type { Cancel, Clock } from '../../transport/environment';

/** Notices that no audio came for a while. One timer, looked at when it rings instead of reset with every chunk. */
export class IdleWatch {
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #onIdle: () => void;
  #lastAudioAtMs = 0;
  #cancelTimer: Cancel | undefined;

  constructor(clock: Clock, afterMs: number, onIdle: () => void) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#onIdle = onIdle;
  }

  audio(): void {
    this.#lastAudioAtMs = this.#clock.now();
  }

  start(): void {
    this.audio();
    this.#schedule(this.#afterMs);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #schedule(delayMs: number): void {
    this.stop();
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      const leftMs = this.#lastAudioAtMs + this.#afterMs - this.#clock.now();
      // The next look is scheduled first, because `onIdle` may stop the watch.
      this.#schedule(leftMs > 0 ? leftMs : this.#afterMs);
      if (leftMs <= 0) this.#onIdle();
    });
  }
}
