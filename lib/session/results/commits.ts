import type { Cancel, Clock } from '../../transport/environment';
import { AsrError } from '../../vocabulary/errors';
import type { FinalEvent } from '../../vocabulary/events';
import type { CommitResult } from '../options';
import { joinTexts } from '../text';
import { Unclaimed } from './unclaimed';

/** A commit that was asked for. */
export interface PendingCommit {
  /** In the order of sending, from 0; `undefined` until it was sent. */
  number?: number;
  /** Where, in the given audio, it cuts. */
  markMs: number;
  /** Where the one before cut. */
  fromMs: number;
  /** When it was sent, on the clock. */
  sentAtMs?: number;
  /** When the service has got it, on the clock; only where it is made of silence. */
  arrivedAtMs?: number | undefined;
  /** Made of silence: the service will not say when all of its results are there. */
  bySilence?: boolean;
}

interface Entry extends PendingCommit {
  resolve: (result: CommitResult) => void;
  reject: (error: AsrError) => void;
  cancelBound?: Cancel;
}

/** Commits on their way, first in first out, and the finals that the next of them will be answered with. */
export class Commits {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #entries: Entry[] = [];
  readonly #unclaimed = new Unclaimed();
  readonly #onCut: (missing: number) => void;
  #sent = 0;
  #lastMarkMs = 0;
  /** Commits that were sent and not answered by the service, with where they cut; a commit that timed out is one. */
  readonly #unanswered = new Map<number, Pick<PendingCommit, 'fromMs' | 'markMs'>>();

  /** @param onCut told of an answer that lacks its first sentences, because there were more than are kept */
  constructor(clock: Clock, timeoutMs: number, onCut: (missing: number) => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onCut = onCut;
  }

  /** The oldest commit that was sent and has no answer. */
  get oldest(): PendingCommit | undefined {
    const first = this.#entries[0];
    return first?.sentAtMs === undefined ? undefined : first;
  }

  add(): { commit: PendingCommit; result: Promise<CommitResult> } {
    let commit!: Entry;
    const result = new Promise<CommitResult>((resolve, reject) => {
      commit = { markMs: 0, fromMs: 0, resolve, reject };
    });
    this.#entries.push(commit);
    return { commit, result };
  }

  /** The commit went out; from now on its bound runs. */
  sent(commit: PendingCommit, markMs: number, bySilence: boolean): void {
    const entry = commit as Entry;
    entry.bySilence = bySilence;
    entry.number = this.#sent;
    entry.arrivedAtMs = undefined;
    this.#sent += 1;
    entry.markMs = markMs;
    entry.fromMs = this.#lastMarkMs;
    this.#lastMarkMs = markMs;
    this.#unanswered.set(entry.number, entry);
    // It timed out already, and was sent again for the place where it cuts.
    if (!this.#entries.includes(entry)) return;
    entry.sentAtMs = this.#clock.now();
    entry.cancelBound = this.#clock.after(this.#timeoutMs, () => {
      const message = `The service gave no result for a commit within ${this.#timeoutMs} ms.`;
      this.#remove(entry)?.reject(new AsrError('COMMIT_TIMEOUT', message, { retryable: true }));
    });
  }

  /** Whether a commit waits for its answer, sent or not. */
  get anyPending(): boolean {
    return this.#entries.length > 0;
  }

  isPending(commit: PendingCommit): boolean {
    return this.#entries.includes(commit as Entry);
  }

  /** Up to where all commits that were sent are answered. */
  get answeredUpToMs(): number {
    for (const { fromMs } of this.#unanswered.values()) return fromMs;
    return this.#lastMarkMs;
  }

  /** A new protocol session numbers its commits from 0; those without an answer will be sent again. */
  restart(): void {
    this.#lastMarkMs = this.answeredUpToMs;
    this.#sent = 0;
    this.#unanswered.clear();
    this.#unclaimed.restart();
    for (const entry of this.#entries) {
      entry.cancelBound?.();
      delete entry.number;
      delete entry.sentAtMs;
    }
  }

  /** A final came; the commit that it belongs to will claim it. */
  final(final: FinalEvent): void {
    if (final.text !== '') this.#unclaimed.add(final);
  }

  /** Whether no commit before this one waits for its answer. */
  isFirst(number: number): boolean {
    return this.#entries.every((entry) => entry.number === undefined || entry.number >= number);
  }

  /** Whether there are finals that no commit was answered with. */
  get anyUnclaimed(): boolean {
    return this.#unclaimed.any;
  }

  /** Answers a commit with the unclaimed finals that `belongs` picks, or with an error. */
  settle(number: number, belongs: (final: FinalEvent) => boolean, error?: AsrError): void {
    this.#unanswered.delete(number);
    const { finals, missing } = this.#unclaimed.take(belongs);
    const entry = this.#remove(this.#entries.find((candidate) => candidate.number === number));
    // A commit that timed out takes its finals with it: they are not the next one's.
    if (!entry) return;
    if (error) {
      entry.reject(error);
      return;
    }
    entry.resolve({ text: joinTexts(finals.map((final) => final.text)), finals });
    if (missing > 0) this.#onCut(missing);
  }

  /** Answers every commit that was sent with the finals that are there: no more will come. */
  settleSent(): void {
    for (const { number } of [...this.#entries]) {
      if (number !== undefined) this.settle(number, () => true);
    }
  }

  /** Answers the commits that are made of silence, each with the finals that began before it. */
  settleBySilence(): void {
    for (const { number, bySilence, markMs } of [...this.#entries]) {
      if (bySilence && number !== undefined) this.settle(number, beginsBefore(markMs));
    }
  }

  failAll(error: AsrError): void {
    for (const entry of [...this.#entries]) this.#remove(entry)?.reject(error);
  }

  #remove(entry: Entry | undefined): Entry | undefined {
    if (!entry) return undefined;
    entry.cancelBound?.();
    const index = this.#entries.indexOf(entry);
    if (index >= 0) this.#entries.splice(index, 1);
    return entry;
  }
}

export function beginsBefore(markMs: number): (final: FinalEvent) => boolean {
  return ({ beginMs }) => beginMs === undefined || beginMs < markMs;
}
