import { normaliseWord } from '../words';
import type { HotWord } from './list';

/** How alike two spellings must be, by weight: words of a high weight replace more of their neighbours. */
const LEAST_ALIKE: Readonly<Record<number, number>> = {
  1: 0.85,
  2: 0.8,
  3: 0.75,
  4: 0.65,
  5: 0.55,
  50: 0.45,
};
/** Shorter words resemble too many others. */
const LEAST_LETTERS = 4;

/**
 * A stand-in for the service's hot words: parts of the text that sound like a listed word, as far as the spelling
 * shows, become that word. The live service biases recognition itself.
 */
export function applyHotWords(text: string, words: readonly HotWord[]): string {
  let said = text.split(' ');
  for (const word of [...words].sort((a, b) => b.weight - a.weight)) said = replaceLike(said, word);
  return said.join(' ');
}

function replaceLike(said: readonly string[], { text, weight }: HotWord): string[] {
  const parts = text.trim().split(/\s+/);
  const wanted = soundOf(text);
  if (wanted.length < LEAST_LETTERS) return [...said];
  const result: string[] = [];
  for (let at = 0; at < said.length;) {
    const best = bestMatch(said, at, wanted, parts.length);
    const isBetterLater = Array.from({ length: best.length - 1 }, (_, index) => at + index + 1).some(
      (later) => bestMatch(said, later, wanted, parts.length).alike > best.alike,
    );
    if (!isBetterLater && best.alike >= (LEAST_ALIKE[weight] ?? 1)) {
      const last = said[Math.min(at + best.length, said.length) - 1] ?? '';
      result.push(text + (/[\p{P}]+$/u.exec(last)?.[0] ?? ''));
      at += best.length;
    } else {
      result.push(said[at] ?? '');
      at += 1;
    }
  }
  return result;
}

/**
 * How alike the words from `at` on are to the wanted ones, with the same number of words or one more or less: "node
 * red" may be "noderred".
 */
function bestMatch(
  said: readonly string[],
  at: number,
  wanted: string,
  parts: number,
): { length: number; alike: number } {
  return [parts, parts + 1, parts - 1]
    .filter((length) => length > 0)
    .map((length) => ({ length, alike: alike(wanted, soundOf(said.slice(at, at + length).join(' '))) }))
    .reduce((a, b) => (b.alike > a.alike ? b : a));
}

/** Simplifies a spelling where English has several for one sound. */
function soundOf(text: string): string {
  return normaliseWord(text)
    .replaceAll("'", '')
    .replaceAll('ph', 'f')
    .replaceAll(/c(?=[eiy])/g, 's')
    .replaceAll(/ck|q|c/g, 'k')
    .replaceAll(/z|x/g, 's')
    .replaceAll(/(.)\1+/g, '$1');
}

/** 1 for the same, 0 for nothing in common. */
function alike(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(a).entries()) {
    const next = [index + 1];
    for (const [column, other] of Array.from(b).entries()) {
      const kept = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(kept, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return 1 - (row.at(-1) ?? 0) / Math.max(a.length, b.length, 1);
}
