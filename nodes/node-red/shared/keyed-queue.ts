import { NodeError } from './errors';

/** A message with this many bytes of audio, or of unknown size, counts as one waiting message. */
const WHOLE_MESSAGE_BYTES = 160 * 1024;
/** Smaller messages count as this size, because each of them costs memory of its own. */
const MIN_MESSAGE_BYTES = 3200;

interface Line {
  tail: Promise<void>;
  /** The same as `tail` without lasting work. */
  tailWithoutLasting: Promise<void>;
  /** Running and waiting work, in whole messages. */
  size: number;
  /** How many of them are of unknown size. */
  streams: number;
  /** The rejections of results that somebody waits for. */
  rejects: Set<(reason: NodeError) => void>;
  /** Why waiting work is not done any more. */
  dropped?: NodeError;
}

/** What work can ask about its place in the queue. */
export interface Turn {
  /** @throws NodeError The reason, if the queue was dropped since. */
  checkDropped: () => void;
  /** Whether other work waits behind it. */
  othersWait: () => boolean;
}

export interface WorkOptions {
  /** Whether it may last as long as somebody speaks; {@link KeyedQueue.idle} does not wait for such work. */
  lasts: boolean;
  /** Bytes that wait with it. Default: unknown, which counts as a whole message. */
  bytes?: number | undefined;
}

/**
 * Does work in order of arrival, one piece at a time for each key, with different keys side by side. It is bounded:
 * work that would have to wait behind too much other work is refused. Small messages count as part of one.
 */
export class KeyedQueue {
  readonly #maxWaiting: number;
  readonly #tooMany: () => string;
  readonly #lines = new Map<string, Line>();

  /** @param tooMany The error message when too much work waits. */
  constructor(maxWaiting: number, tooMany: () => string) {
    this.#maxWaiting = maxWaiting;
    this.#tooMany = tooMany;
  }

  /**
   * Does `work` when all earlier work of the key is done. The promise settles with it, or when the queue is dropped.
   */
  run(key: string, options: WorkOptions, work: (turn: Turn) => Promise<void>): Promise<void> {
    const line = this.#lines.get(key) ?? {
      tail: Promise.resolve(),
      tailWithoutLasting: Promise.resolve(),
      size: 0,
      streams: 0,
      rejects: new Set(),
    };
    const weight = weightOf(options.bytes);
    // Behind a stream of unknown length each message counts as one.
    const size = line.streams > 0 ? line.rejects.size + 1 : line.size + weight;
    const streams = options.bytes === undefined ? 1 : 0;
    // One piece of work runs, the others wait.
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
      if (!options.lasts) line.tailWithoutLasting = line.tail;
    });
  }

  /** Resolves when the earlier work of the key is done, without lasting work. */
  async idle(key: string): Promise<void> {
    await this.#lines.get(key)?.tailWithoutLasting;
  }

  /**
   * Rejects waiting and running work at once with `reason`, because stuck work would never settle. New work does not
   * wait for it.
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
