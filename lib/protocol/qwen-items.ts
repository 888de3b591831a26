import { forgetOldest } from '../base/forget-oldest';
import type { SessionMode } from '../vocabulary/models';
import type { ServiceEvent } from './protocol';
import { serviceError } from './service-errors';
import type { ServiceErrorReport } from './service-errors';

interface Commit {
  number: number;
  eventId: string;
  itemId?: string;
  /** The service has taken it, whether or not it named the item. */
  isTaken?: true;
}

/** Finished items that late or doubled events may still name. */
const REMEMBERED_ITEMS = 64;

/** Limits the memory for a service that begins items and never ends them. */
const MAX_OPEN_ITEMS = 64;

const UNNAMED = 'unnamed_';

/**
 * Keeps track of open and finished items, and of the commits that they belong to. It assumes neither an order of
 * events nor that the service names the item at all (protocol.md A.9, rule 7).
 */
export class QwenItems {
  readonly #manual: boolean;
  /** Items that have begun and have no final yet, oldest first. */
  readonly #open: string[] = [];
  readonly #over = new Set<string>();
  readonly #commits: Commit[] = [];
  /** In Manual mode, items that the service committed by itself and has not completed yet (protocol.md E 7). */
  readonly #unasked = new Set<string>();
  /** The number of such items without a name. */
  #unaskedUnnamed = 0;
  #commitsSent = 0;
  #unnamed = 0;

  constructor(mode: SessionMode) {
    this.#manual = mode === 'manual';
  }

  commitSent(eventId: string): void {
    this.#commits.push({ number: this.#commitsSent, eventId });
    this.#commitsSent += 1;
  }

