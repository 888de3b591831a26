import type { Cancel, Clock } from '../../transport/environment';
import type { Protocol, ServiceEvent } from '../../protocol/protocol';
import type { Frame } from '../../vocabulary/frame';
import type { Arrivals } from './arrivals';

/**
 * A service that has never answered a ping is not waited for: its answers are taken as they come. One that answers them
 * may have a slow line before it, on which pings wait behind audio.
 */
const UNANSWERED_MS = 5000;

export interface WatchedCommitsOptions {
  clock: Clock;
  arrivals: Arrivals;
  protocol: Protocol;
  send: (frame: Frame) => void;
  /** An answer that was held until it was certain to which commit it belongs. */
  onEvent: (event: ServiceEvent) => void;
}

/**
 * Sends pings in front of each commit and behind it, where only their answers show what the service had when it
 * committed.
 */
export class WatchedCommits {
  readonly #options: WatchedCommitsOptions;
  /** Commits on their way by number, with the timeouts of their pings. */
  readonly #underWay = new Map<number, Cancel>();
  /** Commits for which the service has received everything before them. */
  readonly #reached = new Set<number>();
  #count = 0;

  constructor(options: WatchedCommitsOptions) {
    this.#options = options;
  }

  /** Sends a commit, or the finish, which is one, too. */
  send(framesOf: (isWatched: boolean) => Frame[]): void {
    const { protocol, arrivals, clock, send } = this.#options;
    const number = this.#count;
    this.#count += 1;
    if (!protocol.watchesCommits) {
      framesOf(false).forEach(send);
      return;
    }
    const arrived = () => {
      this.#arrived(number);
    };
    arrivals.mark(() => {
      this.#reached.add(number);
      protocol.commitReached(number);
    });
    framesOf(true).forEach(send);
    const onUnanswered = () => {
      if (!arrivals.isAnswering) arrived();
    };
    this.#underWay.set(number, clock.after(UNANSWERED_MS, onUnanswered));
    arrivals.mark(arrived);
  }

  /** The connection is lost and no more answers to pings will come, so held answers are released. */
  lost(): void {
    for (const number of [...this.#underWay.keys()]) {
      if (this.#reached.has(number)) this.#arrived(number);
    }
  }

  stop(): void {
    for (const cancel of this.#underWay.values()) cancel();
    this.#underWay.clear();
  }

  #arrived(number: number): void {
    const cancel = this.#underWay.get(number);
    if (!cancel) return;
    cancel();
    this.#underWay.delete(number);
    this.#reached.delete(number);
    for (const event of this.#options.protocol.commitArrived(number)) this.#options.onEvent(event);
  }
}
