import { AsrError } from '../../vocabulary/errors';
import type { SessionEvent, SessionState, WarningCode } from '../../vocabulary/events';
import type { ContextTurn } from '../../vocabulary/parameters';
import type { Protocol, ServiceEvent, SpeechEvent } from '../../protocol/protocol';
import type { SessionConfig } from '../config';
import type { StatisticsCounter } from '../events/statistics';
import type { Recognition } from '../results/recognition';
import type { Link, Sender } from '../send/sender';
import { AnswerWatch } from './answer-watch';
import { Connection } from './connection';
import { endedForSilence, isMissedByNobody, isPermanent, mayPass } from './loss';
import type { EndedSession } from './loss';
import { createProtocol } from './protocols';
import { Reconnection } from './reconnection';
import { sessionStateOf, TRANSITIONS } from './states';
import type { Attempt, Goal, LinkEvent, LinkState, LinkStateName } from './states';
import { Timers } from './timers';

const KEEP_ALIVE_SILENCE_MS = 100;
/** A new connection waits no longer for the end of the old one, which has nothing more to say. */
const RENEWAL_FINISH_MS = 3000;
/** After the service said that what it was finishing has failed, nothing much will follow. */
const AFTER_FAILURE_MS = 1000;

export interface ServiceLinkOptions {
  config: SessionConfig;
  sender: Sender;
  recognition: Recognition;
  counter: StatisticsCounter;
  emit: (event: SessionEvent) => void;
  /** The link is at something else; the end is told by `onEnd`. */
  onState: (state: SessionState, reason: string, cause?: SessionEvent) => void;
  /** The service accepted the first protocol session: the event that says so. */
  openedEvent: (sessionId: string) => SessionEvent;
  /** Whether a pause now would tear apart what the caller has not committed yet. */
  hasUncommitted: () => boolean;
  /** Nothing more comes: all results are there, or an error ended it. The connection is released. */
  onEnd: (error?: AsrError) => void;
}

/**
 * The session's way to the service: one protocol session after the other, on a connection each or on one that was used
 * before. What it can be at, and what follows what, is the table in `states.ts`; here is what is done about it.
 */
export class ServiceLink {
  readonly #options: ServiceLinkOptions;
  readonly #reconnection: Reconnection;
  readonly #answerWatch: AnswerWatch;
  readonly #timers: Timers<'idle' | 'age' | 'retry' | 'bound'>;
  #state: LinkState = { name: 'asleep' };
  #goal: Goal = 'listen';
  #context: readonly ContextTurn[];
  #lastAudioAtMs: number;