  /** `input_audio_buffer.committed`: these answers come in the order of the commits. */
  committed(itemId: string | undefined): void {
    if (!this.#manual) return;
    if (itemId !== undefined) {
      if (this.#over.has(itemId) || this.#unasked.has(itemId)) return;
      if (this.#commits.some((commit) => commit.itemId === itemId)) return;
    }
    const commit = this.#commits.find(({ isTaken }) => !isTaken);
    if (commit) {
      commit.isTaken = true;
      if (itemId !== undefined) commit.itemId = itemId;
    } else if (itemId === undefined) {
      this.#unaskedUnnamed = Math.min(this.#unaskedUnnamed + 1, MAX_OPEN_ITEMS);
    } else {
      this.#unasked.add(itemId);
      forgetOldest(this.#unasked, MAX_OPEN_ITEMS);
    }
  }

  /** The sentence that begins with this item. */
  started(itemId: string | undefined): string | undefined {
    if (itemId === undefined) return this.#begin(this.#nameUnnamed());
    return this.#over.has(itemId) ? undefined : this.#begin(itemId);
  }

  /** The sentence of an event of the item, if it is open. */
  current(itemId: string | undefined): string | undefined {
    if (itemId === undefined) return this.#open[0];
    return this.#open.includes(itemId) ? itemId : undefined;
  }

  /** The sentence of an interim, which may be the first event of its item. */
  interim(itemId: string | undefined): string | undefined {
    if (itemId === undefined) return this.#open.at(-1) ?? this.#begin(this.#nameUnnamed());
    return this.started(itemId);
  }

  /** Ends the item. Returns `undefined` when it was over already, as with a doubled event. */
  completed(itemId: string | undefined): { sentenceId: string; commit?: number } | undefined {
    if (itemId !== undefined && this.#over.has(itemId)) return undefined;
    const commit = this.#takeCommit(itemId);
    const sentenceId = this.#sentenceOf(itemId ?? commit?.itemId);
    this.#end(sentenceId, itemId);
    return { sentenceId, ...(commit && { commit: commit.number }) };
  }

  /** `…failed` and inference failures: no final will come (protocol.md A.5.8, A.8). */
  failed(itemId: string | undefined, report: ServiceErrorReport): ServiceEvent[] {
    if (itemId !== undefined && this.#over.has(itemId)) return [];
    const commit = this.#takeCommit(itemId);
    const named = itemId ?? commit?.itemId ?? this.#open[0];
    const sentenceId = named === undefined ? undefined : this.#sentenceOf(named);
    if (sentenceId !== undefined) this.#end(sentenceId, itemId);
    const events: ServiceEvent[] = [
      {
        type: 'sentenceFailed',
        sentenceId,
        error: serviceError(report, 'SERVICE_ERROR', 'The service could not recognise a sentence'),
      },
    ];
    if (commit) {
      const error = serviceError(
        report,
        'COMMIT_FAILED',
        'The service could not recognise what was committed',
      );
      events.push({ type: 'commitSettled', commit: commit.number, sentenceIds: [], error });
    }
    return events;
  }

  /**
   * The consequence of an `error` event: the number of the commit that it refused, `answered` where that commit has
   * an answer all the same, or `undefined` where it is not about a commit. The code is undocumented, so all fields
   * are examined (protocol.md part D, row 25).
   */
  commitOfError(
    report: ServiceErrorReport,
    eventId: string | undefined,
  ): { number: number } | 'answered' | undefined {
    let index = this.#commits.findIndex((commit) => commit.eventId === eventId);
    const speaksOfBuffer =
      [report.code, report.param, report.message].some((text) => text?.startsWith('input_audio_buffer')) ||
      report.message.includes('input_audio_buffer.commit');
    if (index < 0 && speaksOfBuffer) index = this.#commits.findIndex(({ isTaken }) => !isTaken);
    const commit = this.#commits[index];
    if (!commit) return undefined;
    if (this.#answerWithUnasked(commit)) return 'answered';
    this.#commits.splice(index, 1);
    return { number: commit.number };
  }

  /**
   * The service refuses the commit because it has just committed everything by itself; the item that it then
   * completes is the commit's answer. Returns whether there is such an item.
   */
  #answerWithUnasked(commit: Commit): boolean {
    const [itemId] = this.#unasked;
    if (itemId !== undefined) {
      this.#unasked.delete(itemId);
      commit.itemId = itemId;
    } else if (this.#unaskedUnnamed > 0) this.#unaskedUnnamed -= 1;
    else return false;
    commit.isTaken = true;
    return true;
  }

  /** The commit that the item answers: its own, else the oldest without a known item. */
  #takeCommit(itemId: string | undefined): Commit | undefined {
    if (this.#wasUnasked(itemId)) return undefined;
    let index = itemId === undefined ? -1 : this.#commits.findIndex((commit) => commit.itemId === itemId);
    if (index < 0 && itemId === undefined) index = this.#commits.length > 0 ? 0 : -1;
    if (index < 0) index = this.#commits.findIndex((commit) => commit.itemId === undefined);
    return index < 0 ? undefined : this.#commits.splice(index, 1)[0];
  }

  #wasUnasked(itemId: string | undefined): boolean {
    if (itemId !== undefined) return this.#unasked.delete(itemId);
    if (this.#unaskedUnnamed === 0) return false;
    this.#unaskedUnnamed -= 1;
    return true;
  }

  /** Some events may name the item and others not: an unnamed item takes the next name. */
  #sentenceOf(itemId: string | undefined): string {
    if (itemId === undefined) return this.#open[0] ?? this.#nameUnnamed();
    if (this.#open.includes(itemId)) return itemId;
    return this.#open.find((sentenceId) => sentenceId.startsWith(UNNAMED)) ?? itemId;
  }

  #begin(itemId: string): string {
    if (this.#open.includes(itemId)) return itemId;
    this.#open.push(itemId);
    if (this.#open.length > MAX_OPEN_ITEMS) this.#open.shift();
    return itemId;
  }

  #end(sentenceId: string, itemId: string | undefined): void {
    const index = this.#open.indexOf(sentenceId);
    if (index >= 0) this.#open.splice(index, 1);
    for (const id of [sentenceId, itemId ?? sentenceId]) this.#over.add(id);
    forgetOldest(this.#over, REMEMBERED_ITEMS);
  }

  #nameUnnamed(): string {
    this.#unnamed += 1;
    return `${UNNAMED}${this.#unnamed}`;
  }
}
