import { NodeError } from './errors';

/** A message of so many bytes of audio, or of a size that nobody knows, counts as one that waits. */
const WHOLE_MESSAGE_BYTES = 160 * 1024;
/** Smaller ones count as much as this, because each costs memory of its own. */
const MIN_MESSAGE_BYTES = 3200;

interface Line {
  tail: Promise<void>;
  /** As `tail`, without the work that lasts. */
  settling: Promise<void>;
  /** What is being done and what waits, in whole messages. */
  size: number;
  /** Those of them whose size nobody knows. */
  streams: number;
  /** Of the results that somebody waits for. */
  rejects: Set<(reason: NodeError) => void>;
  /** Why what waits is not done any more. */
  dropped?: NodeError;
}

/** What work may ask of its place in the queue. */
export interface Turn {
  /** @throws NodeError the reason why it was dropped since. */
  checkDropped: () => void;
  /** Whether something waits behind it. */
  othersWait: () => boolean;
}

export interface WorkOptions {
  /** Whether it may take as long as somebody speaks; {@link KeyedQueue.settled} does not wait for such work. */
  lasts: boolean;
  /** Bytes that wait with it. Default: unknown, which counts as a whole message. */
  bytes?: number | undefined;
}

/**
 * Work in order of arrival, one at a time for each key, different keys side by side. Bounded: what would have to wait
 * behind too much other work is refused. Small messages count as a part of one.
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
   * Does `work` when all earlier work of the key is done, and settles as it does, or when it is dropped.
   */
  run(key: string, options: WorkOptions, work: (turn: Turn) => Promise<void>): Promise<void> {
    const line = this.#lines.get(key) ?? {
      tail: Promise.resolve(),
      settling: Promise.resolve(),
      size: 0,
      streams: 0,
      rejects: new Set(),
    };
    const weight = weightOf(options.bytes);
    // Behind a stream nobody knows how long it takes: each message counts as one then.
    const size = line.streams > 0 ? line.rejects.size + 1 : line.size + weight;
    const streams = options.bytes === undefined ? 1 : 0;
    // One is being done, the others wait.
    if (size > this.#maxWaiting + 1) {
      return Promise.reject(new NodeError('TOO_MANY_WAITING', this.#tooMany()));
    }
    this.#lines.set(key, line);
    line.size += weight;
    line.streams += streams;
    const checkDropped = (): void => {
      if (line.dropped) throw line.dropped;
    };
    return new Promise((resolve, reject) => {
      line.rejects.add(reject);
      line.tail = line.tail
        .then(() => {
          checkDropped();
          return work({ checkDropped, othersWait: () => line.rejects.size > 1 });
        })
        .then(resolve, reject)
        .then(() => {
          line.rejects.delete(reject);
          line.size -= weight;
          line.streams -= streams;
          if (line.rejects.size === 0 && this.#lines.get(key) === line) this.#lines.delete(key);
        });
      if (!options.lasts) line.settling = line.tail;
    });
  }

  /** Resolves when the work of the key that was there before is done, but for what lasts. */
  async settled(key: string): Promise<void> {
    await this.#lines.get(key)?.settling;
  }

  /**
   * Rejects with `reason` what waits and what is being done, at once: what is stuck would never answer. What comes from
   * now on waits for nothing of it.
   */
  drop(key: string, reason: NodeError): void {
    const line = this.#lines.get(key);
    if (!line) return;
    line.dropped = reason;
    this.#lines.delete(key);
    for (const reject of line.rejects) reject(reason);
  }
}

function weightOf(bytes = WHOLE_MESSAGE_BYTES): number {
  return Math.min(1, Math.max(bytes, MIN_MESSAGE_BYTES) / WHOLE_MESSAGE_BYTES);
}
