import { NodeError } from '../shared/errors';

/** Limits the work that runs at the same time, and the work that waits for its turn. */
export class Slots {
  readonly #atOnce: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: number, maxWaiting: number) {
    this.#atOnce = atOnce;
    this.#maxWaiting = maxWaiting;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Does `work` in its turn.
   * @param tooMany The error message when too much work waits already.
   */
  async run<T>(work: () => Promise<T>, tooMany: () => string): Promise<T> {
    if (this.#running < this.#atOnce) {
      this.#running += 1;
    } else {
      if (this.#waiting.length >= this.#maxWaiting) throw new NodeError('TOO_MANY_WAITING', tooMany());
      // The slot is handed over directly, so that nobody overtakes.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
