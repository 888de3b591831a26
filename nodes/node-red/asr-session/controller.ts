import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import { DEFAULT_MODEL, openSession } from '../../../lib';
import type {
  CommitResult,
  ContextTurn,
  IdlePolicy,
  Model,
  OngoingAudio,
  OverloadPolicy,
  Session,
  SessionEvent,
  SessionOptions,
  TraceFile,
  VoiceGateOptions,
} from '../../../lib';
import { firstRate } from '../../../lib/hosts';
import { RELIABILITY_SETTINGS } from '../../reliability-settings';
import { readContext } from '../shared/context';
import { asError, errorInfo, NodeError } from '../shared/errors';
import type { AppendOptions, AsrSessionNode, AudioSink, SessionHost } from '../shared/host';
import { KeyedQueue } from '../shared/keyed-queue';
import { readLimit, readNumber, readOptionalLimit, SESSION_LIMITS } from '../shared/limits';
import type { Done } from '../shared/red';
import { openTrace, sessionReliability } from '../shared/reliability';
import type { ReliabilityDef } from '../shared/reliability';
import { modelOf, sessionOptions } from '../shared/session-options';
import type { RecognitionDef } from '../shared/session-options';
import { Status } from '../shared/status';
import type { NodeView, Viewable } from './live-panel';
import type { LiveSession } from './live-session';
import { toOutputs } from './messages';
import { CHANGES_BADGE, SessionBadge } from './session-badge';
import { sessionKey } from './session-key';
import type { SessionKeyDef } from './session-key';
import { SessionRegistry } from './session-registry';

/**
 * When both timers would ring at the same time, the one that finishes a session should ring before the one for sleep.
 */
const FINISHES_FIRST_MS = 1000;

/** The last results take about a second if the service answers; Node-RED waits 15 s for a node to close. */
const FINISH_BOUND_MS = 8_000;

/** The settings of an `asr session` node, as the editor stores them. */
export interface SessionSettings extends RecognitionDef, SessionKeyDef, ReliabilityDef {
  maxSessions?: string | number;
  idlePolicy?: IdlePolicy;
  voiceGate?: VoiceGateOptions['send'];
  waitingMessages?: string | number;
  overload?: OverloadPolicy;
  /** More properties of the message that opened a session for its results, separated by commas. */
  keep?: string;
  /** What happens to open sessions when the node is deployed again, or Node-RED stops. Default `finish`. */
  onDeploy?: 'finish' | 'abort';
}

/**
 * The work of one `asr session` node: it takes actions, sends events, and serves its `append audio` and `commit`
 * nodes.
 */
export class SessionController implements SessionHost, Viewable {
  readonly #RED: NodeAPI;
  readonly #node: AsrSessionNode;
  readonly #settings: SessionSettings;
  readonly #badge: SessionBadge;
  readonly #trace: TraceFile | undefined;
  readonly #registry: SessionRegistry;
  readonly #queue: KeyedQueue;

