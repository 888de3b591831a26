import type { Cancel, Clock } from '../../transport/environment';

/** Looks within one bound: it may be noticed a third of it late. */
const LOOKS = 3;

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
