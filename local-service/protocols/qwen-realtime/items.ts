import { newId } from '../../ids';

/** The items of a session: one id for each segment, and the chain of `previous_item_id` (protocol.md A.5.4). */
export class Items {
  readonly #ids = new Map<number, string>();
  #lastCommitted: string | null = null;
  #committed = 0;

  /** Number of committed items; in Manual mode also the number of the open segment. */
  get committedSegments(): number {
    return this.#committed;
  }

  idOf(segment: number): string {
    let id = this.#ids.get(segment);
    if (id === undefined) {
      id = newId('item');
      this.#ids.set(segment, id);
    }
    return id;
  }

  /** @returns The item, and the one before it; `null` for the first. */
  commit(segment: number): { itemId: string; previousItemId: string | null } {
    const itemId = this.idOf(segment);
    const previousItemId = this.#lastCommitted;
    this.#lastCommitted = itemId;
    this.#committed += 1;
    return { itemId, previousItemId };
  }
}
