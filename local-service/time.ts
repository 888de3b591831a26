/** Cancels the call that returned it. */
export type Cancel = () => void;

/**
 * The service's time. With a time scale of 60 the service lives a minute in every second, so that its rules of 23 s
 * and 60 s can be tested in milliseconds.
 */
export interface ServiceClock {
  /** Milliseconds of service time on a monotonic clock. */
  now(): number;
  /** Calls `callback` once after `delayMs` of service time, unless cancelled before. */
  after(delayMs: number, callback: () => void): Cancel;
}

/**
 * A clock that runs `timeScale` times as fast as the wall's.
 * @throws RangeError when `timeScale` is not a finite number above 0.
 */
export function createClock(timeScale = 1): ServiceClock {
  if (!Number.isFinite(timeScale) || timeScale <= 0) {
    throw new RangeError(`Expected \`timeScale\` to be a finite number > 0, got ${timeScale}.`);
  }
  return {
    now: () => performance.now() * timeScale,
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs / timeScale);
      return () => {
        clearTimeout(timer);
      };
    },
  };
}

/** The timers of one owner, which end together. */
export class Timers {
  readonly #clock: ServiceClock;
  readonly #pending = new Set<Cancel>();

  constructor(clock: ServiceClock) {
    this.#clock = clock;
  }

  /** Milliseconds of service time. */
  now(): number {
    return this.#clock.now();
  }

  after(delayMs: number, callback: () => void): Cancel {
    return this.#keep(callback, (ring) => this.#clock.after(delayMs, ring));
  }

  /**
   * The same for a silence, which ends when a message has arrived, also unread: a program that stood still runs its
   * timers before it reads. A client in the same program whose timer is due as well sends first.
   */
  afterSilence(delayMs: number, callback: () => void): Cancel {
    return this.#keep(callback, (ring) => {
      let reading: NodeJS.Immediate | undefined;
      const stop = this.#clock.after(delayMs, () => {
        reading = setImmediate(() => (reading = setImmediate(ring)));
      });
      return () => {
        stop();
        clearImmediate(reading);
      };
    });
  }

  clear(): void {
    for (const stop of this.#pending) stop();
    this.#pending.clear();
  }

  /** Starts a timer that is pending until it rings or is cancelled. */
  #keep(callback: () => void, start: (ring: () => void) => Cancel): Cancel {
    const stop = start(() => {
      this.#pending.delete(stop);
      callback();
    });
    this.#pending.add(stop);
    return () => {
      stop();
      this.#pending.delete(stop);
    };
  }
}
