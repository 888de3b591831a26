import type { Cancel, Clock } from '../../transport/environment';
import { AsrError } from '../../vocabulary/errors';
import type { FinalEvent, SessionEvent } from '../../vocabulary/events';
import type { CommitResult } from '../options';
import { joinTexts } from '../../vocabulary/join-texts';

/** About four hours of speech with word times. A session that never commits keeps no more than this. */
const MAX_BYTES = 4 * 1024 * 1024;
/** About how many bytes a final or a word takes beside its text. */
const OBJECT_BYTES = 100;

/** The state of a commit. A lost connection makes those that wait for an answer `queued` again. */
export type CommitState =
  /** It waits until the audio before it has been sent. */
  | { name: 'queued' }
  /** It was sent. Commits of one protocol session are numbered from 0 in the order of sending. */
  | { name: 'sent'; number: number; sentAtMs: number; bySilence: boolean }
  /** It is made of silence that the service has received; the service will not say when all results are there. */
  | { name: 'confirmed'; number: number; sentAtMs: number; bySilence: true; arrivedAtMs: number }
  /** It has its result or its error. */
  | { name: 'answered' }
  /** There was no result in time. It is still sent again, because it divides the audio. */
  | { name: 'expired' };

/** A commit that the caller made. */
export interface PendingCommit {
  readonly state: CommitState;
  /** The position in the given audio at which it cuts. */
  readonly markMs: number;
  /** The position of the previous cut. */
  readonly fromMs: number;
}

/** A commit that the service has to answer. */
export type SentCommit = PendingCommit & { state: Extract<CommitState, { number: number }> };

interface Entry extends PendingCommit {
  state: CommitState;
  markMs: number;
  fromMs: number;
  resolve: (result: CommitResult) => void;
  reject: (error: AsrError) => void;
  cancelBound?: Cancel;
}

export interface CommitsOptions {
  clock: Clock;
  /** How long the service may take for an answer. */
  commitTimeoutMs: number;
  /** The service's id of the session or task that runs now. */
  sessionId: () => string | undefined;
  emit: (event: SessionEvent) => void;
}

/** Pending commits, first in first out, and the finals that belong to the next of them. */
export class Commits {
  readonly #options: CommitsOptions;
  readonly #entries: Entry[] = [];
  readonly #unclaimed = new Unclaimed();
  #sent = 0;
  #lastMarkMs = 0;
  /**
   * Commits that were sent and that the service has not answered, with the positions of their cuts. It includes those
   * that timed out.
   */
  readonly #unanswered = new Map<number, Pick<PendingCommit, 'fromMs' | 'markMs'>>();

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  /** The oldest commit without an answer, if it was sent. */
  get oldest(): SentCommit | undefined {
    const first = this.#entries[0];
    return first && wasSent(first) ? first : undefined;
  }

  add(): { commit: PendingCommit; result: Promise<CommitResult> } {
    let commit!: Entry;
    const result = new Promise<CommitResult>((resolve, reject) => {
      commit = { state: { name: 'queued' }, markMs: 0, fromMs: 0, resolve, reject };
    });
    this.#entries.push(commit);
    return { commit, result };
  }

