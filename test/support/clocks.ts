import { afterReading } from '../../lib/base/after-reading';
import type { Cancel, Clock } from '../../lib/transport/environment';

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #timers: { atMs: number; callback: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): Cancel {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** The number of waiting timers. None may be left when their owner is over. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Lets time pass. Timers run in order, each at its time. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
      if (!next) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = endMs;
  }
}

/** A clock that runs `scale` times as fast as the wall's, beside a service with the same `timeScale`. */
export function scaledClock(scale: number): Clock {
  return {
    now: () => performance.now() * scale,
    after: (delayMs, callback) => afterReading(delayMs / scale, callback),
  };
}
