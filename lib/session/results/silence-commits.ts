import type { Cancel, Clock } from '../../transport/environment';
import type { EventOf } from '../../vocabulary/events';
import { beginsBefore } from './commits';
import type { Commits } from './commits';
import type { Sentences } from './sentences';

/**
 * After the silence of a commit the service sends nothing where there was no speech. So this long without a message,
 * since the silence arrived and with no sentence open, counts as the answer.
 */
const QUIET_MS = 1500;
/** Audio behind the last detected speech that is too short to hold another sentence. */
const TAIL_MS = 500;

/**
 * Answers commits in mode `vad`, for which the service has no command. Silence ended the open sentence, and nothing
 * on the wire says when all its finals are there. They are when no sentence is open that began before the silence,
 * and either speech was detected up to it or behind it, or the service has been quiet for a while.
 */
export class SilenceCommits {
  readonly #clock: Clock;
  readonly #commits: Commits;
  readonly #sentences: Sentences;
  readonly #giveUp: (beforeMs: number) => void;
  #speechEndMs = 0;
  #speechBeginMs = 0;
  #heardAtMs = 0;
  #cancelTimer: Cancel | undefined;

  /** @param giveUp Ends lost sentences that began before a time and were not recognised again. */
  constructor(clock: Clock, commits: Commits, sentences: Sentences, giveUp: (beforeMs: number) => void) {
    this.#clock = clock;
    this.#commits = commits;
    this.#sentences = sentences;
    this.#giveUp = giveUp;
  }

  /** Speech began or ended, in the session's own time. */
  speechEdge(event: EventOf<'speechStarted' | 'speechStopped'>): void {
    if (event.type === 'speechStarted') this.#speechBeginMs = event.atMs;
    else this.#speechEndMs = event.atMs;
  }

  /** The audio will be recognised again. */
  connectionLost(): void {
    this.stop();
    this.#speechEndMs = 0;
    this.#speechBeginMs = 0;
  }

  /** Something arrived from the service. */
  heard(): void {
    this.#heardAtMs = this.#clock.now();
    this.check();
  }

  /** Answers the commits whose results are complete. */
  check(): void {
    this.stop();
    for (;;) {
      const commit = this.#commits.oldest;
      if (!commit?.state.bySilence) return;
      const { state, fromMs, markMs } = commit;
      if (this.#sentences.anyOpenBefore(markMs)) return;
      // Speech of the previous commit says nothing about the audio of this one, however short that is.
      const heardUpToMark = this.#speechEndMs > fromMs && this.#speechEndMs >= markMs - TAIL_MS;
      const heardAll =
        (heardUpToMark || this.#speechBeginMs >= markMs) &&
        this.#sentences.lostFromBefore(markMs).length === 0;
      const arrivedAtMs = state.name === 'confirmed' ? state.arrivedAtMs : Infinity;
      const quietSinceMs = Math.max(arrivedAtMs, this.#heardAtMs);
      const quietForMs = Math.max(0, this.#clock.now() - quietSinceMs);
      if (!heardAll && quietForMs < QUIET_MS) {
        this.#cancelTimer = this.#clock.after(QUIET_MS - quietForMs, () => {
          this.check();
        });
        return;
      }
      this.#giveUp(markMs);
      this.#commits.settle(state.number, beginsBefore(markMs));
    }
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
