import type { AudioChunk, AudioFormatHints } from './audio/format';
import type { CommitResult, Session } from './session/options';
import { AsrError } from './vocabulary/errors';
import type { OpenedEvent, Statistics } from './vocabulary/events';

export interface HeldSessionOptions {
  /** Nobody has used it for this long. */
  unusedMs: number;
  onUnused: () => void;
}

/**
 * A session that others use for a while: the messages of a key, the nodes of an execution, a live stream. Knows whether
 * anybody uses it, rings when nobody has for long, and answers those who come too late with what ended it.
 */
export class HeldSession {
  readonly #session: Session;
  readonly #options: HeldSessionOptions | undefined;
  #timer: NodeJS.Timeout | undefined;
  #uses = 0;
  #endedBy: AsrError | undefined;

  /** @param options None where it may stay unused. */
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

  /** What ended it, if that is more than that it was finished. */
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

  /** Resolves when the service has accepted it. */
  ready(): Promise<OpenedEvent> {
    return this.use(() => this.#session.ready());
  }

  append(audio: AudioChunk, hints?: AudioFormatHints): Promise<void> {
    return this.use(() => this.#session.append(audio, hints));
  }

  commit(): Promise<CommitResult> {
    return this.use(() => this.#session.commit());
  }

  /** The same for those who cannot know whether anybody has spoken: nothing to commit is no mistake. */
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

  /** From now on, this is the answer to whoever comes too late. */
  over(reason: AsrError): void {
    this.#endedBy ??= reason;
    this.stopTimer();
  }

  /** Whoever uses it from now on does not start the time anew. */
  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  /** Counts as use until it is done. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    this.#uses += 1;
    try {
      return await work();
    } catch (error) {
      // What ended the session says more than that it has ended.
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
