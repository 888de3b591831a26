import type { Cancel, Clock } from '../../transport/environment';

/** The timers of one state by name: one that is set again replaces itself, and all of them end with the state. */
export class Timers<Name extends string> {
  readonly #clock: Clock;
  readonly #cancels = new Map<Name, Cancel>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(name: Name, delayMs: number, onRing: () => void): void {
    this.cancel(name);
    this.#cancels.set(
      name,
      this.#clock.after(Math.max(0, delayMs), () => {
        this.#cancels.delete(name);
        onRing();
      }),
    );
  }

  cancel(name: Name): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  clear(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }
}
