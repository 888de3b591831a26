import { isJsonObject, isWhole, show } from '../json';
import type { HotWord } from './list';

/** protocol.md E.2. */
export const MAX_LISTS = 10;
const MAX_WORDS = 500;
const MAX_CHARACTERS = 15;
const MAX_PARTS = 7;

/** @returns The words, or a message about the first one that the service does not take (protocol.md E.2). */
export function readWords(vocabulary: unknown): { words: HotWord[] } | { problem: string } {
  if (!Array.isArray(vocabulary) || vocabulary.length === 0)
    return { problem: `'vocabulary' must be a list of words, got ${show(vocabulary)}.` };
  if (vocabulary.length > MAX_WORDS)
    return { problem: `'vocabulary' may have ${MAX_WORDS} words at most, got ${vocabulary.length}.` };
  const words: HotWord[] = [];
  const entries: unknown[] = vocabulary;
  for (const [index, entry] of entries.entries()) {
    const problem = problemOf(entry);
    if (problem) return { problem: `'vocabulary[${index}]': ${problem}` };
    words.push(entry as HotWord);
  }
  return { words };
}

function problemOf(entry: unknown): string | undefined {
  if (!isJsonObject(entry)) return `expected an object, got ${show(entry)}.`;
  const { text, weight, lang } = entry;
  if (typeof text !== 'string' || text.trim() === '') return `'text' must be a word, got ${show(text)}.`;
  if (!isShort(text)) {
    return `'text' may have ${MAX_CHARACTERS} characters, or ${MAX_PARTS} words of ASCII, got ${show(text)}.`;
  }
  if (!isWhole(weight, 1, 5)) return `'weight' must be a whole number from 1 to 5, got ${show(weight)}.`;
  if (lang !== undefined && lang !== null && typeof lang !== 'string')
    return `'lang' must be a language code, got ${show(lang)}.`;
  return undefined;
}

function isShort(text: string): boolean {
  const isAscii = Array.from(text).every((character) => character.charCodeAt(0) < 128);
  return isAscii ? text.trim().split(/\s+/).length <= MAX_PARTS : Array.from(text).length <= MAX_CHARACTERS;
}
