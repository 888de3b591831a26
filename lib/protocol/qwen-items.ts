import { forgetOldest } from '../base/forget-oldest';
import type { SessionMode } from '../vocabulary/models';
import type { ServiceEvent } from './protocol';
import { QwenCommits } from './qwen-commits';
import { serviceError } from './service-errors';
import type { ServiceErrorReport } from './service-errors';

/** Finished items that late or doubled events may still name. */
const REMEMBERED_ITEMS = 64;

/** Limits the memory for a service that begins items and never ends them. */
const MAX_OPEN_ITEMS = 64;

const UNNAMED = 'unnamed_';

/**
 * Keeps track of open and finished items, and of their sentences. It assumes neither an order of events nor that the
 * service names the item at all (protocol.md A.9, rule 7).
 */
export class QwenItems {
  readonly #manual: boolean;
  /** Items that have begun and have no final yet, oldest first. */
  readonly #open: string[] = [];
  readonly #over = new Set<string>();
  /** Empty in VAD mode, where the service takes no commits. */
  readonly commits = new QwenCommits();
  #unnamed = 0;

  constructor(mode: SessionMode) {
    this.#manual = mode === 'manual';
  }

  /** `input_audio_buffer.committed`. In VAD mode the service commits all items by itself. */
  committed(itemId: string | undefined, hasAudioBehindCommit: boolean): void {
    if (!this.#manual || (itemId !== undefined && this.#over.has(itemId))) return;
    this.commits.committed(itemId, hasAudioBehindCommit);
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

  /**
   * Ends the item, and returns the events that follow its final. `undefined` when it was over already, as with a
   * doubled event.
   */
  completed(itemId: string | undefined): { sentenceId: string; answers: ServiceEvent[] } | undefined {
    if (itemId !== undefined && this.#over.has(itemId)) return undefined;
    const commit = this.commits.take(itemId);
    const sentenceId = this.#sentenceOf(itemId ?? commit?.itemId);
    this.#end(sentenceId, itemId);
    return { sentenceId, answers: this.commits.over(commit, { sentenceId }) };
  }

  /** `…failed` and inference failures: no final will come (protocol.md A.5.8, A.8). */
  failed(itemId: string | undefined, report: ServiceErrorReport): ServiceEvent[] {
    if (itemId !== undefined && this.#over.has(itemId)) return [];
    const commit = this.commits.take(itemId);
    const named = itemId ?? commit?.itemId ?? this.#open[0];
    const sentenceId = named === undefined ? undefined : this.#sentenceOf(named);
    if (sentenceId !== undefined) this.#end(sentenceId, itemId);
    const failure = serviceError(report, 'SERVICE_ERROR', 'The service could not recognise a sentence');
    const what = 'The service could not recognise what was committed';
    const error = serviceError(report, 'COMMIT_FAILED', what);
    return [
      { type: 'sentenceFailed', sentenceId, error: failure },
      ...this.commits.over(commit, { sentenceId: sentenceId ?? '', error }),
    ];
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
