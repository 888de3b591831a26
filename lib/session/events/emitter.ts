import type { EventOf, SessionEvent, SessionEventType } from '../../vocabulary/events';

/** A listener may be an async function and return a promise. */
type Listener = (event: SessionEvent) => unknown;

/**
 * Calls the listeners of one type, or of every type, for each event. A listener that throws, or whose promise
 * rejects, harms neither the session nor other listeners nor the process: its error becomes a warning.
 *
 * An event that a listener causes is emitted after all listeners have got the present one. So all of them see the
 * same order, with `finished` or `error` last.
 */
export class Emitter {
  readonly #listeners = new Map<SessionEventType | 'event', Set<Listener>>();
  readonly #waiting: SessionEvent[] = [];
  #isTelling = false;
  #isOver = false;

  /** Returns a function that removes the listener. */
  on<T extends SessionEventType>(type: T | 'event', listener: (event: EventOf<T>) => unknown): () => void {
    let listeners = this.#listeners.get(type);
    if (!listeners) this.#listeners.set(type, (listeners = new Set()));
    // Each call has an entry of its own, so that a function that was added twice must be removed twice.
    const entry: Listener = (event) => listener(event as EventOf<T>);
    listeners.add(entry);
    return () => void listeners.delete(entry);
  }

  /**
   * After `finished` or `error` nothing is emitted any more, and the listeners are forgotten.
   * @param next An event that follows the first one, before anything that a listener of the first one causes.
   */
  emit(event: SessionEvent, next?: SessionEvent): void {
    this.#waiting.push(event);
    if (next) this.#waiting.push(next);
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let next = this.#waiting.shift(); next && !this.#isOver; next = this.#waiting.shift()) {
      this.#tellAll(next);
    }
    this.#isTelling = false;
    if (this.#isOver) {
      this.#waiting.length = 0;
      this.#listeners.clear();
    }
  }

  #tellAll(event: SessionEvent): void {
    this.#tell(this.#listeners.get(event.type), event);
    // From here on a failing listener can no longer be reported, because nothing may follow the last event.
    this.#isOver ||= event.type === 'finished' || event.type === 'error';
    this.#tell(this.#listeners.get('event'), event);
  }

  #tell(listeners: Set<Listener> | undefined, event: SessionEvent): void {
    if (!listeners || listeners.size === 0) return;
    for (const listener of [...listeners]) {
      // An earlier listener may have removed it.
      if (!listeners.has(listener)) continue;
      try {
        const result = listener(event);
        if (result instanceof Promise) {
          result.catch((error: unknown) => {
            this.#report(error, event);
          });
        }
      } catch (error) {
        this.#report(error, event);
      }
    }
  }

  #report(error: unknown, event: SessionEvent): void {
    // A listener of warnings that throws must not be called with its own failure forever.
    const isReport = event.type === 'warning' && event.code === 'LISTENER_FAILED';
    if (isReport || this.#isOver) return;
    const text = error instanceof Error ? error.message : String(error);
    const message = `A listener of this session threw: ${text}`;
    this.#tellAll({ type: 'warning', code: 'LISTENER_FAILED', message });
  }
}

interface Read {
  resolve: (result: IteratorResult<SessionEvent>) => void;
  reject: (error: Error) => void;
}

/**
 * The events of a session for one `for await` reader. A reader that is slower than the service finds only the newest
 * interim of a sentence and the newest statistics; all other events wait for it in order.
 */
export class EventQueue implements AsyncIterableIterator<SessionEvent> {
  readonly #waiting: SessionEvent[] = [];
  readonly #onReturn: () => void;
  /** Pending reads, oldest first; a reader need not await one before it asks for the next. */
  readonly #reads: Read[] = [];
  #ended = false;

  /** `onReturn` is called once, when the reader stops or the last event was added. */
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

/** Whether the newer event makes the older one useless. */
function replaces(event: SessionEvent, older: SessionEvent): boolean {
  if (event.type === 'statistics') return older.type === 'statistics';
  return event.type === 'interim' && older.type === 'interim' && older.sentenceId === event.sentenceId;
}
