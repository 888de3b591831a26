/** How long work goes on before other work has its turn. */
export const MAX_TURN_MS = 10;

/** Gives timers, sockets and other waiting work their turn during long work. */
export class Turns {
  #turnedAtMs = performance.now();

  /** Whether others have waited long enough for their turn. */
  get isDue(): boolean {
    return performance.now() - this.#turnedAtMs >= MAX_TURN_MS;
  }

  /** Resolves when all waiting work has had its turn. */
  async take(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#turnedAtMs = performance.now();
  }
}
