import { randomUUID } from 'node:crypto';
import type { AudioChunk, AudioFormatHints } from '../../../lib/audio/format';
import { AsrError } from '../../../lib/vocabulary/errors';
import type { SessionEvent, WarningCode } from '../../../lib/vocabulary/events';
import type { ContextTurn } from '../../../lib/vocabulary/parameters';
import type { CommitResult, Session } from '../../../lib/session/options';
import type { Route } from './messages';

export type Phase = 'connecting' | 'reconnecting' | 'connected' | 'sleeping' | 'speech' | 'finishing';

/** One open session, as the editor's panel shows it. */
export interface SessionView {
  /** Of this panel alone. */
  id: string;
  key: string;
  phase: Phase;
  openForMs: number;
  audioInMs: number;
  /** Accepted and not sent yet. */
  audioHeldMs: number;
  reconnects: number;
  text: string;
  isFinal: boolean;
  emotion?: string;
  /** What was last complained of and is not over. */
  problem?: string;
}

/** What follows from an event for the badge; an event that is not listed changes nothing. */
const PHASE_AFTER: Partial<Record<SessionEvent['type'], Phase>> = {
  opened: 'connected',
  speechStarted: 'speech',
  interim: 'speech',
  final: 'connected',
  reconnecting: 'reconnecting',
  resumed: 'connected',
};

/** After these the session sleeps, and `resumed` follows when it wakes. Last results may come in between. */
const FALLS_ASLEEP: ReadonlySet<WarningCode> = new Set<WarningCode>(['SLEEPING', 'NO_SPEECH']);

function phaseAfter(event: SessionEvent, phase: Phase): Phase {
  if (phase === 'finishing') return phase;
  if (event.type === 'warning' && FALLS_ASLEEP.has(event.code)) return 'sleeping';
  const isAway = phase === 'sleeping' || phase === 'reconnecting';
  if (isAway && event.type !== 'resumed' && event.type !== 'reconnecting') return phase;
  return PHASE_AFTER[event.type] ?? phase;
}

/** One session of a key, with the message that opened it and, where wanted, the clock that ends it without audio. */
export class LiveSession {
  readonly id = randomUUID();
  readonly key: string;
  readonly route: Route;
  /** The same for results: their topic is the key; where there is none, that of the message that opened the session. */
  readonly resultRoute: Route;
  /** True while a `start` message waits for the session: then that message reports a failure. */
  reportedByStart = false;
  /** Messages whose audio goes on: a stream may be silent for long and must not lose its session. */
  readers = 0;
  phase: Phase = 'connecting';
  /** Of the attempts to connect again; only of use while there are any. */
  attempt = 0;
  /** Of the monotonic clock; only of use while it sleeps. */
  sleepsSinceMs = 0;
  readonly #session: Session;
  /** 0 lets it stay. */
  readonly #finishAfterMs: number;
  /** The dialogue that was given last, as text. */
  #context: string;
  #idleTimer: NodeJS.Timeout | undefined;
  #inUse = 0;
  #failure: AsrError | undefined;
  readonly #openedAtMs = performance.now();
  #said: Pick<SessionView, 'text' | 'isFinal' | 'emotion'> = { text: '', isFinal: true };
  #problem: string | undefined;

  /** @param context what the session was opened with */
  constructor(
    key: string,
    route: Route,
    session: Session,
    finishAfterMs: number,
    context: readonly ContextTurn[],
  ) {
    this.key = key;
    this.route = route;
    this.resultRoute = { ...route, topic: key || (route.topic ?? '') };
    this.#session = session;
    this.#finishAfterMs = finishAfterMs;
    this.#context = JSON.stringify(context);
    this.#awaitAudio();
  }

  /** Calls `listener` with every event, the last one included, and with whether it changed the phase. */
  listen(listener: (event: SessionEvent, isPhaseNew: boolean) => void): void {
    this.#session.on('event', (event) => {
      const before = this.phase;
      this.phase = phaseAfter(event, before);
      if (this.phase === 'sleeping' && before !== 'sleeping') this.sleepsSinceMs = performance.now();
      if (event.type === 'reconnecting') this.attempt = event.attempt;
      if (event.type === 'error') this.#failure = event.error;
      this.#remember(event);
      if (event.type === 'error' || event.type === 'finished') clearTimeout(this.#idleTimer);
      listener(event, this.phase !== before);
    });
  }

  view(): SessionView {
    const { audioInMs, audioHeldMs, reconnects } = this.#session.statistics();
    return {
      id: this.id,
      key: this.key,
      phase: this.phase,
      openForMs: Math.round(performance.now() - this.#openedAtMs),
      audioInMs,
      audioHeldMs,
      reconnects,
      ...this.#said,
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  get takesAudio(): boolean {
    return this.#session.state !== 'finishing' && this.#session.state !== 'closed';
  }

  /** Audio that waits for the connection. */
  get heldAudioMs(): number {
    return this.#session.heldAudioMs;
  }

  /** Whether nobody would miss it: it costs nothing and takes the place of another. */
  get canMakeRoom(): boolean {
    return this.takesAudio && this.phase === 'sleeping' && this.#inUse === 0 && this.readers === 0;
  }

  async ready(): Promise<void> {
    await this.#session.ready();
  }

  append(chunk: AudioChunk, hints: AudioFormatHints): Promise<void> {
    // It wakes.
    if (this.phase === 'sleeping') this.phase = 'connecting';
    return this.#use(() => this.#session.append(chunk, hints));
  }

  /**
   * Gives the session a new dialogue. Messages of one source may all carry it: the same again is nothing new.
   * @throws AsrError `INVALID_OPTION` when the model takes none in between
   */
  updateContext(context: readonly ContextTurn[]): void {
    const text = JSON.stringify(context);
    if (text === this.#context) return;
    this.#session.updateContext(context);
    this.#context = text;
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

  #remember(event: SessionEvent): void {
    if (event.type === 'interim' || event.type === 'final') {
      const { text, emotion } = event;
      this.#said = { text, isFinal: event.type === 'final', ...(emotion !== undefined && { emotion }) };
    }
    if (event.type === 'reconnecting') this.#problem = event.reason;
    if (event.type === 'warning' && !FALLS_ASLEEP.has(event.code)) this.#problem = event.message;
    if (event.type === 'opened' || event.type === 'resumed') this.#problem = undefined;
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
    if (this.#finishAfterMs === 0 || !this.takesAudio) return;
    this.#idleTimer = setTimeout(() => {
      this.finish().catch(() => undefined);
    }, this.#finishAfterMs);
  }
}
