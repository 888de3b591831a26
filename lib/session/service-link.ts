import type { Cancel } from '../environment';
import { AsrError } from '../errors';
import type { AsrErrorCode } from '../errors';
import type { SessionEvent, WarningCode } from '../events';
import type { ContextTurn } from '../parameters';
import type { Protocol, ServiceEvent } from '../protocol/protocol';
import type { SessionConfig } from './config';
import { Connection } from './connection';
import { IdleWatch } from './idle-watch';
import { createProtocol } from './protocols';
import { ReconnectBudget } from './reconnect';
import type { Recognition } from './recognition';
import type { Link, Sender } from './sender';
import type { StatisticsCounter } from './statistics';

/** After the service said that what it was finishing has failed, nothing much will follow. */
const FINISH_AFTER_FAILURE_MS = 1000;
const KEEP_ALIVE_SILENCE_MS = 100;
/** The service waits at least 23 s before it gives up on a silent client (protocol.md B.5). */
const MIN_SILENT_MS = 20_000;
/** A connection that lasted so long was a good one, whatever it brought. */
const GOOD_CONNECTION_MS = 30_000;

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

/** A connection that was lost and has no successor yet. */
interface Loss {
  /** What ended it. */
  code: AsrErrorCode;
  /** What came last: of the attempts to open another, or that. */
  error: AsrError;
  /** What had been lost of the audio before. */
  lostBytesBefore: number;
}

/**
 * The session's way to the service: one protocol session after the other, on a connection each or on one that was used
 * before. Falls asleep when no audio comes and wakes with the next (see `IdlePolicy`); replaces a connection that is
 * lost, and has the audio sent again that is not settled.
 */
export class ServiceLink {
  readonly #options: ServiceLinkOptions;
  readonly #idleWatch: IdleWatch;
  readonly #budget: ReconnectBudget;
  #link: Link | undefined;
  #context: readonly ContextTurn[];
  #wasOpened = false;
  /** Of the protocol session that runs; `undefined` before the service has accepted it. */
  #openedAtMs: number | undefined;
  #loss: Loss | undefined;
  /** What was settled when the last connection was lost. */
  #settledAtLossMs = 0;
  #cancelRetry: Cancel | undefined;
  #cancelReturnBound: Cancel | undefined;
  /** The caller wants the end, not a pause. */
  #isEnding = false;
  /** The last results of the protocol session were asked for. */
  #isFinishSent = false;
  /** Something of what is being finished could not be recognised. */
  #hasFinishFailed = false;
  /** All results are there; only the closing handshake is left. */
  #isClosing = false;
  #isOver = false;
  #cancelFinishBound: Cancel | undefined;

