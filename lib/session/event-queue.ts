import type { SessionEvent } from '../events';

/**
 * The events of a session for one `for await` reader. A reader that is slower than the service finds the newest interim
 * of a sentence in the place of the older one; everything else waits for it in order.
 */
export class EventQueue implements AsyncIterableIterator<SessionEvent> {
  readonly #waiting: SessionEvent[] = [];
  readonly #onReturn: () => void;
  #reader:
    { resolve: (result: IteratorResult<SessionEvent>) => void; reject: (error: Error) => void } | undefined;
  #ended = false;

  /** `onReturn` is called once, when the reader stops or the last event was put in. */
  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  push(event: SessionEvent): void {
    if (this.#ended) return;
    if (event.type === 'finished' || event.type === 'error') this.#end();
    if (this.#reader) {
      const reader = this.#reader;
      this.#reader = undefined;
      if (event.type === 'error') reader.reject(event.error);
      else reader.resolve({ done: false, value: event });
      return;
    }
    if (event.type === 'interim') {
      const older = this.#waiting.findIndex(
        (other) => other.type === 'interim' && other.sentenceId === event.sentenceId,
      );
      if (older >= 0) this.#waiting.splice(older, 1);
    }
    this.#waiting.push(event);
  }

  next(): Promise<IteratorResult<SessionEvent>> {
    const event = this.#waiting.shift();
    if (event?.type === 'error') return Promise.reject(event.error);
    if (event) return Promise.resolve({ done: false, value: event });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => (this.#reader = { resolve, reject }));
  }

  return(): Promise<IteratorResult<SessionEvent>> {
    this.#waiting.length = 0;
    if (!this.#ended) this.#end();
    this.#reader?.resolve({ done: true, value: undefined });
    this.#reader = undefined;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): void {
    this.#ended = true;
    this.#onReturn();
  }
}
