import { AsrError } from '../../vocabulary/errors';
import type { SessionEvent, WarningCode } from '../../vocabulary/events';
import type { ContextTurn } from '../../vocabulary/parameters';
import type { Protocol, ServiceEvent, SpeechEvent } from '../../protocol/protocol';
import { AnswerWatch } from './answer-watch';
import type { SessionConfig } from '../config';
import { Connection } from './connection';
import { Finishing } from './finishing';
import { IdleWatch } from './idle-watch';
import { createProtocol } from './protocols';
import { Reconnection } from './reconnection';
import type { Recognition } from '../results/recognition';
import { Renewal } from './renewal';
import type { Link, Sender } from '../send/sender';
import { endedForSilence } from './silence-end';
import type { StatisticsCounter } from '../events/statistics';

const KEEP_ALIVE_SILENCE_MS = 100;
/** A new connection waits no longer for the end of the old one, which has nothing more to say. */
const RENEWAL_FINISH_MS = 3000;

export interface ServiceLinkOptions {
  config: SessionConfig;
  sender: Sender;
  recognition: Recognition;
  counter: StatisticsCounter;
  emit: (event: SessionEvent) => void;
  /** The service accepted the first protocol session. */
  onOpened: (sessionId: string) => void;
  /** Whether a pause now would tear apart what the caller has not committed yet. */
  hasUncommitted: () => boolean;
  /** Nothing more comes: all results are there, or an error ended it. The connection is released. */
  onEnd: (error?: AsrError) => void;
}

/**
 * The session's way to the service: one protocol session after the other, on a connection each or on one that was used
 * before. Falls asleep when no audio comes and wakes with the next (see `IdlePolicy`); replaces a connection that is
 * lost, that says nothing any more, or that is old and has a pause in speech.
 */
export class ServiceLink {
  readonly #options: ServiceLinkOptions;
  readonly #idleWatch: IdleWatch;
  readonly #reconnection: Reconnection;
  readonly #answerWatch: AnswerWatch;
  readonly #finishing: Finishing;
  readonly #renewal: Renewal;
  #link: Link | undefined;
  #context: readonly ContextTurn[];
  #wasOpened = false;
  /** Of the protocol session that runs; `undefined` before the service has accepted it. */
  #openedAtMs: number | undefined;
  /** The caller wants the end, not a pause. */
  #isEnding = false;
  /** All results are there; only the closing handshake is left. */
  #isClosing = false;
  #isOver = false;