  constructor(options: ServiceLinkOptions) {
    const { environment, idle, context } = options.config;
    this.#options = options;
    this.#context = context;
    this.#budget = new ReconnectBudget(options.config.reconnect, environment.random);
    this.#idleWatch = new IdleWatch(environment.clock, idle.afterMs, () => {
      this.#idle();
    });
  }

  /** The protocol session that audio goes to; none while it sleeps. */
  get protocol(): Protocol | undefined {
    return this.#link?.protocol;
  }

  /** Nothing is connected because nothing is there to be heard. */
  get isAsleep(): boolean {
    return !this.#link && !this.#loss;
  }

  /** The connection is lost, and there is no other yet. */
  get isReconnecting(): boolean {
    return this.#loss !== undefined;
  }

  /** Audio is coming: a sleeping link wakes. */
  wake(): void {
    this.#idleWatch.audio();
    if (this.isAsleep && !this.#isOver) this.connect();
  }

  connect(): void {
    const { config, sender, recognition } = this.#options;
    this.#openedAtMs = undefined;
    this.#isFinishSent = false;
    this.#hasFinishFailed = false;
    this.#isClosing = false;
    const protocol = createProtocol(config, this.#context);
    const connection = new Connection(
      { ...config, protocol },
      {
        onEvent: (event) => {
          this.#receive(event);
        },
        onLost: (error) => {
          this.#lost(error);
        },
        onDrain: () => {
          sender.pump();
        },
        onAlive: () => {
          recognition.alive(sender);
        },
      },
    );
    this.#link = { protocol, connection };
    sender.attach(this.#link);
  }

  /** Ends the open sentence, where the service takes that. */
  commit(): void {
    for (const frame of this.#link?.protocol.commit() ?? []) this.#link?.connection.send(frame);
  }

  updateContext(context: readonly ContextTurn[]): void {
    this.#context = context;
    for (const frame of this.#link?.protocol.updateContext(context) ?? []) this.#link?.connection.send(frame);
  }

  /** From now on the link ends instead of falling asleep. */
  prepareEnd(): void {
    this.#isEnding = true;
    this.#idleWatch.stop();
    if (this.#loss) this.#boundReturn();
  }

  /** Asks for the last results, within the bound; all audio has been sent. */
  finish(): void {
    if (this.#link && !this.#link.protocol.isPaused) this.#finish(this.#link);
    else this.#letGo();
  }

  /** Closes at once; nothing is called any more. */
  destroy(): void {
    this.#isOver = true;
    this.#cancelFinishBound?.();
    this.#cancelReturnBound?.();
    this.#cancelRetry?.();
    this.#idleWatch.stop();
    this.#link?.connection.destroy();
    this.#link = undefined;
  }

  #receive(event: ServiceEvent): void {
    if (this.#isClosing || this.#isOver) return;
    const { sender, recognition } = this.#options;
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
      default:
        recognition.receive(event, sender);
        this.#hurryFinish(event);
    }
  }

  /**
   * After a failure the connection stays open and nothing may follow (protocol.md A.8), but other sentences may still
   * get their finals: as long as something comes, it is waited for.
   */
  #hurryFinish(event: ServiceEvent): void {
    if (!this.#isFinishSent || this.#isOver) return;
    this.#hasFinishFailed ||= event.type === 'sentenceFailed';
    if (this.#hasFinishFailed) this.#boundFinish(FINISH_AFTER_FAILURE_MS);
  }

  #opened(sessionId: string): void {
    const { config, emit, onOpened, sender, counter } = this.#options;
    this.#openedAtMs = config.environment.clock.now();
    if (!this.#isEnding) this.#idleWatch.start();
    if (!this.#wasOpened) {
      this.#wasOpened = true;
      onOpened(sessionId);
      return;
    }
    const loss = this.#loss;
    this.#loss = undefined;
    this.#cancelReturnBound?.();
    this.#cancelReturnBound = undefined;
    if (loss) counter.reconnected(loss.code);
    const lostBytes = loss ? counter.audioLostBytes - loss.lostBytesBefore : 0;
    emit({
      type: 'resumed',
      replayedMs: counter.heldMs(sender.replayBytes),
      lostMs: counter.heldMs(lostBytes),
    });
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

  /** Opens another connection for the one that is lost, if that is worth trying. */
  #replace(error: AsrError): void {
    const { config, sender, recognition, counter, emit } = this.#options;
    if (this.#hasBroughtOn()) this.#budget.refill();
    this.#settledAtLossMs = sender.settled.ms;
    this.#loss = { lostBytesBefore: counter.audioLostBytes, code: error.code, ...this.#loss, error };
    this.#link = undefined;
    this.#cancelFinishBound?.();
    this.#idleWatch.stop();
    recognition.connectionLost(sender);
    const lostBytes = sender.rewind();
    sender.attach(undefined);
    if (this.#isEnding && !sender.hasAudio && !recognition.hasOpenResults) {
      this.#end();
      return;
    }
    if (lostBytes > 0 && config.wireFormat !== 'pcm') {
      this.#end(cannotBeSentAgain(error, config.wireFormat));
      return;
    }
    const next = this.#budget.next(error);
    if (!next) {
      this.#end(error);
      return;
    }
    if (lostBytes > 0) {
      const lostMs = counter.heldMs(lostBytes);
      this.#warn('AUDIO_DROPPED', `${lostMs} ms of audio were lost with the connection: more than is kept.`);
    }
    emit({ type: 'reconnecting', ...next, reason: error.message });
    if (this.#isOver) return;
    this.#cancelRetry = config.environment.clock.after(next.delayMs, () => {
      this.connect();
    });
    if (this.#isEnding && !this.#cancelReturnBound) this.#boundReturn();
  }

  /** Whether the connection that is lost was worth having. */
  #hasBroughtOn(): boolean {
    if (this.#openedAtMs === undefined) return false;
    const { sender, config } = this.#options;
    const lastedMs = config.environment.clock.now() - this.#openedAtMs;
    return sender.settled.ms > this.#settledAtLossMs || lastedMs >= GOOD_CONNECTION_MS;
  }

  /** The service may close without `session.finished`, and that is an answer too (protocol.md A.9, rule 4). */
  #isAnswerToFinish({ closeCode }: AsrError): boolean {
    return this.#isFinishSent && closeCode === 1000;
  }

  /**
   * The service gives up on silence (protocol.md B.5, B.6), which is no error of a quiet microphone: the session goes
   * on with the next audio. Only after a while, or as the answer to a request, so that a service which refuses
   * everything is not asked again and again.
   */
  #isForSilence({ code, closeCode }: AsrError): boolean {
    const { recognition, config, sender } = this.#options;
    // A recording may go out faster than real time.
    const { clock } = config.environment;
    const openForMs = clock.now() - (this.#openedAtMs ?? clock.now());
    const lastedMs = Math.max(openForMs, sender.sessionMs);
    const isAsked = this.#isFinishSent || recognition.hasPendingCommits;
    if (code === 'NO_SPEECH' || code === 'IDLE_TIMEOUT') return isAsked || lastedMs >= MIN_SILENT_MS;
    return closeCode === 1000 && lastedMs >= MIN_SILENT_MS && !recognition.hasOpenSentences;
  }

  /** All results are there: closes the connection, or gives it back for others. */
  #letGo(): void {
    this.#cancelFinishBound?.();
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
    this.#cancelFinishBound?.();
    this.#idleWatch.stop();
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
    const isAtRest = sender.isEmpty && !recognition.hasPendingCommits && !this.#isFinishSent;
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

  #finish({ protocol, connection }: Link): void {
    for (const frame of protocol.finish()) connection.send(frame);
    this.#isFinishSent = true;
    this.#options.recognition.finishSent();
    this.#boundFinish(this.#options.config.finishTimeoutMs);
  }

  #boundFinish(timeoutMs: number): void {
    this.#cancelFinishBound?.();
    this.#cancelFinishBound = this.#options.config.environment.clock.after(timeoutMs, () => {
      this.#warn(
        'FINISH_TIMEOUT',
        `The service did not end the session within ${timeoutMs} ms of the last request.`,
      );
      this.#link?.connection.destroy();
      this.#protocolSessionEnded();
    });
  }

  /** Who wants the end does not wait for a connection for ever. */
  #boundReturn(): void {
    const { config } = this.#options;
    this.#cancelReturnBound?.();
    this.#cancelReturnBound = config.environment.clock.after(config.finishTimeoutMs, () => {
      this.#end(this.#loss?.error);
    });
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

/** A container is understood only from its beginning. */
function cannotBeSentAgain(cause: AsrError, wireFormat: string): AsrError {
  const message = `${cause.message} The ${wireFormat} audio is longer than what is kept to be sent again (\`maxReplayAudioMs\`).`;
  return new AsrError('CONNECTION_LOST', message, { cause, retryable: true });
}
