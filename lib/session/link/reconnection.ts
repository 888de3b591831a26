import { Backoff } from '../../base/backoff';
import { AsrError } from '../../vocabulary/errors';
import type { SessionEvent } from '../../vocabulary/events';
import type { SessionConfig } from '../config';
import type { StatisticsCounter } from '../events/statistics';
import type { Recognition } from '../results/recognition';
import type { Sender } from '../send/sender';
import { isPermanent } from './loss';
import type { Loss } from './states';

/** A connection that lasted so long was a good one, whatever it brought. */
const GOOD_CONNECTION_MS = 30_000;

export interface ReconnectionOptions {
  config: SessionConfig;
  sender: Sender;
  recognition: Recognition;
  counter: StatisticsCounter;
}

/** The next attempt to open a connection. */
export interface NextAttempt {
  attempt: number;
  delayMs: number;
}

/** When to try again after a connection was lost or could not be made, and what has to be sent again then. */
export class Reconnection {
  readonly #options: ReconnectionOptions;
  readonly #backoff: Backoff;
  /** What was settled when the last connection was lost. */
  #settledAtLossMs = 0;

  constructor(options: ReconnectionOptions) {
    const { reconnect, environment } = options.config;
    const { baseDelayMs, maxDelayMs } = reconnect;
    this.#options = options;
    this.#backoff = new Backoff({ baseMs: baseDelayMs, maxMs: maxDelayMs, random: environment.random });
  }

  /** The attempts count anew: a connection has brought the session on, or the session rests. */
  refill(): void {
    this.#backoff.succeeded();
  }

  /** When the next attempt comes, and the how-manieth in a row it is. */
  next(): NextAttempt {
    const delayMs = this.#backoff.nextMs();
    return { attempt: this.#backoff.attempts, delayMs };
  }

  /**
   * A connection is lost, or an attempt to replace it has failed.
   * @param before what is known of the loss from attempts before this
   * @param openedAtMs when the service accepted what was on it, on the clock, if it did
   * @returns the next attempt, or the error that ends the session
   */
  lost(
    error: AsrError,
    before: Loss | undefined,
    openedAtMs: number | undefined,
  ): { loss: Loss; next: NextAttempt; lostBytes: number } | AsrError {
    const { config, sender, counter } = this.#options;
    if (this.#hasBroughtOn(openedAtMs)) this.refill();
    this.#settledAtLossMs = sender.settled.ms;
    const loss: Loss = { lostBytesBefore: counter.audioLostBytes, code: error.code, ...before, error };
    const lostBytes = this.rewind();
    if (!this.#isWorthAnAttempt(error)) return error;
    if (lostBytes > 0 && config.wireFormat !== 'pcm') return cannotBeSentAgain(error, config.wireFormat);
    return { loss, next: this.next(), lostBytes };
  }

  /** What is not settled will be sent again. Returns the bytes that should be and are gone. */
  rewind(): number {
    const { sender, recognition } = this.#options;
    recognition.connectionLost(sender);
    return sender.rewind();
  }

  /** The service has accepted the session on another connection. */
  resumed(loss: Loss | undefined): SessionEvent {
    const { counter, sender } = this.#options;
    if (loss) counter.reconnected(loss.code);
    const lostBytes = loss ? counter.audioLostBytes - loss.lostBytesBefore : 0;
    const replayedMs = counter.heldMs(sender.replayBytes);
    return { type: 'resumed', replayedMs, lostMs: counter.heldMs(lostBytes) };
  }

  #isWorthAnAttempt(error: AsrError): boolean {
    const { attempts } = this.#backoff;
    if (isPermanent(error) || attempts >= this.#options.config.reconnect.maxAttempts) return false;
    // The same bytes were refused again.
    return error.code !== 'PROTOCOL_REJECTED' || attempts === 0;
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
