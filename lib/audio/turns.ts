/** Work goes on for as long before something else has its turn. */
const MAX_TURN_MS = 10;

/** Lets timers, sockets and all else that waits have their turn while much is to be done. */
export class Turns {
  #turnedAtMs = performance.now();

  /** Whether the others have waited so long that it is theirs. */
  get isDue(): boolean {
    return performance.now() - this.#turnedAtMs >= MAX_TURN_MS;
  }

  /** Resolves when all that waited has had its turn. */
  async take(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#turnedAtMs = performance.now();
  }
}
