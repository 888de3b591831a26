import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import type { AsrError } from '../../../lib/errors';
import { DEFAULT_MODEL, findModel } from '../../../lib/models';
import type { SessionEvent } from '../../../lib/events';
import type { CommitResult } from '../../../lib/session/options';
import { openSession } from '../../../lib/session/session';
import { asError, NodeError } from '../shared/errors';
import type { AsrSessionNode, AudioSink, SessionHost } from '../shared/host';
import { KeyedQueue } from '../shared/keyed-queue';
import { readLimit, readNumber, SESSION_LIMITS } from '../shared/limits';
import type { Done } from '../shared/red';
import { sessionOptions } from '../shared/session-options';
import type { RecognitionDef } from '../shared/session-options';
import { Status } from '../shared/status';
import type { LiveSession } from './live-session';
import { toOutputs } from './messages';
import { sessionKey } from './session-key';
import type { SessionKeyDef } from './session-key';
import { SessionRegistry } from './session-registry';

/** What the editor stores of an `asr session` node. */
export interface SessionSettings extends RecognitionDef, SessionKeyDef {
  maxSessions?: string | number;
  idleSeconds?: string | number;
  heldSeconds?: string | number;
  waitingMessages?: string | number;
}

/** One `asr session` node at work: actions in, events out, and the host of its `append audio` and `commit` nodes. */
export class SessionController implements SessionHost {
  readonly #RED: NodeAPI;
  readonly #node: AsrSessionNode;
  readonly #settings: SessionSettings;
  readonly #status: Status;
  readonly #registry: SessionRegistry;
  readonly #queue: KeyedQueue;
  #lastFailure: AsrError | undefined;

  constructor(RED: NodeAPI, node: AsrSessionNode, settings: SessionSettings) {
    this.#RED = RED;
    this.#node = node;
    this.#settings = settings;
    this.#status = new Status(node, RED._);
    this.#registry = new SessionRegistry({
      openSession: () => this.#openSession(),
      onEvent: (event, live) => {
        this.#onEvent(event, live);
      },
      maxSessions: readLimit(settings.maxSessions, SESSION_LIMITS.maxSessions),
      idleMs: readLimit(settings.idleSeconds, SESSION_LIMITS.idleSeconds) * 1000,
      translate: RED._,
    });
    const maxWaiting = readLimit(settings.waitingMessages, SESSION_LIMITS.waitingMessages);
    this.#queue = new KeyedQueue(maxWaiting, () =>
      RED._('asr-session.error.too-many-waiting', { max: maxWaiting }),
    );
  }

  async onInput(msg: NodeMessageInFlow, done: Done): Promise<void> {
    try {
      await this.#act(msg);
      done();
    } catch (error) {
      if (this.#registry.all.length === 0) this.#status.setFailed(error);
      done(asError(error));
    }
  }

  append(msg: NodeMessageInFlow, lasts: boolean, work: (sink: AudioSink) => Promise<void>): Promise<void> {
    const key = this.#keyOf(msg);
    const sampleRateHz = this.#sampleRateHz();
    return this.#queue.run(key, lasts, (checkDropped) => {
      let live: LiveSession | undefined;
      return work({
        sampleRateHz,
        append: async (chunk, hints) => {
          if (!live) checkDropped();
          // Opened by the first bytes, so that a file that is missing opens nothing. From then on the message stays
          // with its session: the rest of a recording makes no sense in the next one.
          live ??= this.#open(key, msg);
          await live.append(chunk, hints);
        },
      });
    });
  }

  async commit(msg: NodeMessageInFlow, finish: boolean): Promise<CommitResult> {
    const key = this.#keyOf(msg);
    await this.#queue.settled(key);
    const live = this.#registry.get(key);
    if (!live) throw new NodeError('NOT_OPEN', this.#RED._('asr-session.error.nothing-to-commit'));
    return finish ? live.commitAndFinish() : live.commit();
  }

  close(): void {
    this.#registry.close();
    this.#status.close();
  }

  async #act(msg: NodeMessageInFlow): Promise<void> {
    const key = this.#keyOf(msg);
    switch (msg.action) {
      case 'start':
        return this.#start(key, msg);
      case 'finish':
        // A session that has already ended, by its idle time perhaps, is what was asked for.
        await this.#queue.settled(key);
        return this.#registry.get(key)?.finish();
      case 'abort':
        // Audio that arrived before must not open a new session after.
        this.#queue.drop(key, new NodeError('ENDED_EARLY', this.#RED._('asr-session.error.aborted')));
        this.#registry.get(key)?.abort();
        return;
      default:
        throw new NodeError('UNKNOWN_ACTION', this.#RED._('asr-session.error.unknown-action'));
    }
  }

  async #start(key: string, msg: NodeMessageInFlow): Promise<void> {
    const live = this.#registry.get(key) ?? this.#registry.open(key, msg);
    live.reportedByStart = true;
    this.#show();
    await live.ready();
    live.reportedByStart = false;
  }

  #open(key: string, msg: NodeMessageInFlow): LiveSession {
    try {
      const live = this.#registry.getOrOpen(key, msg);
      this.#show();
      return live;
    } catch (error) {
      if (this.#registry.all.length === 0) this.#status.setFailed(error);
      throw error;
    }
  }

  #openSession() {
    const heldSeconds = readLimit(this.#settings.heldSeconds, SESSION_LIMITS.heldSeconds);
    return openSession({
      ...sessionOptions(this.#RED, this.#node, this.#settings),
      maxHeldAudioMs: heldSeconds * 1000,
    });
  }

  #onEvent(event: SessionEvent, live: LiveSession): void {
    if (event.type === 'opened') this.#lastFailure = undefined;
    if (event.type === 'error') {
      this.#lastFailure = event.error;
      if (!live.reportedByStart) this.#node.error(event.error, { ...live.route });
    }
    this.#node.send(toOutputs(event, this.#routed(live)));
    this.#show();
  }

  /** Results carry the key as their topic; where there is none, the topic of the message that opened the session. */
  #routed(live: LiveSession) {
    return { ...live.route, topic: live.key || (live.route.topic ?? '') };
  }

  #show(): void {
    const sessions = this.#registry.all;
    const [first] = sessions;
    if (!first) {
      if (this.#lastFailure) this.#status.setFailed(this.#lastFailure);
      else this.#status.clear();
    } else if (sessions.length === 1) {
      this.#status.set(first.phase);
    } else {
      const connecting = sessions.some(({ phase }) => phase === 'connecting' || phase === 'reconnecting');
      this.#status.set(connecting ? 'sessionsConnecting' : 'sessions', { n: sessions.length });
    }
  }

  #keyOf(msg: NodeMessageInFlow): string {
    return sessionKey(this.#RED, this.#node, this.#settings, msg);
  }

  #sampleRateHz(): number {
    const { sampleRate, model } = this.#settings;
    return (
      readNumber(sampleRate) ?? findModel(model ? model.trim() : DEFAULT_MODEL).sampleRatesHz[0] ?? 16000
    );
  }
}
