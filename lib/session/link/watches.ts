import type { Cancel, Clock } from '../../transport/environment';
import type { LinkMachine } from './machine';
import type { LinkState } from './states';

const KEEP_ALIVE_SILENCE_MS = 100;
/** A microphone that has given nothing for this long is off. */
const LISTENING_MS = 5000;
/**
 * How often within its bound the service's answers are checked. A missing answer is noticed up to a third of the
 * bound late.
 */
const LOOKS = 3;

export interface WatchHandlers {
  /** No audio has come for long, and the idle policy applies. */
  onIdle: () => void;
  /** The connection is old, and it can be replaced now without anybody noticing. */
  onOld: () => void;
  /** The service owes an answer and gives none. */
  onSilent: () => void;
}

/** Checks an open link: whether audio comes, whether the service answers, and how old the connection is. */
export class Watches {
  readonly #machine: LinkMachine;
  readonly #handlers: WatchHandlers;
  readonly #answers: AnswerWatch;
  #acceptedAtMs: number;
  #lastGivenAtMs = -Infinity;

  constructor(machine: LinkMachine, handlers: WatchHandlers) {
    const { config, recognition, sender } = machine.options;
    this.#machine = machine;
    this.#handlers = handlers;
    this.#acceptedAtMs = machine.now();
    this.#answers = new AnswerWatch({
      clock: config.environment.clock,
      timeoutMs: config.answerTimeoutMs,
      isOwed: () => recognition.isAnswerOwed(sender),
      onSilent: handlers.onSilent,
    });
  }

  /** When audio came last, or when the session was accepted. */
  get lastAudioAtMs(): number {
    return Math.max(this.#acceptedAtMs, this.#machine.options.sender.lastGivenAtMs);
  }

  /** The service has accepted the session, which now waits for audio. */
  accepted(): void {
    this.#acceptedAtMs = this.#machine.now();
  }

  /** Audio came, and the voice gate has let it pass or not. */
  given(): void {
    this.#lastGivenAtMs = this.#machine.now();
    const { state } = this.#machine;
    if (state.name !== 'asleep' || state.isListening) return;
    state.isListening = true;
    this.#machine.announce('There is audio, and nobody speaks.');
    this.listen();
  }

  /** Whether audio comes to the voice gate. */
  get isListening(): boolean {
    return this.#machine.now() - this.#lastGivenAtMs < LISTENING_MS;
  }

  /** Waits for the end of that audio, while the link is asleep. */
  listen(): void {
    const { timers, state } = this.#machine;
    if (state.name !== 'asleep' || !state.isListening) return;
    timers.set('listen', this.#lastGivenAtMs + LISTENING_MS - this.#machine.now(), () => {
      state.isListening = this.isListening;
      if (state.isListening) this.listen();
      else this.#machine.announce(`No audio for ${LISTENING_MS / 1000} s.`);
    });
  }

  heard(isText: boolean): void {
    if (isText) this.#answers.heardText();
    else this.#answers.heard();
  }

  /** The service has accepted a protocol session. */
  opened(): void {
    this.#answers.start();
  }

  /** The state was left. */
  left(next: LinkState): void {
    if (next.name !== 'open' && next.name !== 'between') this.#answers.stop();
  }

  /** Sets the timers of an open link. */
  start(openedAtMs: number): void {
    const { timers, goal, options } = this.#machine;
    const { idle, maxAgeMs } = options.config;
    if (goal === 'listen') this.#lookIn(this.#quietSinceMs() + idle.afterMs - this.#machine.now());
    if (maxAgeMs === 0) return;
    timers.set('age', openedAtMs + maxAgeMs - this.#machine.now(), () => {
      this.lookAtAge();
    });
  }

  /** Ends an idle session by the policy `close`, also while it sleeps. */
  closeWhenIdle(): void {
    const { timers, options } = this.#machine;
    const { policy, afterMs } = options.config.idle;
    if (policy !== 'close') return;
    const quietSinceMs = Math.max(this.#quietSinceMs(), this.#lastGivenAtMs);
    timers.set('idle', quietSinceMs + afterMs - this.#machine.now(), () => {
      if (this.#machine.now() - this.#lastGivenAtMs < afterMs) this.closeWhenIdle();
      else this.#machine.end();
    });
  }

  /** Asks for a replacement of an old connection between two sentences, where nobody notices it. */
  lookAtAge(): void {
    const { state, goal, options } = this.#machine;
    const { sender, recognition, config } = options;
    if (state.name !== 'open' && state.name !== 'between') return;
    const isOld = config.maxAgeMs > 0 && this.#machine.now() - state.openedAtMs >= config.maxAgeMs;
    if (isOld && goal === 'listen' && sender.isEmpty && recognition.isAtPause(sender)) this.#handlers.onOld();
  }

  /** Since when no result is awaited and no audio is to be sent. A new connection does not restart this time. */
  #quietSinceMs(): number {
    return Math.max(this.lastAudioAtMs, this.#machine.options.sender.lastSentAtMs);
  }

  /** One timer checks the time when it rings, so that no chunk has to set it again. */
  #lookIn(delayMs: number): void {
    const { timers, options } = this.#machine;
    const { afterMs } = options.config.idle;
    timers.set('idle', delayMs, () => {
      const leftMs = this.#quietSinceMs() + afterMs - this.#machine.now();
      // The next check is scheduled first, because this one may end the state.
      this.#lookIn(leftMs > 0 ? leftMs : afterMs);
      if (leftMs <= 0) this.#idle();
    });
  }

  #idle(): void {
    const { state, options } = this.#machine;
    const { sender, recognition, config, hasUncommitted } = options;
    if (!sender.isEmpty || recognition.hasPendingCommits) return;
    const { policy } = config.idle;
    // Between two tasks nothing needs to be kept alive: the connection may end, and the next audio opens another.
    if (policy === 'keepAlive' && state.name === 'between') return;
    if (policy === 'keepAlive' || (policy === 'reopen' && hasUncommitted())) {
      sender.sendSilence(KEEP_ALIVE_SILENCE_MS);
      return;
    }
    this.#handlers.onIdle();
  }
}

