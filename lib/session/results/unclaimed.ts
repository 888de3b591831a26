import type { FinalEvent } from '../../vocabulary/events';

/** About four hours of speech with the times of its words. A session that never commits keeps no more than this. */
const MAX_BYTES = 4 * 1024 * 1024;
/** What an object of a final or of a word takes beside its text, about. */
const OBJECT_BYTES = 100;

interface Kept {
  final: FinalEvent;
  bytes: number;
  /** It came in an earlier protocol session: the next commit's, whatever the service says. */
  isEarlier: boolean;
}

/** The finals that no commit was answered with yet, oldest first, bounded in memory. */
export class Unclaimed {
  #kept: Kept[] = [];
  #bytes = 0;
  /** Given up since the last commit took some. */
  #missing = 0;

  get any(): boolean {
    return this.#kept.length > 0;
  }

  add(final: FinalEvent): void {
    const bytes = bytesOf(final);
    this.#kept.push({ final, bytes, isEarlier: false });
    this.#bytes += bytes;
    if (this.#bytes > MAX_BYTES) this.#giveUpOldest();
  }

  /** What is there came in an earlier protocol session. */
  restart(): void {
    for (const kept of this.#kept) kept.isEarlier = true;
  }

  /** Takes out what `belongs` picks, and all of earlier protocol sessions. `missing`: how many were given up before. */
  take(belongs: (final: FinalEvent) => boolean): { finals: FinalEvent[]; missing: number } {
    const finals: FinalEvent[] = [];
    const rest: Kept[] = [];
    for (const kept of this.#kept) {
      if (kept.isEarlier || belongs(kept.final)) {
        finals.push(kept.final);
        this.#bytes -= kept.bytes;
      } else rest.push(kept);
    }
    this.#kept = rest;
    const missing = this.#missing;
    this.#missing = 0;
    return { finals, missing };
  }

  /** An eighth at once, because taking from the front of a long list moves all of it. */
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
