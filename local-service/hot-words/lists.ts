import { randomBytes } from 'node:crypto';
import type { ServiceClock } from '../time';
import { readListFile, writeListFile } from './file';
import type { HotWord, HotWordList } from './list';

export interface HotWordListsOptions {
  clock: ServiceClock;
  /** How long a list is not deployed after it was created or changed. */
  undeployedMs: number;
  /** Keeps the lists; without it they end with the service. */
  file: string | undefined;
}

/** The lists of the service. */
export class HotWordLists {
  readonly #clock: ServiceClock;
  readonly #undeployedMs: number;
  readonly #file: string | undefined;
  #lists: ReadonlyMap<string, HotWordList>;
  /** The service time from which on a list is deployed; those of the file are. */
  readonly #deployedAt = new Map<string, number>();

  /** @throws HotWordFileError when the file cannot be read or is no file of lists. */
  constructor({ clock, undeployedMs, file }: HotWordListsOptions) {
    this.#clock = clock;
    this.#undeployedMs = undeployedMs;
    this.#file = file;
    this.#lists = new Map((file === undefined ? [] : readListFile(file)).map((list) => [list.id, list]));
  }

  get count(): number {
    return this.#lists.size;
  }

  /** Newest first. @param prefix Selects lists that were made with it. */
  all(prefix = ''): HotWordList[] {
    return [...this.#lists.values()].filter(({ id }) => id.startsWith(`vocab-${prefix}`)).reverse();
  }

  get(id: string): HotWordList | undefined {
    return this.#lists.get(id);
  }

  isDeployed({ id }: HotWordList): boolean {
    return this.#clock.now() >= (this.#deployedAt.get(id) ?? 0);
  }

  /** The words that recognition uses: it silently ignores a list that is not deployed or for another model. */
  wordsFor(model: string, id: string): readonly HotWord[] {
    const list = this.#lists.get(id);
    return list?.targetModel === model && this.isDeployed(list) ? list.words : [];
  }

  /** @throws HotWordFileError when the file cannot be written; nothing has changed then. The same goes for changes. */
  create(prefix: string, targetModel: string, words: readonly HotWord[]): HotWordList {
    const now = new Date();
    const id = `vocab-${prefix}-${randomBytes(16).toString('hex')}`;
    const list = { id, targetModel, words, created: now, modified: now };
    this.#keep(list);
    return list;
  }

  update(list: HotWordList, words: readonly HotWord[]): void {
    this.#keep({ ...list, words, modified: new Date() });
  }

  delete(id: string): void {
    const rest = new Map(this.#lists);
    rest.delete(id);
    this.#replace(rest);
    this.#deployedAt.delete(id);
  }

  #keep(list: HotWordList): void {
    this.#replace(new Map(this.#lists).set(list.id, list));
    this.#deployedAt.set(list.id, this.#clock.now() + this.#undeployedMs);
  }

  #replace(lists: ReadonlyMap<string, HotWordList>): void {
    if (this.#file !== undefined) writeListFile(this.#file, [...lists.values()]);
    this.#lists = lists;
  }
}
