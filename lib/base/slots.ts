/** Limits the work that runs at the same time. The rest waits for its turn, first come first served. */
export class Slots {
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether more work would have to wait. */
  get isFull(): boolean {
    return this.#running >= this.#atOnce;
  }

  /** Does `work` in its turn. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    // A slot is handed over directly, so that nobody overtakes.
    if (this.isFull) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