  constructor(options: ServiceLinkOptions) {
    const { config, sender, recognition } = options;
    const { clock } = config.environment;
    this.#options = options;
    this.#context = config.context;
    this.#lastAudioAtMs = clock.now();
    this.#reconnection = new Reconnection(options);
    this.#timers = new Timers(clock);
    this.#answerWatch = new AnswerWatch({
      clock,
      timeoutMs: config.answerTimeoutMs,
      isOwed: () => recognition.isAnswerOwed(sender),
      onSilent: () => {
        this.#silent();
      },
    });
  }

  get state(): LinkStateName {
    return this.#state.name;
  }

  /** The protocol session that audio goes to; none while it sleeps. */
  get protocol(): Protocol | undefined {
    return this.#link?.protocol;
  }

  /** Makes the first connection. */
  start(): void {
    this.#connect({ why: 'start', sinceMs: this.#now() }, '');
  }

  /** Audio is coming: a sleeping link wakes. */
  wake(): void {
    this.#lastAudioAtMs = this.#now();
    if (this.#state.name === 'asleep') this.#connect({ why: 'wake' }, 'There is audio again.');
  }

  /** Ends the open sentence, where the service takes that. */
  commit(): void {
    this.#link?.connection.commit();
  }

  /** Calls back once the service has all that was sent so far, if the connection lives that long. */
  confirm(onArrived: () => void): void {
    this.#link?.connection.confirm(onArrived);
  }

  updateContext(context: readonly ContextTurn[]): void {
    this.#context = context;
    for (const frame of this.#link?.protocol.updateContext(context) ?? []) this.#link?.connection.send(frame);
  }

  /** From now on the link ends instead of falling asleep. */
  prepareEnd(): void {
    this.#goal = 'end';
    this.#timers.cancel('idle');
    this.#boundLoss();
    this.#announce('The session is being finished.');
  }

  /** Asks for the last results, within the bound; all audio has been sent. */
  finish(): void {
    if (this.#state.name === 'open') this.#askForLast(this.#state);
    else this.#letGo(false);
  }

  /** Closes at once; nothing is called any more. */
  destroy(): void {
    const link = this.#link;
    this.#enter('end', { name: 'over' });
    link?.connection.destroy();
  }

  // --- the table at work

  get #link(): Link | undefined {
    return 'link' in this.#state ? this.#state.link : undefined;
  }

  /** Whether the event may happen now. */
  #can(event: LinkEvent, to: LinkStateName): boolean {
    return TRANSITIONS[this.#state.name][event] === to;
  }

  /** The timers of the state that is left end with it; those of the new state are set behind this. */
  #enter(event: LinkEvent, next: LinkState): void {
    if (!this.#can(event, next.name)) return;
    this.#timers.clear();
    if (next.name !== 'open' && next.name !== 'between') this.#answerWatch.stop();
    this.#state = next;
  }

  /** @param cause told before the change of state that it brings, if it brings one */
  #announce(reason: string, cause?: SessionEvent): void {
    // The session tells its end itself, behind the last finals.
    if (!this.#isOver()) this.#options.onState(sessionStateOf(this.#state, this.#goal), reason, cause);
  }

  // A method, because a listener may end the session between two looks at it.
  #isOver(): boolean {
    return this.#state.name === 'over';
  }

  #connect(attempt: Attempt, reason: string): void {
    if (!this.#can('connect', 'connecting')) return;
    const { config, sender, recognition, emit } = this.#options;
    const alive = () => {
      recognition.alive(sender);
      this.#renewAtPause();
    };
    const protocol = createProtocol(config, this.#context);
    const connection = new Connection(config, protocol, {
      onEvent: (event) => {
        this.#receive(event);
      },
      onLost: (error) => {
        this.#lost(error);
      },
      onResumed: () => {
        if (this.#state.name === 'between') this.#listen('resumed', { ...this.#state, name: 'open' });
      },
      onDrain: () => {
        sender.pump();
      },
      onFrame: () => {
        this.#answerWatch.heard();
        alive();
      },
      onPong: alive,
      onWaiting: (why) => {
        emit({ type: 'waiting', reason: why });
      },
    });
    const link = { protocol, connection };
    this.#enter('connect', { name: 'connecting', link, attempt });
    this.#boundLoss();
    sender.attach(link);
    connection.open();
    this.#announce(reason);
  }

  #receive(event: ServiceEvent): void {
    const { name } = this.#state;
    if (name === 'closing' || name === 'over') return;
    const { sender } = this.#options;
    switch (event.type) {
      case 'opened':
        this.#opened(event.sessionId);
        break;
      case 'paused':
        if (this.#state.name === 'open') this.#listen('paused', { ...this.#state, name: 'between' });
        sender.restart();
        sender.pump();
        break;
      case 'finished':
        this.#letGo(this.#isRenewal);
        break;
      case 'send':
      case 'failed':
        // The connection's own business.
        break;
      case 'interim':
      case 'final':
        this.#answerWatch.heardText();
        this.#recognised(event);
        break;
      default:
        this.#recognised(event);
    }
  }

  #recognised(event: SpeechEvent): void {
    // What was open when the renewal began was nothing: what is heard now is heard again.
    if (this.#isRenewal && event.type !== 'usage' && event.type !== 'warning') return;
    const { sender, recognition } = this.#options;
    recognition.receive(event, sender);
    if (this.#state.name !== 'finishing') return;
    // As long as something comes, it is waited for: a service that has much to do is slow and not dead. After a failure
    // the connection stays open and nothing may follow (protocol.md A.8), but other sentences may still get their finals.
    if (event.type === 'sentenceFailed') this.#state.timeoutMs = AFTER_FAILURE_MS;
    this.#boundFinish(this.#state.timeoutMs);
  }

  // --- open

  #opened(sessionId: string): void {
    if (this.#state.name !== 'connecting') return;
    const { link, attempt } = this.#state;
    const openedAtMs = this.#now();
    // A session that has just begun is not idle, however long the connection took.
    if (attempt.why === 'start') this.#lastAudioAtMs = openedAtMs;
    this.#listen('opened', { name: 'open', link, openedAtMs });
    this.#answerWatch.start();
    const reason = 'The service has accepted the session.';
    if (attempt.why === 'start') {
      this.#reconnection.refill();
      this.#announce(reason, this.#options.openedEvent(sessionId));
    } else {
      this.#announce(reason, this.#reconnection.resumed(attempt.why === 'loss' ? attempt.loss : undefined));
    }
  }

  #listen(event: LinkEvent, next: Extract<LinkState, { name: 'open' | 'between' }>): void {
    this.#enter(event, next);
    const { idle, maxAgeMs } = this.#options.config;
    if (this.#goal === 'listen') this.#watchIdle(this.#quietSinceMs() + idle.afterMs - this.#now());
    if (maxAgeMs === 0) return;
    this.#timers.set('age', next.openedAtMs + maxAgeMs - this.#now(), () => {
      this.#renewAtPause();
    });
  }

  /** Since when there is nothing to hear or to send. A new connection does not begin this time anew. */
  #quietSinceMs(): number {
    return Math.max(this.#lastAudioAtMs, this.#options.sender.lastSentAtMs);
  }

  /** One timer that is looked at when it rings, and not set again with every chunk. */
  #watchIdle(delayMs: number): void {
    const { afterMs } = this.#options.config.idle;
    this.#timers.set('idle', delayMs, () => {
      const leftMs = this.#quietSinceMs() + afterMs - this.#now();
      // The next look is set first, because this one may be the end of the state.
      this.#watchIdle(leftMs > 0 ? leftMs : afterMs);
      if (leftMs <= 0) this.#idle();
    });
  }

  #idle(): void {
    const { sender, recognition, config, hasUncommitted } = this.#options;
    if (!sender.isEmpty || recognition.hasPendingCommits) return;
    const { policy, afterMs } = config.idle;
    const isBetween = this.#state.name === 'between';
    // Between two tasks there is nothing to keep alive: the connection may go, and the next audio opens another.
    if (policy === 'keepAlive' && isBetween) return;
    if (policy === 'keepAlive' || (policy === 'reopen' && hasUncommitted())) {
      sender.sendSilence(KEEP_ALIVE_SILENCE_MS);
      return;
    }
    if (policy === 'reopen' && !isBetween) {
      this.#warn('SLEEPING', `${noAudioFor(afterMs)}: the session sleeps until there is some.`);
    }
    this.#timers.cancel('idle');
    this.finish();
  }

  /** Replaces an old connection where nobody notices: between two sentences. */
  #renewAtPause(): void {
    const state = this.#state;
    if (state.name !== 'open' && state.name !== 'between') return;
    const { sender, recognition, config } = this.#options;
    const isOld = config.maxAgeMs > 0 && this.#now() - state.openedAtMs >= config.maxAgeMs;
    if (!isOld || this.#goal === 'end' || !sender.isEmpty || !recognition.isAtPause(sender)) return;
    if (state.name === 'between') this.#letGo(true);
    else this.#askForLast(state, RENEWAL_FINISH_MS);
  }

  #silent(): void {
    const { answerTimeoutMs, endpoint } = this.#options.config;
    const message = `The service (${endpoint.label}) takes audio and has said nothing for ${answerTimeoutMs} ms.`;
    this.#warn('SERVICE_SILENT', message);
    if (!this.#link || this.#isOver()) return;
    this.#link.connection.destroy();
    this.#tryAgain(new AsrError('CONNECTION_LOST', message, { retryable: true }));
  }

  // --- the last results of a protocol session

  /** @param timeoutMs a renewal's own bound; without it this is the end, or sleep */
  #askForLast({ link, openedAtMs }: Extract<LinkState, { name: 'open' }>, timeoutMs?: number): void {
    const isRenewal = timeoutMs !== undefined;
    const boundMs = timeoutMs ?? this.#options.config.finishTimeoutMs;
    this.#enter('finish', { name: 'finishing', link, openedAtMs, isRenewal, timeoutMs: boundMs });
    this.#boundFinish(boundMs);
    link.connection.finish();
    this.#options.recognition.finishSent();
  }

  get #isRenewal(): boolean {
    return (this.#state.name === 'finishing' || this.#state.name === 'closing') && this.#state.isRenewal;
  }

  #boundFinish(timeoutMs: number): void {
    this.#timers.set('bound', timeoutMs, () => {
      const isRenewal = this.#isRenewal;
      const message = `The service did not end the session within ${timeoutMs} ms of the last request.`;
      if (!isRenewal) this.#warn('FINISH_TIMEOUT', message);
      this.#link?.connection.destroy();
      this.#protocolSessionEnded(isRenewal);
    });
  }

  /** All results are there: closes the connection, or gives it back for others. */
  #letGo(isRenewal: boolean): void {
    const link = this.#link;
    if (!link || link.connection.release()) {
      this.#protocolSessionEnded(isRenewal);
      return;
    }
    this.#enter('close', { name: 'closing', link, isRenewal });
    link.connection.close();
  }

  /** The protocol session is over without a loss: that is the end, or a pause until there is more to recognise. */
  #protocolSessionEnded(isRenewal: boolean): void {
    const { sender, recognition, config } = this.#options;
    if (isRenewal && !this.#hasAllResults()) {
      sender.attach(undefined);
      this.#reconnection.rewind();
      this.#connect({ why: 'renewal' }, 'The connection was old and is replaced.');
      return;
    }
    // Audio or a commit that came while the last results were awaited is not lost: it goes on with a new one.
    if (sender.isEmpty && (this.#goal === 'end' || config.idle.policy === 'close')) {
      this.#end();
      return;
    }
    sender.attach(undefined);
    recognition.protocolSessionEnded(sender);
    if (sender.hasAudio) this.#connect({ why: 'wake' }, 'There is audio again.');
    else this.#rest(noAudioFor(this.#now() - this.#lastAudioAtMs) + '.');
  }

  /** Nothing is connected any more; commits and the end wait for nothing. */
  #rest(reason: string): void {
    const { sender, config } = this.#options;
    this.#reconnection.refill();
    this.#enter('rest', { name: 'asleep' });
    this.#announce(reason);
    sender.runCommands();
    const isLast = this.#state.name === 'asleep' && config.idle.policy === 'close';
    if (isLast)
      this.#timers.set('idle', this.#quietSinceMs() + config.idle.afterMs - this.#now(), () => {
        this.#end();
      });
  }

  // --- a connection that is lost

  #lost(error: AsrError): void {
    const state = this.#state;
    // The service may close without `session.finished`, and that is an answer too (protocol.md A.9, rule 4).
    const isAnswer = state.name === 'closing' || (state.name === 'finishing' && error.closeCode === 1000);
    if (isAnswer || (state.name === 'between' && !isPermanent(error))) {
      this.#protocolSessionEnded(this.#isRenewal);
    } else if (endedForSilence(error, this.#endedSession())) {
      this.#warn('NO_SPEECH', error.message);
      this.#protocolSessionEnded(this.#isRenewal);
    } else if (state.name === 'connecting' && state.attempt.why === 'start') {
      this.#tryFirstAgain(error, state.attempt);
    } else if (this.#hasAllResults()) {
      this.#end();
    } else if (
      this.#goal === 'listen' &&
      !isPermanent(error) &&
      isMissedByNobody(error, this.#endedSession())
    ) {
      this.#sleepThrough(error);
    } else {
      this.#tryAgain(error);
    }
  }

  /** Whether another connection would have nothing to do. */
  #hasAllResults(): boolean {
    const { sender, recognition } = this.#options;
    const isAllSettled = !sender.hasAudio && sender.settled.ms >= sender.positionMs;
    return this.#goal === 'end' && isAllSettled && !recognition.hasOpenResults;
  }

  #endedSession(): EndedSession {
    const { recognition, sender } = this.#options;
    const nowMs = this.#now();
    const openedAtMs = 'openedAtMs' in this.#state ? this.#state.openedAtMs : nowMs;
    return {
      // A recording may go out faster than real time.
      lastedMs: Math.max(nowMs - openedAtMs, sender.sessionMs),
      unfedMs: nowMs - sender.lastSentAtMs,
      unaskedMs: nowMs - this.#lastAudioAtMs,
      isAsked: this.#state.name === 'finishing' || recognition.hasPendingCommits,
      isOwed: recognition.hasOpenResults || recognition.owesAudio(sender),
      mayHaveSpeech: sender.settled.loudSinceEventMs > 0,
      hasOpenSentences: recognition.hasOpenSentences,
    };
  }

  #sleepThrough(error: AsrError): void {
    const { sender, recognition } = this.#options;
    sender.attach(undefined);
    sender.skipReplay();
    recognition.protocolSessionEnded(sender);
    this.#rest(
      `${noAudioFor(this.#now() - this.#lastAudioAtMs)}, and the connection is gone. ${error.message}`,
    );
  }

  /** As long as the bound on the first connection allows, and only for what waiting may heal. */
  #tryFirstAgain(error: AsrError, attempt: Extract<Attempt, { why: 'start' }>): void {
    const { firstConnectTimeoutMs } = this.#options.config;
    const { delayMs } = this.#reconnection.next();
    const isInTime = this.#now() + delayMs < attempt.sinceMs + firstConnectTimeoutMs;
    if (!isInTime || !mayPass(error)) {
      this.#end(error);
      return;
    }
    this.#options.sender.attach(undefined);
    this.#wait(attempt, delayMs, error);
    this.#tellOfNoRoom(error);
  }

  #tryAgain(error: AsrError): void {
    const state = this.#state;
    const { sender, counter, emit } = this.#options;
    const before = 'attempt' in state && state.attempt.why === 'loss' ? state.attempt.loss : undefined;
    sender.attach(undefined);
    const openedAtMs = 'openedAtMs' in state ? state.openedAtMs : undefined;
    const outcome = this.#reconnection.lost(error, before, openedAtMs);
    if (outcome instanceof AsrError) {
      this.#end(outcome);
      return;
    }
    const { loss, next, lostBytes } = outcome;
    this.#wait({ why: 'loss', loss }, next.delayMs, error);
    if (lostBytes > 0) {
      const message = `${counter.heldMs(lostBytes)} ms of audio are lost with the connection: more than is kept.`;
      this.#warn('AUDIO_DROPPED', message);
    }
    emit({ type: 'reconnecting', ...next, reason: error.message });
    this.#tellOfNoRoom(error);
  }

  #wait(attempt: Extract<LinkState, { name: 'waiting' }>['attempt'], delayMs: number, error: AsrError): void {
    this.#enter('lost', { name: 'waiting', attempt });
    this.#timers.set('retry', delayMs, () => {
      this.#connect(attempt, error.message);
    });
    this.#boundLoss();
    this.#announce(error.message);
  }

  /** Who wants the end does not wait for a connection for ever. */
  #boundLoss(): void {
    const state = this.#state;
    if (this.#goal !== 'end' || !('attempt' in state) || state.attempt.why !== 'loss') return;
    const { loss } = state.attempt;
    loss.givenUpAtMs ??= this.#now() + this.#options.config.finishTimeoutMs;
    this.#timers.set('bound', loss.givenUpAtMs - this.#now(), () => {
      this.#end(loss.error);
    });
  }

  #tellOfNoRoom({ code, message }: AsrError): void {
    if (code === 'THROTTLED' && !this.#isOver()) this.#options.emit({ type: 'waiting', reason: message });
  }

  #end(error?: AsrError): void {
    if (this.#isOver()) return;
    this.destroy();
    this.#options.onEnd(error);
  }

  #warn(code: WarningCode, message: string): void {
    if (!this.#isOver()) this.#options.emit({ type: 'warning', code, message });
  }

  #now(): number {
    return this.#options.config.environment.clock.now();
  }
}

function noAudioFor(ms: number): string {
  return `No audio for ${Math.round(ms / 1000)} s`;
}
