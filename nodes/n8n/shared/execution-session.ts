import { AsrError, joinTexts } from '../../../lib';
import type {
  AudioFormatHints,
  CommitResult,
  ContextTurn,
  EmotionEvent,
  FinalEvent,
  InterimEvent,
  Session,
  Statistics,
  WarningEvent,
} from '../../../lib';
import { excerpt, HeldSession } from '../../../lib/hosts';
import type { GivenAudio } from './given-audio';

/** An event with the service's id of its session or task, for support requests. */
export type WithSessionId<E> = E & { sessionId?: string };

/** What a session has given since it was last asked. */
export interface Drained {
  /** The newest interim of the open sentence: each interim replaces those before it. */
  interim: WithSessionId<InterimEvent> | undefined;
  finals: WithSessionId<FinalEvent>[];
  emotions: WithSessionId<EmotionEvent>[];
  warnings: WarningEvent[];
}

export interface ExecutionSessionOptions {
  name: string;
  /** The node that opened it, and may open it again for its next item. */
  openedBy: string;
  /** Time without use after which the session ends. */
  unusedMs: number;
  /** Time after which the session ends in any case. */
  longestMs: number;
  /** Called once. A later call for the session gets the reason. */
  onEnd: (reason: AsrError) => void;
}

/**
 * A session that lives between the nodes of an execution. It ends by itself, because older versions of n8n tell nodes
 * neither that the execution is over nor that their code was reloaded.
 */
export class ExecutionSession {
  readonly openedBy: string;
  /** All finals since it was opened. */
  readonly finals: WithSessionId<FinalEvent>[] = [];
  readonly #session: Session;
  readonly #held: HeldSession;
  readonly #options: ExecutionSessionOptions;
  readonly #watched = new WeakSet<AbortSignal>();
  /** Sentences without a final yet, in the order of their beginning. */
  readonly #open = new Map<string, WithSessionId<InterimEvent>>();
  readonly #longest: NodeJS.Timeout;
  #drainedFinals = 0;
  /** A commit whose answer did not come in time, and whether audio has come since then. */
  #unanswered: { error: AsrError; isPast: boolean } | undefined;
  #emotions: WithSessionId<EmotionEvent>[] = [];
  #warnings: WarningEvent[] = [];
  readonly #ended = new AbortController();

  constructor(session: Session, options: ExecutionSessionOptions) {
    const { openedBy, longestMs, unusedMs } = options;
    this.openedBy = openedBy;
    this.#session = session;
    this.#options = options;
    this.#longest = setTimeout(() => {
      this.end(`it was open for ${seconds(longestMs)}, which is the longest that its node allows`);
    }, longestMs);
    session.on('interim', (interim) => this.#open.set(interim.sentenceId, this.#withId(interim)));
    session.on('final', (final) => {
      this.#open.delete(final.sentenceId);
      this.finals.push(this.#withId(final));
    });
    session.on('emotion', (emotion) => this.#emotions.push(this.#withId(emotion)));
    session.on('warning', (warning) => this.#warnings.push(warning));
    session.on('finished', () => {
      this.#release(this.#over('it was finished'));
    });
    session.on('error', ({ error }) => {
      this.#release(error);
    });
    this.#held = new HeldSession(session, {
      unusedMs,
      onUnused: () => {
        this.end(`no node used it for ${seconds(unusedMs)}`);
      },
    });
  }

  /** The service's id of the current session or task. */
  get sessionId(): string | undefined {
    return this.#session.id;
  }

  /** Aborts when the session is over, so that reading audio for it can stop. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Resolves when the service has accepted the session. */
  ready(): ReturnType<Session['ready']> {
    return this.#held.ready();
  }

  /** @param given How much of this audio the session has from an earlier try; updated with what it takes now. */
  append(audio: AsyncIterable<Uint8Array>, hints: () => AudioFormatHints, given?: GivenAudio): Promise<void> {
    return this.#held.use(async () => {
      for await (const chunk of given ? given.rest(audio) : audio) {
        await this.#session.append(chunk, hints()).catch((error: unknown) => {
          given?.refused(error);
          throw error;
        });
        given?.took(chunk);
        if (this.#unanswered) this.#unanswered.isPast = true;
      }
    });
  }

  /**
   * A loop cannot know whether somebody has spoken, so a commit without audio is no error, unless it repeats one that
   * was not answered. What came too late for that one belongs to this one.
   * @throws AsrError
   */
  async commit(): Promise<CommitResult> {
    const answer = await this.#held.commitIfAny().catch((error: unknown) => {
      if (error instanceof AsrError && error.code === 'COMMIT_TIMEOUT') {
        this.#unanswered = { error, isPast: false };
      }
      throw error;
    });
    if (!this.#unanswered) return answer;
    const finals = [...this.#late(answer), ...answer.finals];
    if (finals.length === 0 && !this.#unanswered.isPast) throw this.#unanswered.error;
    this.#unanswered = undefined;
    return { ...answer, text: joinTexts(finals.map(({ text }) => text)), finals };
  }

  /** Finals that no node has given out, and that the answer does not have. */
  #late({ finals }: CommitResult): FinalEvent[] {
    const answered = new Set(finals.map(({ sentenceId }) => sentenceId));
    return this.finals.slice(this.#drainedFinals).filter(({ sentenceId }) => !answered.has(sentenceId));
  }

  /** @throws AsrError `INVALID_OPTION` when the model cannot change its context during a session. */
  updateContext(turns: readonly ContextTurn[]): Promise<void> {
    return this.#held.use(() => {
      this.#session.updateContext(turns);
      return Promise.resolve();
    });
  }

  /** The counters so far. */
  statistics(): Statistics {
    return this.#session.statistics();
  }

  finish(): Promise<Statistics> {
    return this.#held.finish();
  }

  /** Ends the session at once. @param why The rest of a sentence that begins with "The session is over: ". */
  end(why: string): void {
    this.#release(this.#over(why));
    this.#session.abort();
  }

  /**
   * Ends the session when the signal aborts. A resumed execution has another signal than before.
   * @returns Whether the signal is new.
   */
  endWith(signal: AbortSignal | undefined): boolean {
    if (!signal || this.#watched.has(signal)) return false;
    this.#watched.add(signal);
    const onAbort = (): void => {
      this.end('the execution was cancelled');
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    return true;
  }

  /** Returns everything that came since the last call. */
  drain(): Drained {
    const drained: Drained = {
      interim: [...this.#open.values()].at(-1),
      finals: this.finals.slice(this.#drainedFinals),
      emotions: this.#emotions,
      warnings: this.#warnings,
    };
    this.#drainedFinals = this.finals.length;
    this.#emotions = [];
    this.#warnings = [];
    return drained;
  }

  #withId<E extends object>(event: E): WithSessionId<E> {
    const { id } = this.#session;
    return id === undefined ? event : { ...event, sessionId: id };
  }

  #over(why: string): AsrError {
    const message = `The session ${excerpt(this.#options.name)} is over: ${why}. Open it again with a Speech Session node.`;
    return new AsrError('SESSION_CLOSED', message);
  }

  #release(reason: AsrError): void {
    if (this.#ended.signal.aborted) return;
    this.#held.over(reason);
    clearTimeout(this.#longest);
    this.#ended.abort(reason);
    this.#options.onEnd(reason);
  }
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
