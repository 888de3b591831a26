import { randomUUID } from 'node:crypto';
import type {
  AudioChunk,
  AudioFormatHints,
  CommitResult,
  ContextTurn,
  Session,
  SessionEvent,
  SessionState,
  WarningCode,
} from '../../../lib';
import { HeldSession, Outage, shortened } from '../../../lib/hosts';
import type { Route } from './messages';

/** The state of a session, where an open one also shows whether somebody speaks. */
export type Phase =
  'connecting' | 'waiting' | 'reconnecting' | 'connected' | 'sleeping' | 'listening' | 'speech' | 'finishing';

/** One open session, as the editor's panel shows it. */
export interface SessionView {
  /** Only used by this panel. */
  id: string;
  key: string;
  phase: Phase;
  openForMs: number;
  audioInMs: number;
  /** Audio that is accepted and not sent yet. */
  audioHeldMs: number;
  reconnects: number;
  text: string;
  isFinal: boolean;
  emotion?: string;
  /** The last problem, if it is not over. */
  problem?: string;
}

const PHASE_OF_STATE: Record<SessionState, Phase | undefined> = {
  connecting: 'connecting',
  open: 'connected',
  reconnecting: 'reconnecting',
  sleeping: 'sleeping',
  listening: 'listening',
  finishing: 'finishing',
  // A closed session is about to leave the list.
  closed: undefined,
};

function phaseAfter(event: SessionEvent, phase: Phase): Phase {
  if (event.type === 'state') return PHASE_OF_STATE[event.to] ?? phase;
  switch (phase) {
    case 'connecting':
    case 'reconnecting':
    case 'waiting':
      if (event.type === 'waiting') return 'waiting';
      return event.type === 'reconnecting' ? 'reconnecting' : phase;
    case 'connected':
      return event.type === 'speechStarted' || event.type === 'interim' ? 'speech' : phase;
    case 'speech':
      return event.type === 'final' ? 'connected' : phase;
    default:
      return phase;
  }
}

/** Warnings of a healthy session: it sleeps until there is audio, which its state shows. */
const IS_NO_PROBLEM: ReadonlySet<WarningCode> = new Set<WarningCode>(['SLEEPING', 'NO_SPEECH']);

/**
 * One session of a key, with the message that opened it and, where configured, the timer that ends it without audio.
 */
export class LiveSession {
  readonly id = randomUUID();
  readonly key: string;
  readonly route: Route;
  /** The route of results. Their topic is the key or, without a key, that of the message that opened the session. */
  readonly resultRoute: Route;
  /** Whether a `start` message waits for the session; then that message reports a failure. */
  reportedByStart = false;
  /** How many messages still give audio: a stream may be silent for long and must not lose its session. */
  readers = 0;
  phase: Phase = 'connecting';
  /** The current attempt to reconnect; only meaningful while there is one. */
  attempt = 0;
  /** On the monotonic clock; only meaningful while it sleeps. */
  sleepsSinceMs = 0;
  readonly #session: Session;
  readonly #held: HeldSession;
  /** The last dialogue, as text. */
  #context: string;
  readonly #openedAtMs = performance.now();
  #said: Pick<SessionView, 'text' | 'isFinal' | 'emotion'> = { text: '', isFinal: true };
  #problem: string | undefined;
  readonly #outage: Outage;

  /**
   * @param finishAfterMs Time without audio after which it finishes; 0 lets it stay.
   * @param context The context that the session was opened with.
   * @param log Called once for a lost connection, and once for its return.
   */
  constructor(
    key: string,
    route: Route,
    session: Session,
    finishAfterMs: number,
    context: readonly ContextTurn[],
    log: (message: string) => void,
  ) {
    this.#outage = new Outage({ say: log });
    this.key = key;
    this.route = route;
    this.resultRoute = { ...route, topic: key || (route.topic ?? '') };
    this.#session = session;
    this.#context = JSON.stringify(context);
    const onUnused = (): void => {
      this.finish().catch(() => undefined);
    };
    this.#held = new HeldSession(
      session,
      finishAfterMs > 0 ? { unusedMs: finishAfterMs, onUnused } : undefined,
    );
  }

  /** Calls `listener` with every event, including the last one, and with whether it changed the phase. */
  listen(listener: (event: SessionEvent, isPhaseNew: boolean) => void): void {
    this.#session.on('event', (event) => {
      const before = this.phase;
      this.phase = phaseAfter(event, before);
      if (event.type === 'state') this.#enter(event.to);
      if (event.type === 'reconnecting') {
        this.attempt = event.attempt;
        this.#outage.lost(event.reason, event.delayMs);
      }
      if (event.type === 'resumed')
        this.#outage.back(this.key ? `The session ${shortened(this.key)}` : 'The session');
      this.#remember(event);
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
    return this.#held.takesAudio;
  }

  /** Audio that waits for the connection. */
  get heldAudioMs(): number {
    return this.#session.heldAudioMs;
  }

  /** Whether it may be closed to make room for another, because it costs nothing and nobody uses it. */
  get canMakeRoom(): boolean {
    return this.#session.state === 'sleeping' && !this.#held.isInUse && this.readers === 0;
  }

  async ready(): Promise<void> {
    await this.#session.ready();
  }

  append(chunk: AudioChunk, hints: AudioFormatHints): Promise<void> {
    return this.#held.append(chunk, hints);
  }

  /**
   * Gives the session a new dialogue. All messages of a source may carry one, so an unchanged one is ignored.
   * @throws AsrError `INVALID_OPTION` when the model cannot change its context during a session.
   */
  updateContext(context: readonly ContextTurn[]): void {
    const text = JSON.stringify(context);
    if (text === this.#context) return;
    this.#session.updateContext(context);
    this.#context = text;
  }

  commit(): Promise<CommitResult> {
    return this.#held.commit();
  }

  /** Commits what there is; no audio since the last commit is no error, as a source may fall silent twice. */
  endSentence(): Promise<CommitResult> {
    return this.#held.commitIfAny();
  }

  /** Commits the remaining audio, and then ends the session. */
  async commitAndFinish(): Promise<CommitResult> {
    try {
      return await this.#held.commitIfAny();
    } finally {
      // The answer is there, and events report how the session ends.
      this.finish().catch(() => undefined);
    }
  }

  async finish(): Promise<void> {
    this.#held.stopTimer();
    await this.#session.finish();
  }

  abort(): void {
    this.#held.abort();
  }

  #enter(state: SessionState): void {
    if (state === 'sleeping') this.sleepsSinceMs = performance.now();
    if (state === 'reconnecting') this.attempt = 1;
  }

  #remember(event: SessionEvent): void {
    if (event.type === 'interim' || event.type === 'final') {
      const { text, emotion } = event;
      this.#said = { text, isFinal: event.type === 'final', ...(emotion !== undefined && { emotion }) };
    }
    if (event.type === 'reconnecting' || event.type === 'waiting') this.#problem = event.reason;
    if (event.type === 'warning' && !IS_NO_PROBLEM.has(event.code)) this.#problem = event.message;
    if (event.type === 'opened' || event.type === 'resumed') this.#problem = undefined;
  }
}
