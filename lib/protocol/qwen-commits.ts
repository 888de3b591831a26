import { forgetOldest } from '../base/forget-oldest';
import type { AsrError } from '../vocabulary/errors';
import type { ServiceEvent, ServiceEventOf } from './protocol';
import type { ServiceErrorReport } from './service-errors';

/** How an item has ended. */
interface Outcome {
  sentenceId: string;
  error?: AsrError;
}

interface Commit {
  number: number;
  /** The `session.finish` commits what is left (protocol.md A.4.4). Nobody waits for its text. */
  isFinish: boolean;
  eventId: string;
  itemId?: string;
  /** Whether the service has committed an item since, named or not. */
  isTaken: boolean;
  /**
   * Whether the service has received everything before the commit, so that what it commits from now on may be the
   * answer.
   */
  isDue: boolean;
  /** Whether the service has received the commit, so that what it commits from now on belongs to a later one. */
  hasArrived: boolean;
  /** How its item has ended, until it is certain that it was its item. */
  outcome?: Outcome;
  /** How an item has ended that the service committed before it received the commit, if that is known. */
  earlier?: Outcome;
  /** Sentences of items that the service committed by itself, and that belong to this commit's answer. */
  sentenceIds: string[];
}

/** How many items and commits are remembered for late events. */
const MAX_REMEMBERED = 64;

/**
 * Manual mode: decides which commit an item answers. A service may commit by itself (protocol.md E 7), also while a
 * commit is on its way, and its frames do not say so. Answers to pings do: an item that the service commits before it
 * answers the ping in front of a commit does not belong to that commit. Of the items before the answer to the ping
 * behind it, the last one does.
 */
export class QwenCommits {
  readonly #commits: Commit[] = [];
  readonly #answered = new Set<string>();
  /** Items that the service committed by itself and has not completed yet. */
  readonly #unasked = new Set<string>();
  /** The same for items that it does not name. */
  #unaskedUnnamed = 0;
  #count = 0;

