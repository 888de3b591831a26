import { normaliseWord } from './text';

/** Interims in a row that must agree on a word. */
const AGREEING_INTERIMS = 3;

/** The last words are what the model changes most: it does not know yet how they go on. */
const DRAFT_WORDS = 3;

/**
 * Splits successive interims of one segment into a prefix that stays and a draft. A word becomes stable when several
 * interims in a row have had it, letter by letter, and then it stays whatever the model says later.
 */
export class StablePrefix {
  #recent: string[][] = [];
  #stable: string[] = [];

  next(text: string): { stable: string; draft: string } {
    const words = text.split(' ').filter(Boolean);
    this.#recent = [...this.#recent, words].slice(-AGREEING_INTERIMS);
    if (this.#recent.length === AGREEING_INTERIMS) {
      const agreed = Math.min(
        ...this.#recent.map((other) => commonLength(words, other)),
        words.length - DRAFT_WORDS,
      );
      if (agreed > this.#stable.length && commonLength(words, this.#stable) === this.#stable.length) {
        this.#stable = words.slice(0, agreed);
      }
    }
    const stable = this.#stable.join(' ');
    const draft = words.slice(this.#stable.length).join(' ');
    return { stable, draft: stable && draft ? ` ${draft}` : draft };
  }

  /** The final as it fits what was called stable: the same words keep the spelling and punctuation they had. */
  settle(text: string): string {
    const words = text.split(' ').filter(Boolean);
    const head = words.slice(0, this.#stable.length);
    const isSame =
      commonLength(head.map(normaliseWord), this.#stable.map(normaliseWord)) === this.#stable.length;
    // Other words are a better guess than the one that was called stable, so they win.
    return isSame ? [...this.#stable, ...words.slice(this.#stable.length)].join(' ') : text;
  }
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) if (a[index] !== b[index]) return index;
  return length;
}
