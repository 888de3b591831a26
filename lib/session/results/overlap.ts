import type { Word } from '../../vocabulary/events';

/** A word, or one character of a script that is written without spaces. */
const TOKEN =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]|(?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}])[\p{L}\p{M}\p{N}'’])+/gu;
/** What stands between two sentences. */
const GAP = /^[\s\p{P}]+/u;
/** A piece of a word that is shorter than this could be a word of its own. */
const MIN_PIECE_LENGTH = 2;

interface Token {
  text: string;
  endsAt: number;
}

/**
 * How many characters at the beginning of `text` say again what `before` ends with: at most `maxTokens` words, compared
 * without case and punctuation. The cut end of a word ("try" of "country") counts as the word.
 */
export function repeatedLength(text: string, before: string, maxTokens: number): number {
  const tokens = tokensOf(text);
  const last = tokensOf(before);
  for (let count = Math.min(maxTokens, tokens.length, last.length); count > 0; count -= 1) {
    const tail = last.slice(-count);
    if (tail.every((token, index) => isSame(tokens[index]?.text ?? '', token.text, index === 0))) {
      return withGap(text, tokens[count - 1]?.endsAt ?? 0);
    }
  }
  return 0;
}

/**
 * How many characters at the beginning of `text` say again all of `before`, some of it in other words; 0 where more than
 * half of it is different.
 */
export function closestLength(text: string, before: string): number {
  const tokens = tokensOf(text);
  const said = tokensOf(before);
  // Edit distances of all of `before` to each beginning of `text`.
  let distances = tokens.map((_, index) => index + 1);
  distances.unshift(0);
  for (const { text: word } of said) {
    const next = [(distances[0] ?? 0) + 1];
    for (const [index, token] of tokens.entries()) {
      const replaced = (distances[index] ?? 0) + (token.text === word ? 0 : 1);
      next.push(Math.min(replaced, (distances[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    distances = next;
  }
  const least = Math.min(...distances);
  if (least > said.length / 2) return 0;
  const count = distances.lastIndexOf(least);
  return count === 0 ? 0 : withGap(text, tokens[count - 1]?.endsAt ?? 0);
}

/** How many characters at the beginning of `text` say again all words of `before`; 0 where it begins in other words. */
export function beginningLength(text: string, before: string): number {
  const tokens = tokensOf(text);
  const said = tokensOf(before);
  const isSaid = said.length > 0 && said.every((token, index) => tokens[index]?.text === token.text);
  return isSaid ? withGap(text, tokens[said.length - 1]?.endsAt ?? 0) : 0;
}

/** How many characters at the beginning of `text` the words take. */
export function lengthOfWords(text: string, words: readonly Word[]): number {
  let length = 0;
  for (const word of words) {
    const at = text.indexOf(word.text, length);
    if (at >= 0) length = at + word.text.length;
  }
  return length === 0 ? 0 : withGap(text, length);
}

function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map((match) => ({
    text: match[0].toLowerCase(),
    endsAt: match.index + match[0].length,
  }));
}

function isSame(token: string, said: string, isFirst: boolean): boolean {
  return token === said || (isFirst && token.length >= MIN_PIECE_LENGTH && said.endsWith(token));
}

function withGap(text: string, length: number): number {
  return length + (GAP.exec(text.slice(length))?.[0].length ?? 0);
}