export interface AnswerWatchOptions {
  clock: Clock;
  /** How long the service may be silent while it owes an answer. */
  timeoutMs: number;
  /** Whether a healthy service should have sent something by now. */
  isOwed: () => boolean;
  onSilent: () => void;
}

/**
 * Notices a service that takes audio and answers pings, but gives no results. It cannot be certain, because loud
 * audio may be noise, so it reports once, and again only after there was text.
 */
export class AnswerWatch {
  readonly #options: AnswerWatchOptions;
  #quietSinceMs: number | undefined;
  #hasTold = false;
  #cancel: Cancel | undefined;

  constructor(options: AnswerWatchOptions) {
    this.#options = options;
  }

  /** A protocol session has begun. */
  start(): void {
    this.#quietSinceMs = undefined;
    this.#schedule();
  }

  /** The service sent a message. */
  heard(): void {
    this.#quietSinceMs = undefined;
  }

  /** The service sent recognised text. */
  heardText(): void {
    this.#hasTold = false;
  }

  stop(): void {
    this.#cancel?.();
  }

  #schedule(): void {
    this.stop();
    this.#cancel = this.#options.clock.after(this.#options.timeoutMs / LOOKS, () => {
      this.#schedule();
      this.#look();
    });
  }

  #look(): void {
    const { clock, timeoutMs, isOwed, onSilent } = this.#options;
    if (this.#hasTold || !isOwed()) {
      this.#quietSinceMs = undefined;
      return;
    }
    this.#quietSinceMs ??= clock.now();
    if (clock.now() - this.#quietSinceMs < timeoutMs) return;
    this.#hasTold = true;
    onSilent();
  }
}
