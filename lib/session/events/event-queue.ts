import type { SessionEvent } from '../../vocabulary/events';

interface Read {
  resolve: (result: IteratorResult<SessionEvent>) => void;
  reject: (error: Error) => void;
}

/**
 * The events of a session for one `for await` reader. A reader that is slower than the service finds only the newest
 * interim of a sentence and the newest statistics; everything else waits for it in order.
 */
export class EventQueue implements AsyncIterableIterator<SessionEvent> {
  readonly #waiting: SessionEvent[] = [];
  readonly #onReturn: () => void;
  /** Reads that wait, oldest first; a reader need not await one before the next. */
  readonly #reads: Read[] = [];
  #ended = false;

  /** `onReturn` is called once, when the reader stops or the last event was put in. */
  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  push(event: SessionEvent): void {
    if (this.#ended) return;
    const isLast = event.type === 'finished' || event.type === 'error';
    if (isLast) this.#end();
    const read = this.#reads.shift();
    if (read) {
      if (event.type === 'error') read.reject(event.error);
      else read.resolve({ done: false, value: event });
      if (isLast) this.#endReads();
      return;
    }
    const older = this.#waiting.findIndex((other) => replaces(event, other));
    if (older >= 0) this.#waiting.splice(older, 1);
    this.#waiting.push(event);
  }

  next(): Promise<IteratorResult<SessionEvent>> {
    const event = this.#waiting.shift();
    if (event?.type === 'error') return Promise.reject(event.error);
    if (event) return Promise.resolve({ done: false, value: event });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#reads.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<SessionEvent>> {
    this.#waiting.length = 0;
    if (!this.#ended) this.#end();
    this.#endReads();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #endReads(): void {
    for (const { resolve } of this.#reads.splice(0)) resolve({ done: true, value: undefined });
  }

  #end(): void {
    this.#ended = true;
    this.#onReturn();
  }
}

/** Whether nobody needs the older event any more. */
function replaces(event: SessionEvent, older: SessionEvent): boolean {
  if (event.type === 'statistics') return older.type === 'statistics';
  return event.type === 'interim' && older.type === 'interim' && older.sentenceId === event.sentenceId;
}
