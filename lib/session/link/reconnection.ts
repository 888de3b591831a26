import { Backoff } from '../../base/backoff';
import { AsrError } from '../../vocabulary/errors';
import type { SessionEvent } from '../../vocabulary/events';
import { isPermanent, mayPass } from './loss';
import type { LinkMachine } from './machine';
import type { Attempt, LinkState, Loss } from './states';

/** A connection that lasted this long was a good one, whether or not it gave results. */
const GOOD_CONNECTION_MS = 30_000;

/** Replaces a connection that was lost or could not be made, for as long as another attempt makes sense. */
export class Reconnection {
  readonly #machine: LinkMachine;
  readonly #connect: (attempt: Attempt, reason: string) => void;
  readonly #backoff: Backoff;
  /** How much audio was settled when the last connection was lost. */
  #settledAtLossMs = 0;

  constructor(machine: LinkMachine, connect: (attempt: Attempt, reason: string) => void) {
    const { reconnect, environment } = machine.options.config;
    const { baseDelayMs, maxDelayMs } = reconnect;
    this.#machine = machine;
    this.#connect = connect;
    this.#backoff = new Backoff({ baseMs: baseDelayMs, maxMs: maxDelayMs, random: environment.random });
  }

  /** Counts attempts anew, because a connection has given results or the session rests. */
  refill(): void {
    this.#backoff.succeeded();
  }

  /** The first connection could not be made. It is tried again for a while where waiting may help. */
  firstFailed(error: AsrError, attempt: Extract<Attempt, { why: 'start' }>): void {
    const { config, sender } = this.#machine.options;
    const delayMs = this.#backoff.nextMs();
    const isInTime = this.#machine.now() + delayMs < attempt.sinceMs + config.firstConnectTimeoutMs;
    if (!isInTime || !mayPass(error)) {
      this.#machine.end(error);
      return;
    }
    sender.attach(undefined);
    this.#wait(attempt, delayMs, error);
    this.#tellOfNoRoom(error);
  }

  /** A connection was lost, or an attempt to replace it has failed. */
  lost(error: AsrError): void {
    const machine = this.#machine;
    const { sender, counter, emit, config } = machine.options;
    const { state } = machine;
    if (this.#hasBroughtOn(state)) this.refill();
    this.#settledAtLossMs = sender.settled.ms;
    const before = 'attempt' in state && state.attempt.why === 'loss' ? state.attempt.loss : undefined;
    const loss: Loss = { lostBytesBefore: counter.audioLostBytes, code: error.code, ...before, error };
    if (machine.current) machine.hadArrived = machine.arrivedBeforeMs >= sender.lastSentAtMs;
    sender.attach(undefined);
    const lostBytes = this.rewind();
    const cannotBeSent = lostBytes > 0 && config.wireFormat !== 'pcm';
    if (!this.#isWorthAnAttempt(error) || cannotBeSent) {
      machine.end(cannotBeSent ? cannotBeSentAgain(error, config.wireFormat) : error);
      return;
    }
    const delayMs = this.#backoff.nextMs();
    this.#wait({ why: 'loss', loss }, delayMs, error);
    if (lostBytes > 0) {
      const message = `${counter.heldMs(lostBytes)} ms of audio are lost with the connection: more than is kept.`;
      machine.warn('AUDIO_DROPPED', message);
    }
    emit({ type: 'reconnecting', attempt: this.#backoff.attempts, reason: error.message, delayMs });
    this.#tellOfNoRoom(error);
  }

  /** Prepares unsettled audio to be sent again. Returns how many bytes of it are no longer kept. */
  rewind(): number {
    const { sender, recognition } = this.#machine.options;
    recognition.connectionLost(sender);
    return sender.rewind();
  }

  /** The event that reports the acceptance of the session on another connection. */
  resumed(sessionId: string, loss: Loss | undefined): SessionEvent {
    const { counter, sender } = this.#machine.options;
    if (loss) counter.reconnected(loss.code);
    const lostBytes = loss ? counter.audioLostBytes - loss.lostBytesBefore : 0;
    const replayedMs = counter.heldMs(sender.replayBytes);
    return { type: 'resumed', sessionId, replayedMs, lostMs: counter.heldMs(lostBytes) };
  }

  /** Limits how long a caller who wants the end waits for a connection. */
  bound(): void {
    const { state, goal, options, timers } = this.#machine;
    if (goal !== 'end' || !('attempt' in state) || state.attempt.why !== 'loss') return;
    const { loss } = state.attempt;
    loss.givenUpAtMs ??= this.#machine.now() + options.config.finishTimeoutMs;
    timers.set('bound', loss.givenUpAtMs - this.#machine.now(), () => {
      this.#machine.end(loss.error);
    });
  }

  #wait(attempt: Extract<LinkState, { name: 'waiting' }>['attempt'], delayMs: number, error: AsrError): void {
    this.#machine.enter('lost', { name: 'waiting', attempt });
    this.#machine.timers.set('retry', delayMs, () => {
      this.#connect(attempt, error.message);
    });
    this.bound();
    this.#machine.announce(error.message);
  }

  #tellOfNoRoom({ code, message }: AsrError): void {
    const { options } = this.#machine;
    if (code === 'THROTTLED' && !this.#machine.isOver()) options.emit({ type: 'waiting', reason: message });
  }

  #isWorthAnAttempt(error: AsrError): boolean {
    const { attempts } = this.#backoff;
    if (isPermanent(error) || attempts >= this.#machine.options.config.reconnect.maxAttempts) return false;
    // The same bytes were refused a second time.
    return error.code !== 'PROTOCOL_REJECTED' || attempts === 0;
  }

  /** Whether the lost connection gave results or lasted. */
  #hasBroughtOn(state: LinkState): boolean {
    if (!('openedAtMs' in state)) return false;
    const lastedMs = this.#machine.now() - state.openedAtMs;
    return this.#machine.options.sender.settled.ms > this.#settledAtLossMs || lastedMs >= GOOD_CONNECTION_MS;
  }
}

/** A container can only be read from its beginning. */
function cannotBeSentAgain(cause: AsrError, wireFormat: string): AsrError {
  const message =
    `${cause.message} The ${wireFormat} audio is longer than what is kept to be sent again ` +
    '(`maxReplayAudioMs`).';
  return new AsrError('CONNECTION_LOST', message, { cause, retryable: true });
}
