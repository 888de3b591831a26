import type { AudioChunk, AudioFormatHints } from '../../../lib/audio/format';
import { AsrError } from '../../../lib/errors';
import type { SessionEvent } from '../../../lib/events';
import type { CommitResult, Session } from '../../../lib/session/options';
import type { Route } from './messages';

export type Phase = 'connecting' | 'reconnecting' | 'connected' | 'sleeping' | 'speech' | 'finishing';

/** What follows from an event for the badge; an event that is not listed changes nothing. */
const PHASE_AFTER: Partial<Record<SessionEvent['type'], Phase>> = {
  opened: 'connected',
  speechStarted: 'speech',
  interim: 'speech',
  final: 'connected',
  reconnecting: 'reconnecting',
  resumed: 'connected',
};

function phaseAfter(event: SessionEvent): Phase | undefined {
  if (event.type === 'warning' && event.code === 'SLEEPING') return 'sleeping';
  return PHASE_AFTER[event.type];
}

/** One session of a key, with the message that opened it and the clock that ends it when no audio comes. */
export class LiveSession {
  readonly key: string;
  readonly route: Route;
  /** True while a `start` message waits for the session: then that message reports a failure. */
  reportedByStart = false;
  phase: Phase = 'connecting';
  readonly #session: Session;
  readonly #idleMs: number;
  #idleTimer: NodeJS.Timeout | undefined;
  #inUse = 0;
  #failure: AsrError | undefined;

  constructor(key: string, route: Route, session: Session, idleMs: number) {
    this.key = key;
    this.route = route;
    this.#session = session;
    this.#idleMs = idleMs;
    this.#awaitAudio();
  }

  /** Calls `listener` with every event, the last one included. */
  listen(listener: (event: SessionEvent) => void): void {
    this.#session.on('event', (event) => {
      if (this.phase !== 'finishing') this.phase = phaseAfter(event) ?? this.phase;
      if (event.type === 'error') this.#failure = event.error;
      if (event.type === 'error' || event.type === 'finished') clearTimeout(this.#idleTimer);
      listener(event);
    });
  }

  get takesAudio(): boolean {
    return this.#session.state !== 'finishing' && this.#session.state !== 'closed';
  }

  async ready(): Promise<void> {
    await this.#session.ready();
  }

  append(chunk: AudioChunk, hints: AudioFormatHints): Promise<void> {
    return this.#use(() => this.#session.append(chunk, hints));
  }

  commit(): Promise<CommitResult> {
    return this.#use(() => this.#session.commit());
  }

  /** What is left as one commit, then the end of the session. */
  async commitAndFinish(): Promise<CommitResult> {
    try {
      return await this.commit();
    } catch (error) {
      // With a session that is to end anyway, nothing said is no mistake.
      if (error instanceof AsrError && error.code === 'COMMIT_EMPTY') return { text: '', finals: [] };
      throw error;
    } finally {
      // The answer is there; how the session ends is told by its events.
      this.finish().catch(() => undefined);
    }
  }

  async finish(): Promise<void> {
    clearTimeout(this.#idleTimer);
    this.phase = 'finishing';
    await this.#session.finish();
  }

  abort(): void {
    clearTimeout(this.#idleTimer);
    this.#session.abort();
  }

  async #use<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#idleTimer);
    this.#inUse += 1;
    try {
      return await work();
    } catch (error) {
      // What ended the session says more than that it has ended.
      const hasEnded = error instanceof AsrError && error.code === 'SESSION_CLOSED';
      throw hasEnded && this.#failure ? this.#failure : error;
    } finally {
      this.#inUse -= 1;
      if (this.#inUse === 0) this.#awaitAudio();
    }
  }

  #awaitAudio(): void {
    if (this.#idleMs === 0 || !this.takesAudio) return;
    this.#idleTimer = setTimeout(() => {
      this.finish().catch(() => undefined);
    }, this.#idleMs);
  }
}
