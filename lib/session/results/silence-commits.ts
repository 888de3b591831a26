import type { Cancel, Clock } from '../../transport/environment';
import type { EventOf } from '../../vocabulary/events';
import { beginsBefore } from './commits';
import type { Commits } from './commits';
import type { Sentences } from './sentences';

/**
 * After the silence of a commit the service says nothing more where there was no speech. This long without a word
 * from it since the silence has arrived, and no sentence open, is an answer too.
 */
const QUIET_MS = 1500;
/** Audio behind the last heard speech that is too short to hold another utterance. */
const TAIL_MS = 500;

/**
 * Commits where the service does not take them: silence ended the open sentence, and now it has to be seen when all
 * of its finals are there. Nothing on the wire says so, hence: no sentence is open that began before the silence, and
 * either speech was heard up to it, or speech was heard behind it, or the service has been quiet for a while.
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

  /** @param giveUp ends the sentences before a time that were lost with a connection and are not heard again */
  constructor(clock: Clock, commits: Commits, sentences: Sentences, giveUp: (beforeMs: number) => void) {
    this.#clock = clock;
    this.#commits = commits;
    this.#sentences = sentences;
    this.#giveUp = giveUp;
  }

  /** Voice activity, with its time on the session's own time line. */
  speechEdge(event: EventOf<'speechStarted' | 'speechStopped'>): void {
    if (event.type === 'speechStarted') this.#speechBeginMs = event.atMs;
    else this.#speechEndMs = event.atMs;
  }

  /** What was heard will be heard again. */
  connectionLost(): void {
    this.stop();
    this.#speechEndMs = 0;
    this.#speechBeginMs = 0;
  }

  /** Something came from the service. */
  heard(): void {
    this.#heardAtMs = this.#clock.now();
    this.check();
  }

  /** Settles the commits that are complete. */
  check(): void {
    this.stop();
    for (;;) {
      const commit = this.#commits.oldest;
      if (!commit?.state.bySilence) return;
      const { state, fromMs, markMs } = commit;
      if (this.#sentences.anyOpenBefore(markMs)) return;
      // Speech of the commit before tells nothing of this one's audio, however short that is.
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
