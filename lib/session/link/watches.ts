import type { Cancel, Clock } from '../../transport/environment';
import type { LinkMachine } from './machine';
import type { LinkState } from './states';

const KEEP_ALIVE_SILENCE_MS = 100;
/** Looks at the service's answers within one bound: that there is none may be noticed a third of it late. */
const LOOKS = 3;

export interface WatchHandlers {
  /** No audio has come for long, and the policy is to do something about it. */
  onIdle: () => void;
  /** The connection is old, and nobody would notice another one in its place. */
  onOld: () => void;
  /** The service owes an answer and gives none. */
  onSilent: () => void;
}

/** What is looked at while a link is open: whether audio comes, whether the service answers, and how old it all is. */
export class Watches {
  readonly #machine: LinkMachine;
  readonly #handlers: WatchHandlers;
  readonly #answers: AnswerWatch;
  #lastAudioAtMs: number;

  constructor(machine: LinkMachine, handlers: WatchHandlers) {
    const { config, recognition, sender } = machine.options;
    this.#machine = machine;
    this.#handlers = handlers;
    this.#lastAudioAtMs = machine.now();
    this.#answers = new AnswerWatch({
      clock: config.environment.clock,
      timeoutMs: config.answerTimeoutMs,
      isOwed: () => recognition.isAnswerOwed(sender),
      onSilent: handlers.onSilent,
    });
  }

  /** When audio came last, or when the session was accepted. */
  get lastAudioAtMs(): number {
    return this.#lastAudioAtMs;
  }

  /** Audio came, or the session begins to wait for some. */
  audio(): void {
    this.#lastAudioAtMs = this.#machine.now();
  }

  heard(isText: boolean): void {
    if (isText) this.#answers.heardText();
    else this.#answers.heard();
  }

  /** The service has accepted a protocol session. */
  opened(): void {
    this.#answers.start();
  }

  /** The state is left. */
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

  /** Ends an idle session whose policy is to be closed, also while it sleeps. */
  closeWhenIdle(): void {
    const { timers, options } = this.#machine;
    const { policy, afterMs } = options.config.idle;
    if (policy !== 'close') return;
    timers.set('idle', this.#quietSinceMs() + afterMs - this.#machine.now(), () => {
      this.#machine.end();
    });
  }

  /** Whether the connection should be replaced now: it is old, and between two sentences nobody notices. */
  lookAtAge(): void {
    const { state, goal, options } = this.#machine;
    const { sender, recognition, config } = options;
    if (state.name !== 'open' && state.name !== 'between') return;
    const isOld = config.maxAgeMs > 0 && this.#machine.now() - state.openedAtMs >= config.maxAgeMs;
    if (isOld && goal === 'listen' && sender.isEmpty && recognition.isAtPause(sender)) this.#handlers.onOld();
  }

  /** Since when there is nothing to hear and nothing to send. A new connection does not begin this time anew. */
  #quietSinceMs(): number {
    return Math.max(this.#lastAudioAtMs, this.#machine.options.sender.lastSentAtMs);
  }

  /** One timer that is looked at when it rings, and not set again with every chunk. */
  #lookIn(delayMs: number): void {
    const { timers, options } = this.#machine;
    const { afterMs } = options.config.idle;
    timers.set('idle', delayMs, () => {
      const leftMs = this.#quietSinceMs() + afterMs - this.#machine.now();
      // The next look is set first, because this one may be the end of the state.
      this.#lookIn(leftMs > 0 ? leftMs : afterMs);
      if (leftMs <= 0) this.#idle();
    });
  }

  #idle(): void {
    const { state, options } = this.#machine;
    const { sender, recognition, config, hasUncommitted } = options;
    if (!sender.isEmpty || recognition.hasPendingCommits) return;
    const { policy } = config.idle;
    // Between two tasks there is nothing to keep alive: the connection may go, and the next audio opens another.
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
  /** Without a word from the service for so long although it owes one, something is wrong with it. */
  timeoutMs: number;
  /** Whether the service should have said something by now, were it well. */
  isOwed: () => boolean;
  onSilent: () => void;
}

/**
 * Notices a service that takes audio, answers pings and says nothing. It cannot be sure: noise is no speech. So it tells
 * once, and again only after there was text.
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

  /** The service said something. */
  heard(): void {
    this.#quietSinceMs = undefined;
  }

  /** It said what was spoken. */
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