  constructor(RED: NodeAPI, node: AsrSessionNode, settings: SessionSettings) {
    this.#RED = RED;
    this.#node = node;
    this.#settings = settings;
    this.#trace = openTrace(RED, node, settings);
    this.#registry = new SessionRegistry({
      openSession: (context, ongoing) => this.#openSession(context, ongoing),
      onEvent: (event, live, isPhaseNew) => {
        this.#onEvent(event, live, isPhaseNew);
      },
      maxSessions: readLimit(settings.maxSessions, SESSION_LIMITS.maxSessions),
      finishAfterMs: () => this.#finishAfterMs(),
      translate: RED._,
      keep: (settings.keep ?? '').split(/[\s,]+/).filter(Boolean),
      log: node.warn.bind(node),
    });
    this.#badge = new SessionBadge(new Status(node, RED._), () => this.#registry.all);
    const maxWaiting = readLimit(settings.waitingMessages, SESSION_LIMITS.waitingMessages);
    this.#queue = new KeyedQueue(maxWaiting, () =>
      RED._('asr-session.error.too-many-waiting', { max: maxWaiting }),
    );
  }

  async onInput(msg: NodeMessageInFlow, done: Done): Promise<void> {
    try {
      await this.act(msg);
      done();
    } catch (error) {
      this.#badge.showFailure(error);
      done(asError(error));
    }
  }

  append(
    msg: NodeMessageInFlow,
    options: AppendOptions,
    work: (sink: AudioSink) => Promise<void>,
  ): Promise<void> {
    const { key = this.#keyOf(msg) } = options;
    const sampleRateHz = this.#sampleRateHz();
    const context = this.#contextOf(msg);
    return this.#queue.run(key, options, async ({ checkDropped, othersWait }) => {
      let live: LiveSession | undefined;
      try {
        await work({
          sampleRateHz,
          othersWait,
          append: async (chunk, hints) => {
            if (!live) {
              checkDropped();
              // The first bytes open the session, so that a missing file opens none. From then on the message stays
              // with its session, because the rest of a recording makes no sense in the next one.
              live = this.#open(key, msg, context);
              live.readers += 1;
            }
            const accepted = live.append(chunk, hints);
            this.#badge.watchBuffer();
            await accepted;
          },
          complain: ({ code, message }) => {
            if (live) this.#onEvent({ type: 'warning', code, message }, live, false);
          },
        });
      } finally {
        if (live) live.readers -= 1;
      }
    });
  }

  async end(key: string): Promise<void> {
    await this.#queue.idle(key);
    // A session that has already ended, by its idle time perhaps, is what was asked for.
    await this.#registry.get(key)?.finish();
  }

  model(): Model {
    return modelOf(this.#settings);
  }

  async commit(msg: NodeMessageInFlow, finish: boolean): Promise<CommitResult> {
    const key = this.#keyOf(msg);
    await this.#queue.idle(key);
    const live = this.#registry.get(key);
    if (!live) throw new NodeError('NOT_OPEN', this.#RED._('asr-session.error.nothing-to-commit'));
    return finish ? live.commitAndFinish() : live.commit();
  }

  view(): NodeView {
    const { id, _alias: templateId }: AsrSessionNode & { _alias?: string } = this.#node;
    const { lastFailure } = this.#badge;
    return {
      nodeId: id,
      ...(templateId !== undefined && { templateId }),
      model: this.#settings.model?.trim() || DEFAULT_MODEL,
      sessions: Array.from(this.#registry.all, (live) => live.view()),
      ...(lastFailure && { failure: errorInfo(lastFailure) }),
    };
  }

  abort(id: string): boolean {
    const live = [...this.#registry.all].find((one) => one.id === id);
    if (live) this.#abort(live.key, live);
    return live !== undefined;
  }

  /** Resolves when nothing of the node is left, within Node-RED's limit of 15 s. */
  async close(): Promise<void> {
    if (this.#settings.onDeploy !== 'abort') await this.#registry.finish(FINISH_BOUND_MS);
    this.#registry.close();
    this.#badge.close();
    await this.#trace?.close();
  }

  async act(msg: NodeMessageInFlow): Promise<void> {
    const key = this.#keyOf(msg);
    switch (msg.action) {
      case 'start':
        return this.#start(key, msg);
      case 'context':
        this.#updateContext(key, msg);
        return;
      case 'commit':
        await this.#queue.idle(key);
        await this.#registry.get(key)?.endSentence();
        return;
      case 'finish':
        return this.end(key);
      case 'abort':
        this.#abort(key, this.#registry.get(key));
        return;
      default:
        throw new NodeError('UNKNOWN_ACTION', this.#RED._('asr-session.error.unknown-action'));
    }
  }

  #abort(key: string, live: LiveSession | undefined): void {
    // Audio that arrived before must not open a new session afterwards.
    this.#queue.drop(key, new NodeError('ENDED_EARLY', this.#RED._('asr-session.error.aborted')));
    live?.abort();
  }

  async #start(key: string, msg: NodeMessageInFlow): Promise<void> {
    const live = this.#registry.start(key, msg, this.#contextOf(msg));
    live.reportedByStart = true;
    this.#badge.show();
    await live.ready();
    live.reportedByStart = false;
  }

  #updateContext(key: string, msg: NodeMessageInFlow): void {
    const context = this.#contextOf(msg);
    if (!context) throw new NodeError('BAD_CONTEXT', this.#RED._('asr-session.error.bad-context'));
    const live = this.#registry.get(key);
    if (!live) throw new NodeError('NOT_OPEN', this.#RED._('asr-session.error.no-session-for-context'));
    live.updateContext(context);
  }

  #open(key: string, msg: NodeMessageInFlow, context: ContextTurn[] | undefined): LiveSession {
    try {
      const known = this.#registry.get(key);
      const live = this.#registry.getOrOpen(key, msg, context);
      if (live !== known) this.#badge.show();
      return live;
    } catch (error) {
      this.#badge.showFailure(error);
      throw error;
    }
  }

  #openSession(context: readonly ContextTurn[], ongoing: OngoingAudio): Session {
    const { overload, voiceGate } = this.#settings;
    return openSession({
      ...sessionOptions(this.#RED, this.#node, this.#settings),
      ...sessionReliability(this.#node, this.#settings, this.#trace),
      ...(overload && { overload }),
      context,
      ongoing,
      idle: this.#idle(),
      ...(voiceGate && { voiceGate: { send: voiceGate } }),
    });
  }

  /**
   * A session that should end after a time without audio sleeps until then, where the service would not wait as long.
   */
  #idle(): NonNullable<SessionOptions['idle']> {
    const { idlePolicy: policy = 'reopen' } = this.#settings;
    if (policy === 'close') {
      const finishAfterMs = this.#finishAfterMs();
      const isSooner = finishAfterMs <= modelOf(this.#settings).idleMs;
      return { policy: 'reopen', ...(isSooner && { afterMs: finishAfterMs + FINISHES_FIRST_MS }) };
    }
    const afterMs = this.#idleMs();
    return { policy, ...(afterMs !== undefined && { afterMs }) };
  }

  /**
   * This node ends the session, and not the client, so that audio which comes meanwhile opens the next session and is
   * not lost.
   */
  #finishAfterMs(): number {
    if (this.#settings.idlePolicy !== 'close') return 0;
    return this.#idleMs() ?? modelOf(this.#settings).idleMs;
  }

  #idleMs(): number | undefined {
    const seconds = readOptionalLimit(this.#settings.idleSeconds, RELIABILITY_SETTINGS.idleSeconds.range);
    return seconds === undefined ? undefined : seconds * 1000;
  }

  #onEvent(event: SessionEvent, live: LiveSession, isPhaseNew: boolean): void {
    if (event.type === 'error' && !live.reportedByStart)
      this.#node.error(asError(event.error), { ...live.route });
    this.#badge.heard(event);
    this.#node.send(toOutputs(event, live.resultRoute));
    if (isPhaseNew || CHANGES_BADGE.has(event.type)) this.#badge.show();
  }

  #contextOf(msg: NodeMessageInFlow): ContextTurn[] | undefined {
    return readContext(msg, () => this.#RED._('asr-session.error.bad-context'));
  }

  #keyOf(msg: NodeMessageInFlow): string {
    return sessionKey(this.#RED, this.#node, this.#settings, msg);
  }

  #sampleRateHz(): number {
    return readNumber(this.#settings.sampleRate) ?? firstRate(modelOf(this.#settings));
  }
}