  constructor(options: ServiceLinkOptions) {
    const { config, sender, recognition, counter, emit } = options;
    const { environment, idle, context, maxAgeMs, answerTimeoutMs } = config;
    const { clock } = environment;
    this.#options = options;
    this.#context = context;
    this.#reconnection = new Reconnection({
      config,
      sender,
      recognition,
      counter,
      emit,
      connect: () => {
        this.connect();
      },
      onGivenUp: (error) => {
        this.#end(error);
      },
    });
    this.#finishing = new Finishing(clock, (timeoutMs) => {
      this.#finishTimedOut(timeoutMs);
    });
    this.#renewal = new Renewal(clock, maxAgeMs, () => {
      this.#renewAtPause();
    });
    this.#answerWatch = new AnswerWatch({
      clock,
      timeoutMs: answerTimeoutMs,
      isOwed: () => !this.#finishing.isSent && recognition.isAnswerOwed(sender),
      onSilent: () => {
        this.#silent();
      },
    });
    this.#idleWatch = new IdleWatch(clock, idle.afterMs, () => {
      this.#idle();
    });
  }

  /** The protocol session that audio goes to; none while it sleeps. */
  get protocol(): Protocol | undefined {
    return this.#link?.protocol;
  }

  /** Nothing is connected because nothing is there to be heard. */
  get isAsleep(): boolean {
    return !this.#link && !this.isReconnecting;
  }

  /** The connection is lost, and there is no other yet. */
  get isReconnecting(): boolean {
    return this.#reconnection.isUnderWay;
  }

  /** Audio is coming: a sleeping link wakes. */
  wake(): void {
    this.#idleWatch.audio();
    if (this.isAsleep && !this.#isOver) this.connect();
  }

  connect(): void {
    const { config, sender, recognition } = this.#options;
    this.#openedAtMs = undefined;
    this.#renewal.reset();
    this.#finishing.reset();
    this.#isClosing = false;
    const protocol = createProtocol(config, this.#context);
    const connection = new Connection(config, protocol, {
      onEvent: (event) => {
        this.#receive(event);
      },
      onLost: (error) => {
        this.#lost(error);
      },
      onDrain: () => {
        sender.pump();
      },
      onFrame: () => {
        this.#answerWatch.heard();
        recognition.alive(sender);
        this.#renewAtPause();
      },
      onPong: () => {
        recognition.alive(sender);
        this.#renewAtPause();
      },
    });
    this.#link = { protocol, connection };
    sender.attach(this.#link);
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
    this.#isEnding = true;
    this.#idleWatch.stop();
    if (this.isReconnecting) this.#reconnection.bound(this.#options.config.finishTimeoutMs);
  }

  /** Asks for the last results, within the bound; all audio has been sent. */
  finish(): void {
    if (this.#link && !this.#link.protocol.isPaused) this.#finish(this.#link);
    else this.#letGo();
  }

  /** Closes at once; nothing is called any more. */
  destroy(): void {
    this.#isOver = true;
    this.#stopTimers();
    this.#reconnection.stop();
    this.#link?.connection.destroy();
    this.#link = undefined;
  }

  #receive(event: ServiceEvent): void {
    if (this.#isClosing || this.#isOver) return;
    const { sender } = this.#options;
    switch (event.type) {
      case 'opened':
        this.#opened(event.sessionId);
        break;
      case 'paused':
        sender.restart();
        sender.pump();
        break;
      case 'finished':
        this.#letGo();
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
    if (this.#renewal.isUnderWay && event.type !== 'usage' && event.type !== 'warning') return;
    const { sender, recognition } = this.#options;
    recognition.receive(event, sender);
    if (!this.#isOver) this.#finishing.heard(event);
  }

  #opened(sessionId: string): void {
    const { config, onOpened } = this.#options;
    this.#openedAtMs = config.environment.clock.now();
    if (!this.#isEnding) this.#idleWatch.start();
    this.#answerWatch.start();
    this.#renewal.opened();
    if (this.#wasOpened) {
      this.#reconnection.opened();
      return;
    }
    this.#wasOpened = true;
    onOpened(sessionId);
  }

  #lost(error: AsrError): void {
    const isPaused = this.#link?.protocol.isPaused === true;
    if (this.#isClosing || isPaused || this.#isAnswerToFinish(error)) {
      this.#protocolSessionEnded();
    } else if (this.#isForSilence(error)) {
      this.#warn('NO_SPEECH', error.message);
      this.#protocolSessionEnded();
    } else if (this.#wasOpened) {
      this.#replace(error);
    } else {
      this.#end(error);
    }
  }

  #replace(error: AsrError): void {
    const { sender, config } = this.#options;
    this.#link = undefined;
    this.#stopTimers();
    sender.attach(undefined);
    if (this.#hasAllResults()) {
      this.#end();
      return;
    }
    this.#reconnection.lost(error, this.#openedAtMs);
    if (this.#isEnding && !this.#isOver) this.#reconnection.bound(config.finishTimeoutMs);
  }

  /** Whether another connection would have nothing to do. */
  #hasAllResults(): boolean {
    const { sender, recognition } = this.#options;
    const isAllSettled = !sender.hasAudio && sender.settled.ms >= sender.positionMs;
    return this.#isEnding && isAllSettled && !recognition.hasOpenResults;
  }

  #silent(): void {
    const { answerTimeoutMs, endpoint } = this.#options.config;
    const message = `The service (${endpoint.label}) takes audio and has said nothing for ${answerTimeoutMs} ms.`;
    this.#warn('SERVICE_SILENT', message);
    if (!this.#link || this.#isOver) return;
    this.#link.connection.destroy();
    this.#replace(new AsrError('CONNECTION_LOST', message, { retryable: true }));
  }

  /** Replaces an old connection where nobody notices: between two sentences. */
  #renewAtPause(): void {
    const { sender, recognition } = this.#options;
    const isBusy = this.#isEnding || this.#finishing.isSent || this.#isClosing || !sender.isEmpty;
    if (!this.#renewal.isDue || !this.#link || isBusy || !recognition.isAtPause(sender)) return;
    this.#renewal.begin();
    if (this.#link.protocol.isPaused) this.#letGo();
    else this.#finish(this.#link, RENEWAL_FINISH_MS);
  }

  /** The service may close without `session.finished`, and that is an answer too (protocol.md A.9, rule 4). */
  #isAnswerToFinish({ closeCode }: AsrError): boolean {
    return this.#finishing.isSent && closeCode === 1000;
  }

  #isForSilence(error: AsrError): boolean {
    const { recognition, config, sender } = this.#options;
    const nowMs = config.environment.clock.now();
    return endedForSilence(error, {
      // A recording may go out faster than real time.
      lastedMs: Math.max(nowMs - (this.#openedAtMs ?? nowMs), sender.sessionMs),
      unfedMs: nowMs - sender.lastSentAtMs,
      isAsked: this.#finishing.isSent || recognition.hasPendingCommits,
      hasSpeech: recognition.hasOpenSentences || sender.settled.loudSinceEventMs > 0,
    });
  }

  /** All results are there: closes the connection, or gives it back for others. */
  #letGo(): void {
    this.#finishing.stop();
    if (!this.#link || this.#link.connection.release()) {
      this.#protocolSessionEnded();
      return;
    }
    this.#isClosing = true;
    this.#link.connection.close();
  }

  /** All results of the protocol session are there: that is the end, or a pause until there is more to recognise. */
  #protocolSessionEnded(): void {
    const { sender, recognition, config } = this.#options;
    this.#link = undefined;
    this.#stopTimers();
    if (this.#renewal.isUnderWay && !this.#hasAllResults()) {
      sender.attach(undefined);
      this.#reconnection.renew();
      return;
    }
    // Audio or a commit that came while the last results were awaited is not lost: it goes on with a new one.
    if (sender.isEmpty && (this.#isEnding || config.idle.policy === 'close')) {
      this.#end();
      return;
    }
    sender.attach(undefined);
    recognition.protocolSessionEnded(sender);
    if (sender.hasAudio) this.connect();
    // Commits and the end wait for nothing more.
    else sender.runCommands();
  }

  #idle(): void {
    const { sender, recognition, config, hasUncommitted } = this.#options;
    const isAtRest = sender.isEmpty && !recognition.hasPendingCommits && !this.#finishing.isSent;
    if (!isAtRest || !this.#link) return;
    const { policy, afterMs } = config.idle;
    const { isPaused } = this.#link.protocol;
    // Between two tasks there is nothing to keep alive: the connection may go, and the next audio opens another.
    if (policy === 'keepAlive' && isPaused) return;
    if (policy === 'keepAlive' || (policy === 'reopen' && hasUncommitted())) {
      sender.sendSilence(KEEP_ALIVE_SILENCE_MS);
      return;
    }
    if (policy === 'reopen' && !isPaused) {
      this.#warn(
        'SLEEPING',
        `No audio for ${Math.round(afterMs / 1000)} s: the session sleeps until there is some.`,
      );
    }
    this.#idleWatch.stop();
    this.finish();
  }

  #finish(link: Link, timeoutMs = this.#options.config.finishTimeoutMs): void {
    this.#finishing.begin(link, timeoutMs);
    this.#options.recognition.finishSent();
  }

  #finishTimedOut(timeoutMs: number): void {
    const message = `The service did not end the session within ${timeoutMs} ms of the last request.`;
    if (!this.#renewal.isUnderWay) this.#warn('FINISH_TIMEOUT', message);
    this.#link?.connection.destroy();
    this.#protocolSessionEnded();
  }

  #stopTimers(): void {
    this.#finishing.stop();
    this.#renewal.stop();
    this.#idleWatch.stop();
    this.#answerWatch.stop();
  }

  #end(error?: AsrError): void {
    if (this.#isOver) return;
    this.destroy();
    this.#options.onEnd(error);
  }

  #warn(code: WarningCode, message: string): void {
    this.#options.emit({ type: 'warning', code, message });
  }
}
