import type { AudioChunk, AudioFormatHints } from './audio/format';
import type { CommitResult, Session } from './session/options';
import { AsrError } from './vocabulary/errors';
import type { OpenedEvent, Statistics } from './vocabulary/events';

export interface HeldSessionOptions {
  /** How long nobody has used the session. */
  unusedMs: number;
  onUnused: () => void;
}

/**
 * A session that several users share for a while: the messages of a key, the nodes of an execution, a live stream. It
 * knows whether anybody uses it, reports when nobody has done so for a given time, and answers late calls with the
 * reason of its end.
 */
export class HeldSession {
  readonly #session: Session;
  readonly #options: HeldSessionOptions | undefined;
  #timer: NodeJS.Timeout | undefined;
  #uses = 0;
  #endedBy: AsrError | undefined;

  /** @param options Without them the session may stay unused for any time. */
  constructor(session: Session, options?: HeldSessionOptions) {
    this.#session = session;
    this.#options = options;
    session.on('error', ({ error }) => {
      this.over(error);
    });
    session.on('finished', () => {
      this.stopTimer();
    });
    this.#awaitUse();
  }

  /** The reason of the end, unless the session simply finished. */
  get endedBy(): AsrError | undefined {
    return this.#endedBy;
  }

  get takesAudio(): boolean {
    return this.#session.state !== 'finishing' && this.#session.state !== 'closed';
  }

  get isClosed(): boolean {
    return this.#session.state === 'closed';
  }

  get isInUse(): boolean {
    return this.#uses > 0;
  }

  /** Resolves when the service has accepted the session. */
  ready(): Promise<OpenedEvent> {
    return this.use(() => this.#session.ready());
  }

  append(audio: AudioChunk, hints?: AudioFormatHints): Promise<void> {
    return this.use(() => this.#session.append(audio, hints));
  }

  commit(): Promise<CommitResult> {
    return this.use(() => this.#session.commit());
  }

  /** Commits for callers who cannot know whether anybody has spoken: an empty commit is no error here. */
  async commitIfAny(): Promise<CommitResult> {
    try {
      return await this.commit();
    } catch (error) {
      if (error instanceof AsrError && error.code === 'COMMIT_EMPTY') return { text: '', finals: [] };
      throw error;
    }
  }

  finish(): Promise<Statistics> {
    return this.use(() => this.#session.finish());
  }

  abort(): void {
    this.stopTimer();
    this.#session.abort();
  }

  /** Sets the error that every later call is answered with. */
  over(reason: AsrError): void {
    this.#endedBy ??= reason;
    this.stopTimer();
  }

  /** Stops the timer for good; later use does not restart it. */
  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  /** Counts the session as used until the work is done. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    this.#uses += 1;
    try {
      return await work();
    } catch (error) {
      // The reason of the end says more than the error that the session is closed.
      throw this.#endedBy ?? error;
    } finally {
      this.#uses -= 1;
      if (this.#uses === 0) this.#awaitUse();
    }
  }

  #awaitUse(): void {
    if (!this.#options || this.#endedBy || !this.takesAudio) return;
    const { unusedMs, onUnused } = this.#options;
    this.#timer = setTimeout(onUnused, unusedMs);
  }
}
