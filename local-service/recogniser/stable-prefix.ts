import { wordsBehind } from './closest-prefix';

/** Interims in a row that must agree on a word. */
const AGREEING_INTERIMS = 3;

/** The model mostly changes the last words, because it does not know yet how they go on. */
const DRAFT_WORDS = 4;

/**
 * Splits successive interims of one phrase into a stable prefix and a draft. A word becomes stable when several
 * interims in a row have it, and then stays whatever the model gives later, also in the final, as the protocol
 * promises (protocol.md A.5.6).
 */
export class StablePrefix {
  #recent: string[][] = [];
  #stable: string[] = [];

  next(text: string): { stable: string; draft: string } {
    const words = splitWords(text);
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
    const draft = this.#behindStable(words).join(' ');
    return { stable, draft: stable && draft ? ` ${draft}` : draft };
  }

  /** The final: the stable words, followed by the rest of the model's last text. */
  settle(text: string): string {
    if (text === '') return text;
    return [...this.#stable, ...this.#behindStable(splitWords(text))].join(' ');
  }

  /** The words that follow where `words` are closest to the stable ones. */
  #behindStable(words: readonly string[]): string[] {
    return wordsBehind(this.#stable, words).rest;
  }
}

function splitWords(text: string): string[] {
  return text.split(' ').filter(Boolean);
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) if (a[index] !== b[index]) return index;
  return length;
}
