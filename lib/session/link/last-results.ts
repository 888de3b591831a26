import type { AsrError } from '../../vocabulary/errors';
import type { LinkMachine } from './machine';
import type { Reconnection } from './reconnection';
import type { Attempt, FinishesFor } from './states';
import type { Watches } from './watches';

/** When a connection is renewed, the new one waits at most this long for the end of the old one. */
const RENEWAL_FINISH_MS = 3000;

/** Somebody who has spoken for this long has been heard by the service. */
const BEGUN_MS = 3000;

/** The end of a protocol session: its last results, the release of the connection, and what follows. */
export class LastResults {
  readonly #machine: LinkMachine;
  readonly #watches: Watches;
  readonly #reconnection: Reconnection;
  readonly #connect: (attempt: Attempt, reason: string) => void;

  constructor(
    machine: LinkMachine,
    watches: Watches,
    reconnection: Reconnection,
    connect: (attempt: Attempt, reason: string) => void,
  ) {
    this.#machine = machine;
    this.#watches = watches;
    this.#reconnection = reconnection;
    this.#connect = connect;
  }

  /** Asks for the last results where there may be any. */
  ask(finishesFor: FinishesFor): void {
    const { state, timers, options } = this.#machine;
    timers.cancel('idle');
    if (state.name !== 'open') {
      // Between two tasks all results are there, so nothing needs to be asked for.
      this.letGo(finishesFor === 'sleep' ? 'rest' : finishesFor);
      return;
    }
    const { current, openedAtMs } = state;
    const timeoutMs = finishesFor === 'renewal' ? RENEWAL_FINISH_MS : options.config.finishTimeoutMs;
    this.#machine.enter('finish', { name: 'finishing', current, openedAtMs, finishesFor, timeoutMs });
    current.connection.finish();
    this.bound(timeoutMs);
    options.recognition.finishSent();
  }

  /** Limits the wait for the service's next message, from now on. */
  bound(timeoutMs: number): void {
    this.#machine.timers.set('bound', timeoutMs, () => {
      const { current, finishesFor = 'rest' } = this.#machine;
      const message = `The service did not end the session within ${timeoutMs} ms of the last request.`;
      if (finishesFor !== 'renewal') this.#machine.warn('FINISH_TIMEOUT', message);
      current?.connection.destroy();
      this.complete(finishesFor);
    });
  }

  /** All results are there: closes the connection, or gives it back to the pool. */
  letGo(finishesFor: FinishesFor): void {
    const { current } = this.#machine;
    if (!current || current.connection.release()) {
      this.complete(finishesFor);
      return;
    }
    this.#machine.enter('close', { name: 'closing', current, finishesFor });
    current.connection.close();
  }

  /** The service found no speech. What was sent just before may be the beginning of some, and is sent again. */
  foundNoSpeech(finishesFor: FinishesFor): void {
    const { goal, state, options } = this.#machine;
    const { sender, recognition, config } = options;
    // The answer to a finish is about all that was sent. A container cannot be sent from its middle on.
    const isAsked = goal === 'end' || state.name === 'finishing' || recognition.hasOpenResults;
    if (!isAsked && config.wireFormat === 'pcm') sender.rewindRecent(BEGUN_MS);
    this.complete(finishesFor);
  }

  /**
   * The protocol session ended without a loss. Either everything is over, or there is a pause until more audio comes.
   */
  complete(finishesFor: FinishesFor): void {
    const { goal, hasAllResults, options } = this.#machine;
    const { sender, config } = options;
    if (finishesFor === 'renewal' && !hasAllResults) {
      sender.attach(undefined);
      this.#reconnection.rewind();
      this.#connect({ why: 'renewal' }, 'The connection was old and is replaced.');
      return;
    }
    // Audio or a commit that came while the last results were awaited is not lost; a new protocol session takes it.
    const isIdle = config.idle.policy === 'close' && !this.#watches.isListening;
    if (sender.isEmpty && (goal === 'end' || isIdle)) {
      this.#machine.end();
      return;
    }
    sender.attach(undefined);
    this.#rest(`${this.#noAudio()}.`);
    // With the voice gate, sleep is what was asked for.
    if (finishesFor === 'sleep' && this.#machine.state.name === 'asleep' && !config.voiceGate) {
      this.#machine.warn('SLEEPING', `${this.#noAudio()}: the session sleeps until there is some.`);
    }
  }

  /** The connection ended while nothing was owed, so the session sleeps. */
  sleepThrough(error: AsrError): void {
    const { sender } = this.#machine.options;
    sender.attach(undefined);
    sender.skipReplay();
    this.#rest(`${this.#noAudio()}, and the connection is gone. ${error.message}`);
  }

  /** Nothing is connected any more. Commits and the end need not wait, and audio that came meanwhile goes on. */
  #rest(reason: string): void {
    const { sender, recognition } = this.#machine.options;
    recognition.protocolSessionEnded(sender);
    if (sender.hasAudio) {
      this.#connect({ why: 'wake' }, 'There is audio again.');
      return;
    }
    this.#reconnection.refill();
    this.#machine.enter('rest', { name: 'asleep', isListening: this.#watches.isListening });
    this.#watches.closeWhenIdle();
    this.#watches.listen();
    // Commands run first, because a listener of the sleep may append audio, which belongs behind them.
    sender.runCommands();
    if (this.#machine.state.name === 'asleep') this.#machine.announce(reason);
  }

  #noAudio(): string {
    const forMs = this.#machine.now() - this.#watches.lastAudioAtMs;
    return `No ${this.#watches.isListening ? 'speech' : 'audio'} for ${Math.round(forMs / 1000)} s`;
  }
}