  /** @param isWatched Whether pings are sent in front of the commit and behind it. */
  sent(eventId: string, isWatched: boolean, isFinish = false): void {
    const isDue = !isWatched;
    this.#commits.push({
      number: this.#count,
      isFinish,
      eventId,
      isTaken: false,
      isDue,
      hasArrived: isDue,
      sentenceIds: [],
    });
    this.#count += 1;
  }

  /** The ping in front of the commit was answered. */
  reached(number: number): void {
    const commit = this.#commits.find((candidate) => candidate.number === number);
    if (commit) commit.isDue = true;
  }

  /** The ping behind the commit was answered, or will not be. */
  arrived(number: number): ServiceEvent[] {
    const commit = this.#commits.find((candidate) => candidate.number === number);
    if (!commit || commit.hasArrived) return [];
    // Without an answer in between, nothing tells what the service had when it committed; the last item is the
    // likeliest.
    if (!commit.isDue && !commit.isTaken) this.#takeEarlier(commit);
    commit.isDue = commit.hasArrived = true;
    return commit.outcome ? [this.#answer(commit, commit.outcome)] : [];
  }

  /** The service has sent everything, so nothing more is awaited. */
  allArrived(): ServiceEvent[] {
    return this.#commits.flatMap(({ number }) => this.arrived(number));
  }

  /**
   * `input_audio_buffer.committed`: the answers come in the order of the commits.
   * @param hasAudioBehind Whether audio was sent behind the last commit.
   */
  committed(itemId: string | undefined, hasAudioBehind: boolean): void {
    if (itemId !== undefined) {
      if (this.#unasked.has(itemId) || this.#commits.some((commit) => commit.itemId === itemId)) return;
    }
    const next = this.#commits.find(({ isTaken }) => !isTaken);
    const last = this.#commits.findLast(({ isTaken }) => isTaken);
    if (next?.isDue) take(next, itemId);
    else if (last && (!last.hasArrived || (!next && !hasAudioBehind))) {
      this.#giveUpItem(last);
      take(last, itemId);
    } else this.#addUnasked(itemId);
  }

  /** An item is over. Returns the commit that it answers; {@link over} has to be told how it ended. */
  take(itemId: string | undefined): Commit | undefined {
    if (this.#wasUnasked(itemId)) return undefined;
    const isOpen = ({ isDue, outcome }: Commit) => isDue && !outcome;
    const own = itemId === undefined ? undefined : this.#commits.find((commit) => commit.itemId === itemId);
    if (own) return own;
    const next = this.#commits.find(
      (commit) => isOpen(commit) && (itemId === undefined || commit.itemId === undefined),
    );
    if (next) return next;
    // With two items before the service received the next commit, the first one was its own.
    const last = this.#commits.findLast(({ outcome }) => outcome);
    if (last) this.#giveUpItem(last);
    return last;
  }

  /** Takes how an item ended, and returns the events that follow once it is certain which commit it answers. */
  over(commit: Commit | undefined, outcome: Outcome): ServiceEvent[] {
    if (!commit) {
      const next = this.#commits.find(({ isTaken }) => !isTaken);
      if (next && !next.isDue) next.earlier = outcome;
      return [];
    }
    commit.isTaken = true;
    if (commit.hasArrived) return [this.#answer(commit, outcome)];
    commit.outcome = outcome;
    return [];
  }

  /**
   * The consequence of an `error` event; `undefined` where it is not about a commit. The code is undocumented, so all
   * fields are examined (protocol.md part D row 25).
   */
  refused(
    report: ServiceErrorReport,
    eventId: string | undefined,
    error: () => AsrError,
  ): ServiceEvent[] | undefined {
    if (eventId !== undefined && this.#answered.has(eventId)) return [];
    const commit =
      this.#commits.find((candidate) => candidate.eventId === eventId) ??
      (speaksOfBuffer(report) ? this.#likeliestRefused() : undefined);
    if (!commit) return undefined;
    commit.isDue = commit.hasArrived = true;
    // The commit is refused because the service had committed all of its audio by itself; the item that it then
    // completes is the answer.
    if (!commit.isTaken) this.#takeEarlier(commit);
    if (commit.outcome) return [this.#answer(commit, commit.outcome)];
    if (commit.isTaken) return [];
    const refusal = this.#answer(commit, { sentenceId: '', error: error() });
    return refusal.type === 'restAnswered' ? [] : [{ ...refusal, sentenceIds: [], isRefused: true }];
  }

  #likeliestRefused(): Commit | undefined {
    return (
      this.#commits.find(({ isTaken, isDue }) => isDue && !isTaken) ??
      this.#commits.find(({ isTaken, hasArrived }) => isTaken && !hasArrived) ??
      this.#commits.find(({ isTaken }) => !isTaken)
    );
  }

  #answer(
    commit: Commit,
    { sentenceId, error }: Outcome,
  ): ServiceEventOf<'commitAnswered'> | ServiceEventOf<'restAnswered'> {
    this.#commits.splice(this.#commits.indexOf(commit), 1);
    this.#answered.add(commit.eventId);
    forgetOldest(this.#answered, MAX_REMEMBERED);
    if (commit.isFinish) return { type: 'restAnswered' };
    const sentenceIds = error ? [] : [...commit.sentenceIds, sentenceId];
    return { type: 'commitAnswered', commit: commit.number, sentenceIds, ...(error && { error }) };
  }

  /** Assigns the newest item that the service committed by itself to the commit. */
  #takeEarlier(commit: Commit): void {
    const itemId = [...this.#unasked].at(-1);
    if (itemId !== undefined) {
      this.#unasked.delete(itemId);
      take(commit, itemId);
    } else if (this.#unaskedUnnamed > 0) {
      this.#unaskedUnnamed -= 1;
      take(commit, undefined);
    } else if (commit.earlier) {
      commit.outcome = commit.earlier;
      commit.isTaken = true;
    }
  }

  /** The commit did not ask for the item, but its text belongs to the answer all the same. */
  #giveUpItem(commit: Commit): void {
    if (commit.outcome) commit.sentenceIds.push(commit.outcome.sentenceId);
    else this.#addUnasked(commit.itemId);
    delete commit.outcome;
    delete commit.itemId;
  }

  #addUnasked(itemId: string | undefined): void {
    if (itemId === undefined) {
      this.#unaskedUnnamed = Math.min(this.#unaskedUnnamed + 1, MAX_REMEMBERED);
      return;
    }
    this.#unasked.add(itemId);
    forgetOldest(this.#unasked, MAX_REMEMBERED);
  }

  #wasUnasked(itemId: string | undefined): boolean {
    if (itemId !== undefined) return this.#unasked.delete(itemId);
    if (this.#unaskedUnnamed === 0) return false;
    this.#unaskedUnnamed -= 1;
    return true;
  }
}

function take(commit: Commit, itemId: string | undefined): void {
  commit.isTaken = true;
  if (itemId !== undefined) commit.itemId = itemId;
}

function speaksOfBuffer({ code, param, message }: ServiceErrorReport): boolean {
  const begins = [code, param, message].some((text) => text?.startsWith('input_audio_buffer'));
  return begins || message.includes('input_audio_buffer.commit');
}
