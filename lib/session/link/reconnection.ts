import type { Cancel } from '../../transport/environment';
import { AsrError } from '../../vocabulary/errors';
import type { AsrErrorCode } from '../../vocabulary/errors';
import type { SessionEvent } from '../../vocabulary/events';
import type { SessionConfig } from '../config';
import { ReconnectBudget } from './reconnect-budget';
import type { Recognition } from '../results/recognition';
import type { Sender } from '../send/sender';
import type { StatisticsCounter } from '../events/statistics';

/** A connection that lasted so long was a good one, whatever it brought. */
const GOOD_CONNECTION_MS = 30_000;

export interface ReconnectionOptions {
  config: SessionConfig;
  sender: Sender;
  recognition: Recognition;
  counter: StatisticsCounter;
  emit: (event: SessionEvent) => void;
  connect: () => void;
  /** There is no other connection; the session ends with this. */
  onGivenUp: (error: AsrError) => void;
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

/** Opens another connection for one that is lost, as long as that is worth trying. */
export class Reconnection {
  readonly #options: ReconnectionOptions;
  readonly #budget: ReconnectBudget;
  #loss: Loss | undefined;
  /** What was settled when the last connection was lost. */
  #settledAtLossMs = 0;
  #cancelRetry: Cancel | undefined;
  #cancelBound: Cancel | undefined;

  constructor(options: ReconnectionOptions) {
    const { reconnect, environment } = options.config;
    this.#options = options;
    this.#budget = new ReconnectBudget(reconnect, environment.random);
  }

  /** Whether a connection is lost and there is no other yet. */
  get isUnderWay(): boolean {
    return this.#loss !== undefined;
  }

  /** @param openedAtMs when the service accepted what was on it, on the clock, if it did */
  lost(error: AsrError, openedAtMs: number | undefined): void {
    const { config, sender, counter, emit, connect } = this.#options;
    if (this.#hasBroughtOn(openedAtMs)) this.#budget.refill();
    this.#settledAtLossMs = sender.settled.ms;
    this.#loss = { lostBytesBefore: counter.audioLostBytes, code: error.code, ...this.#loss, error };
    const lostBytes = this.#rewind();
    const next = this.#budget.next(error);
    if (!next || (lostBytes > 0 && config.wireFormat !== 'pcm')) {
      this.#giveUp(next ? cannotBeSentAgain(error, config.wireFormat) : error);
      return;
    }
    this.#cancelRetry = config.environment.clock.after(next.delayMs, connect);
    if (lostBytes > 0) {
      const message = `${counter.heldMs(lostBytes)} ms of audio are lost with the connection: more than is kept.`;
      emit({ type: 'warning', code: 'AUDIO_DROPPED', message });
    }
    emit({ type: 'reconnecting', ...next, reason: error.message });
  }

  /** Begins again on a connection that nobody has lost. */
  renew(): void {
    this.#rewind();
    this.#options.connect();
  }

  /** The service has accepted the session on another connection. */
  opened(): void {
    const { counter, sender, emit } = this.#options;
    const loss = this.#loss;
    this.#loss = undefined;
    this.#cancelBound?.();
    this.#cancelBound = undefined;
    if (loss) counter.reconnected(loss.code);
    const lostBytes = loss ? counter.audioLostBytes - loss.lostBytesBefore : 0;
    const replayedMs = counter.heldMs(sender.replayBytes);
    emit({ type: 'resumed', replayedMs, lostMs: counter.heldMs(lostBytes) });
  }

  /** Who wants the end does not wait for a connection for ever. */
  bound(timeoutMs: number): void {
    this.#cancelBound ??= this.#options.config.environment.clock.after(timeoutMs, () => {
      if (this.#loss) this.#giveUp(this.#loss.error);
    });
  }

  stop(): void {
    this.#cancelRetry?.();
    this.#cancelBound?.();
  }

  /** Returns the bytes that should be sent again and are gone. */
  #rewind(): number {
    const { sender, recognition } = this.#options;
    recognition.connectionLost(sender);
    return sender.rewind();
  }

  #giveUp(error: AsrError): void {
    this.stop();
    this.#options.onGivenUp(error);
  }

  /** Whether the connection that is lost was worth having. */
  #hasBroughtOn(openedAtMs: number | undefined): boolean {
    if (openedAtMs === undefined) return false;
    const { sender, config } = this.#options;
    const lastedMs = config.environment.clock.now() - openedAtMs;
    return sender.settled.ms > this.#settledAtLossMs || lastedMs >= GOOD_CONNECTION_MS;
  }
}

/** A container is understood only from its beginning. */
function cannotBeSentAgain(cause: AsrError, wireFormat: string): AsrError {
  const message =
    `${cause.message} The ${wireFormat} audio is longer than what is kept to be sent again ` +
    '(`maxReplayAudioMs`).';
  return new AsrError('CONNECTION_LOST', message, { cause, retryable: true });
}
