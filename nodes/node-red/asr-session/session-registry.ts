import type { NodeMessageInFlow } from 'node-red';
import { OngoingAudio } from '../../../lib';
import type { AsrError, ContextTurn, Session, SessionEvent } from '../../../lib';
import { afterReading } from '../../../lib/hosts';
import { isPermanent, NodeError } from '../shared/errors';
import type { Translate } from '../shared/red';
import { LiveSession } from './live-session';
import { routeOf } from './messages';

/** The pause after an error that every session of the node would meet (a refused key), and after any other error. */
const PERMANENT_HOLD_OFF_MS = 10_000;
const HOLD_OFF_MS = 1_000;

export interface RegistryOptions {
  openSession: (context: readonly ContextTurn[], ongoing: OngoingAudio) => Session;
  /** @param isPhaseNew Whether it changed the session's phase. */
  onEvent: (event: SessionEvent, live: LiveSession, isPhaseNew: boolean) => void;
  maxSessions: number;
  /** Time without audio after which a session is finished; 0 lets it stay. */
  finishAfterMs: () => number;
  translate: Translate;
  /** Properties of the message that opened a session for its results, beside those that route replies. */
  keep: readonly string[];
  /** Called when a connection was lost, and when it is back. */
  log: (message: string) => void;
}

interface HoldOff {
  untilMs: number;
  error: AsrError;
}

/** The sessions of one node by key, with their limit. */
export class SessionRegistry {
  readonly #options: RegistryOptions;
  /** Sessions that take audio. One that is finishing has made room for the next of its key. */
  readonly #byKey = new Map<string, LiveSession>();
  readonly #all = new Set<LiveSession>();
  /** Decoder state of streams that may outlive their session, ordered by last use. */
  readonly #ongoing = new Map<string, OngoingAudio>();
  readonly #holdOffs = new Map<string, HoldOff>();
  #holdOffOfAll: HoldOff | undefined;
  #closed = false;
  #takesNoMore = false;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** Sessions that are not over yet. */
  get all(): ReadonlySet<LiveSession> {
    return this.#all;
  }

  /** The session of the key that takes audio. */
  get(key: string): LiveSession | undefined {
    const live = this.#byKey.get(key);
    return live?.takesAudio ? live : undefined;
  }

  /**
   * The session of the key; this message opens it if there is none.
   * @param context The dialogue in the message.
   * @throws NodeError `TOO_MANY_SESSIONS` or `HOLD_OFF`; AsrError for options that cannot work.
   */
  getOrOpen(key: string, msg: NodeMessageInFlow, context?: readonly ContextTurn[]): LiveSession {
    if (!this.get(key)) this.#checkHoldOff(key);
    return this.start(key, msg, context);
  }

  /** Works like {@link getOrOpen}, but also within the pause after a failure. */
  start(key: string, msg: NodeMessageInFlow, context?: readonly ContextTurn[]): LiveSession {
    const live = this.get(key);
    if (!live) return this.#open(key, msg, context ?? []);
    if (context) live.updateContext(context);
    return live;
  }

  #open(key: string, msg: NodeMessageInFlow, context: readonly ContextTurn[]): LiveSession {
    const { maxSessions, finishAfterMs, translate } = this.#options;
    if (this.#takesNoMore) throw new NodeError('ENDED_EARLY', translate('asr-session.error.closed'));
    const active = [...this.#byKey.values()].filter((live) => live.takesAudio);
    const sleeper = active.length >= maxSessions ? longestSleeper(active) : undefined;
    if (active.length >= maxSessions && !sleeper) {
      throw new NodeError('TOO_MANY_SESSIONS', translate('asr-session.error.too-many', { max: maxSessions }));
    }
    // Comes first, because options that cannot work must not end another session.
    const session = this.#options.openSession(context, this.#ongoingOf(key));
    sleeper?.finish().catch(() => undefined);
    const live = new LiveSession(
      key,
      routeOf(msg, this.#options.keep),
      session,
      finishAfterMs(),
      context,
      (message) => {
        this.#options.log(message);
      },
    );
    this.#byKey.set(key, live);
    this.#all.add(live);
    live.listen((event, isPhaseNew) => {
      if (this.#closed) return;
      if (event.type === 'opened') this.#holdOffOfAll = undefined;
      if (event.type === 'error') this.#holdOff(key, event.error);
      if (event.type === 'error' || event.type === 'finished') this.#remove(live);
      this.#options.onEvent(event, live, isPhaseNew);
    });
    return live;
  }

  /** Lets all sessions give their last results within the time limit. No session is opened any more. */
  async finish(boundMs: number): Promise<void> {
    this.#takesNoMore = true;
    let cancelBound: (() => void) | undefined;
    const bound = new Promise<void>((resolve) => {
      cancelBound = afterReading(boundMs, resolve);
    });
    const ends = Array.from(this.#all, (live) => live.finish().catch(() => undefined));
    await Promise.race([Promise.all(ends), bound]);
    cancelBound?.();
  }

  /** Aborts everything; nothing is reported from then on. */
  close(): void {
    this.#takesNoMore = true;
    this.#closed = true;
    for (const live of this.#all) live.abort();
    this.#all.clear();
    this.#byKey.clear();
    for (const ongoing of this.#ongoing.values()) ongoing.release();
    this.#ongoing.clear();
  }

  /** Kept for as many keys as there may be sessions. */
  #ongoingOf(key: string): OngoingAudio {
    const ongoing = this.#ongoing.get(key) ?? new OngoingAudio();
    this.#ongoing.delete(key);
    this.#ongoing.set(key, ongoing);
    for (const [other, unused] of this.#ongoing) {
      if (this.#ongoing.size <= this.#options.maxSessions) break;
      if (other === key || this.#byKey.has(other)) continue;
      unused.release();
      this.#ongoing.delete(other);
    }
    return ongoing;
  }

  #remove(live: LiveSession): void {
    this.#all.delete(live);
    if (this.#byKey.get(live.key) !== live) return;
    this.#byKey.delete(live.key);
    if (this.#ongoing.get(live.key)?.isEmpty) this.#ongoing.delete(live.key);
  }

  /** A microphone goes on sending after a failure; without a pause each chunk would make another attempt. */
  #holdOff(key: string, error: AsrError): void {
    const now = performance.now();
    for (const [other, { untilMs }] of this.#holdOffs) {
      if (untilMs <= now) this.#holdOffs.delete(other);
    }
    if (isPermanent(error)) this.#holdOffOfAll = { untilMs: now + PERMANENT_HOLD_OFF_MS, error };
    else this.#holdOffs.set(key, { untilMs: now + HOLD_OFF_MS, error });
  }

  #checkHoldOff(key: string): void {
    const now = performance.now();
    const holdOff = [this.#holdOffOfAll, this.#holdOffs.get(key)].find((one) => one && one.untilMs > now);
    if (!holdOff) return;
    const seconds = Math.ceil((holdOff.untilMs - now) / 1000);
    const { message } = holdOff.error;
    throw new NodeError(
      'HOLD_OFF',
      this.#options.translate('asr-session.error.hold-off', { seconds, message }),
    );
  }
}

/** A sleeping session costs nothing but its place; the one that has slept longest is the least likely to wake. */
function longestSleeper(sessions: readonly LiveSession[]): LiveSession | undefined {
  const sleepers = sessions.filter((live) => live.canMakeRoom);
  return sleepers.sort((a, b) => a.sleepsSinceMs - b.sleepsSinceMs)[0];
}
