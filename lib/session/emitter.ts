import type { EventOf, SessionEvent, SessionEventType } from '../events';

type Listener = (event: SessionEvent) => void;

/**
 * Tells listeners of one type, or of every type, of each event. A listener that throws harms neither the session nor
 * the other listeners: its error becomes a warning.
 */
export class Emitter {
  readonly #listeners = new Map<SessionEventType | 'event', Set<Listener>>();
  #isReporting = false;

  /** Returns what removes the listener. */
  on<T extends SessionEventType>(type: T | 'event', listener: (event: EventOf<T>) => void): () => void {
    let listeners = this.#listeners.get(type);
    if (!listeners) this.#listeners.set(type, (listeners = new Set()));
    // One entry per call, so that adding a function twice takes two removals.
    const entry: Listener = (event) => {
      listener(event as EventOf<T>);
    };
    listeners.add(entry);
    return () => void listeners.delete(entry);
  }

  emit(event: SessionEvent): void {
    this.#tell(this.#listeners.get(event.type), event);
    this.#tell(this.#listeners.get('event'), event);
  }

  clear(): void {
    this.#listeners.clear();
  }

  #tell(listeners: Set<Listener> | undefined, event: SessionEvent): void {
    if (!listeners) return;
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#report(error);
      }
    }
  }

  #report(error: unknown): void {
    // A listener of warnings that throws must not be told of that for ever.
    if (this.#isReporting) return;
    this.#isReporting = true;
    const text = error instanceof Error ? error.message : String(error);
    this.emit({
      type: 'warning',
      code: 'LISTENER_FAILED',
      message: `A listener of this session threw: ${text}`,
    });
    this.#isReporting = false;
  }
}
