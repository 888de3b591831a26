import { editDistance, wordsOf } from '../support/word-error-rate';

/** How what was heard differs from what the undisturbed run heard. */
export interface Verdict {
  /** Stretches of words that are not there. */
  lost: string[];
  /** Stretches of words that are there and should not be: said twice, or out of their order. */
  added: string[];
  /** Stretches that were heard as something like it: `ask → as`. */
  varied: string[];
}

/**
 * Both texts are aligned by as many words in common as possible (no case, no punctuation), where a word that is alike
 * counts half: of "Ask not. As what" and "As not. Ask what", each word stands in the place of one word. Between two such
 * places, what differs is
 * - a variation of the recogniser when one word stands for one word, or the letters of both stretches are alike (at
 *   most half of them differ): it hears "ask", "as" or "and" as its audio begins a little earlier or later;
 * - else the words of the undisturbed run are lost, and those of the other are added.
 */
export function compareWords(undisturbed: string, disturbed: string): Verdict {
  const reference = wordsOf(undisturbed);
  const heard = wordsOf(disturbed);
  const verdict: Verdict = { lost: [], added: [], varied: [] };
  let r = 0;
  let h = 0;
  for (const [nextR, nextH] of [
    ...commonWords(reference, heard),
    [reference.length, heard.length] as const,
  ]) {
    const missing = reference.slice(r, nextR).join(' ');
    const extra = heard.slice(h, nextH).join(' ');
    const isReplaced = nextR - r === 1 && nextH - h === 1;
    if (isReplaced || (missing !== '' && extra !== '' && areAlike(missing, extra)))
      verdict.varied.push(`${missing} → ${extra}`);
    else {
      if (missing !== '') verdict.lost.push(missing);
      if (extra !== '') verdict.added.push(extra);
    }
    r = nextR + 1;
    h = nextH + 1;
  }
  return verdict;
}

/** The positions, in both, of words in common. */
function commonWords(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const scores = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => scores[i]?.[j] ?? 0;
  const together = (i: number, j: number) => at(i + 1, j + 1) + likeness(a[i]!, b[j]!);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      scores[i]![j] = Math.max(together(i, j), at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (together(i, j) === at(i, j) && likeness(a[i]!, b[j]!) > 0) {
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

function likeness(a: string, b: string): number {
  if (a === b) return 1;
  return areAlike(a, b) ? 0.5 : 0;
}

function areAlike(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => Array.from(text.replaceAll(' ', ''))) as [string[], string[]];
  return editDistance(first, second) <= Math.max(first.length, second.length) / 2;
}
