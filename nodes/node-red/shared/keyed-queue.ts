import { NodeError } from './errors';

interface Line {
  tail: Promise<void>;
  /** As `tail`, without the work that lasts. */
  settling: Promise<void>;
  size: number;
  /** Why what waits is not done any more. */
  dropped?: NodeError;
}

/**
 * Work in order of arrival, one at a time for each key, different keys side by side. Bounded: what would have to wait
 * behind too many others is refused.
 */
export class KeyedQueue {
  readonly #maxWaiting: number;
  readonly #tooMany: () => string;
  readonly #lines = new Map<string, Line>();

  /** @param tooMany the message of the error for a piece of work too many */
  constructor(maxWaiting: number, tooMany: () => string) {
    this.#maxWaiting = maxWaiting;
    this.#tooMany = tooMany;
  }

  /**
   * Does `work` when all earlier work of the key is done, and settles as it does.
   * @param work may ask whether it was dropped since, and throws then
   * @param lasts whether it may take as long as somebody speaks; {@link settled} does not wait for such work
   */
  run(key: string, lasts: boolean, work: (checkDropped: () => void) => Promise<void>): Promise<void> {
    const line = this.#lines.get(key) ?? { tail: Promise.resolve(), settling: Promise.resolve(), size: 0 };
    // One is being done, the others wait.
    if (line.size > this.#maxWaiting) {
      return Promise.reject(new NodeError('TOO_MANY_WAITING', this.#tooMany()));
    }
    this.#lines.set(key, line);
    line.size += 1;
    const checkDropped = () => {
      if (line.dropped) throw line.dropped;
    };
    const result = line.tail.then(() => {
      checkDropped();
      return work(checkDropped);
    });
    line.tail = result
      .catch(() => undefined)
      .then(() => {
        line.size -= 1;
        if (line.size === 0 && this.#lines.get(key) === line) this.#lines.delete(key);
      });
    if (!lasts) line.settling = line.tail;
    return result;
  }

  /** Resolves when the work of the key that was there before is done, but for what lasts. */
  async settled(key: string): Promise<void> {
    await this.#lines.get(key)?.settling;
  }

  /** Rejects what waits with `reason`. What comes from now on waits for nothing of it. */
  drop(key: string, reason: NodeError): void {
    const line = this.#lines.get(key);
    if (!line) return;
    line.dropped = reason;
    this.#lines.delete(key);
  }
}