  /** The commit was sent; its timeout begins now. */
  sent(commit: PendingCommit, markMs: number, bySilence: boolean): void {
    const entry = commit as Entry;
    const number = this.#sent;
    this.#sent += 1;
    entry.markMs = markMs;
    entry.fromMs = this.#lastMarkMs;
    this.#lastMarkMs = markMs;
    this.#unanswered.set(number, entry);
    if (entry.state.name !== 'queued') return;
    const { clock, commitTimeoutMs } = this.#options;
    entry.state = { name: 'sent', number, sentAtMs: clock.now(), bySilence };
    entry.cancelBound = clock.after(commitTimeoutMs, () => {
      const message = `The service gave no result for a commit within ${commitTimeoutMs} ms.`;
      this.#remove(entry, 'expired');
      entry.reject(new AsrError('COMMIT_TIMEOUT', message, { retryable: true, ...this.#ids() }));
    });
  }

  /** The service has received the silence that the commit is made of. */
  arrived(commit: PendingCommit): void {
    const entry = commit as Entry;
    if (entry.state.name !== 'sent') return;
    entry.state = {
      ...entry.state,
      name: 'confirmed',
      bySilence: true,
      arrivedAtMs: this.#options.clock.now(),
    };
  }

  /** Whether a commit waits for its answer, sent or not. */
  get anyPending(): boolean {
    return this.#entries.length > 0;
  }

  isPending({ state }: PendingCommit): boolean {
    return state.name !== 'answered' && state.name !== 'expired';
  }

  /** The position up to which all sent commits are answered. */
  get answeredUpToMs(): number {
    for (const { fromMs } of this.#unanswered.values()) return fromMs;
    return this.#lastMarkMs;
  }

  /** A new protocol session numbers its commits from 0. Those without an answer will be sent again. */
  restart(): void {
    this.#lastMarkMs = this.answeredUpToMs;
    this.#sent = 0;
    this.#unanswered.clear();
    this.#unclaimed.restart();
    for (const entry of this.#entries) {
      entry.cancelBound?.();
      entry.state = { name: 'queued' };
    }
  }

  /**
   * A final came. The commit that it belongs to will claim it.
   * @param told The same with its times in the given audio, for the caller.
   */
  final(final: FinalEvent, told: FinalEvent): void {
    if (final.text !== '') this.#unclaimed.add(final, told);
  }

  /** Whether no earlier commit waits for its answer. */
  isFirst(number: number): boolean {
    return this.#entries.every((entry) => !wasSent(entry) || entry.state.number >= number);
  }

  /** Whether there are finals that no commit has claimed. */
  get anyUnclaimed(): boolean {
    return this.#unclaimed.any;
  }

  /** Answers a commit with the unclaimed finals that `belongs` selects, or with an error. */
  settle(number: number, belongs: (final: FinalEvent) => boolean, error?: AsrError): void {
    this.#unanswered.delete(number);
    const { finals, missing } = this.#unclaimed.take(belongs);
    const entry = this.#entries.find((candidate) => wasSent(candidate) && candidate.state.number === number);
    // A commit that timed out keeps its finals; they do not belong to the next one.
    if (!entry) return;
    this.#remove(entry, 'answered');
    if (error) {
      entry.reject(error);
      return;
    }
    entry.resolve({ text: joinTexts(finals.map((final) => final.text)), finals, ...this.#ids() });
    if (missing > 0) this.#warnOfCut(missing);
  }

  /** Answers every sent commit with the finals that are there, because no more will come. */
  settleSent(): void {
    for (const { state } of this.#entries.filter(wasSent)) this.settle(state.number, () => true);
  }

  /** Answers the commits that are made of silence, each with the finals that began before it. */
  answerBySilence(): void {
    for (const { state, markMs } of this.#entries.filter(wasSent)) {
      if (state.bySilence) this.settle(state.number, beginsBefore(markMs));
    }
  }

  failAll(error: AsrError): void {
    for (const entry of [...this.#entries]) {
      this.#remove(entry, 'answered');
      entry.reject(error);
    }
  }

  #ids(): { sessionId?: string } {
    const sessionId = this.#options.sessionId();
    return sessionId ? { sessionId } : {};
  }

  #warnOfCut(missing: number): void {
    const message = `The answer to a commit lacks its first ${missing} sentences: there were more than are kept. Commit more often; each sentence was told as an event.`;
    this.#options.emit({ type: 'warning', code: 'ANSWER_CUT', message });
  }

  #remove(entry: Entry, name: 'answered' | 'expired'): void {
    entry.cancelBound?.();
    entry.state = { name };
    this.#entries.splice(this.#entries.indexOf(entry), 1);
  }
}

function wasSent<T extends PendingCommit>(commit: T): commit is T & SentCommit {
  return commit.state.name === 'sent' || commit.state.name === 'confirmed';
}

export function beginsBefore(markMs: number): (final: FinalEvent) => boolean {
  return ({ beginMs }) => beginMs === undefined || beginMs < markMs;
}

interface Kept {
  final: FinalEvent;
  told: FinalEvent;
  bytes: number;
  /** It came in an earlier protocol session. It belongs to the next commit, whatever the service says. */
  isEarlier: boolean;
}

/** The finals that no commit has claimed yet, oldest first, bounded in memory. */
class Unclaimed {
  #kept: Kept[] = [];
  #bytes = 0;
  /** How many were dropped since the last commit claimed some. */
  #missing = 0;

  get any(): boolean {
    return this.#kept.length > 0;
  }

  add(final: FinalEvent, told: FinalEvent): void {
    const bytes = bytesOf(final);
    this.#kept.push({ final, told, bytes, isEarlier: false });
    this.#bytes += bytes;
    if (this.#bytes > MAX_BYTES) this.#giveUpOldest();
  }

  /** A new protocol session begins; the finals that are there came in an earlier one. */
  restart(): void {
    for (const kept of this.#kept) kept.isEarlier = true;
  }

  /**
   * Removes and returns the finals that `belongs` selects, and all of earlier protocol sessions. `missing` is how
   * many were dropped before.
   */
  take(belongs: (final: FinalEvent) => boolean): { finals: FinalEvent[]; missing: number } {
    const finals: FinalEvent[] = [];
    const rest: Kept[] = [];
    for (const kept of this.#kept) {
      if (kept.isEarlier || belongs(kept.final)) {
        finals.push(kept.told);
        this.#bytes -= kept.bytes;
      } else rest.push(kept);
    }
    this.#kept = rest;
    const missing = this.#missing;
    this.#missing = 0;
    return { finals, missing };
  }

  /** An eighth is dropped at once, because removing from the front of a long list moves all of it. */
  #giveUpOldest(): void {
    let count = 0;
    while (this.#bytes > MAX_BYTES * (7 / 8) && count < this.#kept.length - 1) {
      this.#bytes -= this.#kept[count]?.bytes ?? 0;
      count += 1;
    }
    this.#kept.splice(0, count);
    this.#missing += count;
  }
}

function bytesOf({ text, words = [] }: FinalEvent): number {
  let bytes = 2 * text.length + 2 * OBJECT_BYTES;
  for (const word of words) bytes += 2 * word.text.length + OBJECT_BYTES;
  return bytes;
}
