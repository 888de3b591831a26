import { randomBytes } from 'node:crypto';

/** A word with its weight, as it is in a list (protocol.md E.2). */
export interface HotWord {
  text: string;
  weight: number;
  lang?: string;
}

export interface HotWordList {
  id: string;
  targetModel: string;
  words: readonly HotWord[];
  created: Date;
  modified: Date;
}

/** The lists of the service, which end with it. */
export class HotWordLists {
  readonly #lists = new Map<string, HotWordList>();

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

  create(prefix: string, targetModel: string, words: readonly HotWord[]): HotWordList {
    const now = new Date();
    const id = `vocab-${prefix}-${randomBytes(16).toString('hex')}`;
    const list = { id, targetModel, words, created: now, modified: now };
    this.#lists.set(id, list);
    return list;
  }

  update(list: HotWordList, words: readonly HotWord[]): void {
    this.#lists.set(list.id, { ...list, words, modified: new Date() });
  }

  delete(id: string): void {
    this.#lists.delete(id);
  }
}
