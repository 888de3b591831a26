import { normaliseWord } from '../words';

/** Words that are compared at a time: two are repeated by everybody, four hardly by a loop that varies. */
const GRAM_WORDS = 3;
/** A loop goes round within so many words. */
const REACH_WORDS = 40;
/** Said for the third time, so many of so many groups of words are a loop. Who repeats a sentence says it twice. */
const WINDOW = 10;
const LOOPING = 6;
/** So many new words between two rounds may be part of it. */
const GAP_WORDS = 5;

/**
 * Cuts the text of a decoder that goes round in circles without ever saying quite the same ("5 to 10 to decrease your
 * volume 5 to 10 to 10 to increase your volume 5 to …"): where too much has been said twice before, everything from the
 * second round on goes.
 */
export function cutVariedLoop(words: readonly string[]): string[] {
  const before = timesBefore(words.map(normaliseWord));
  for (let begin = 0; begin + WINDOW <= before.length; begin += 1) {
    const looping = before.slice(begin, begin + WINDOW).filter((times) => times >= 2).length;
    if (looping >= LOOPING) return words.slice(0, secondRound(before, begin));
  }
  return [...words];
}

/** For each group of words, how often it stands in the words before it that a loop can reach back to. */
function timesBefore(words: readonly string[]): number[] {
  const grams = words
    .slice(GRAM_WORDS - 1)
    .map((_, index) => words.slice(index, index + GRAM_WORDS).join(' '));
  return grams.map(
    (gram, index) =>
      grams.slice(Math.max(0, index - REACH_WORDS), index).filter((other) => other === gram).length,
  );
}

/** Where the repeating begins that `at` is in the middle of. */
function secondRound(before: readonly number[], at: number): number {
  let begin = before.findIndex((times, index) => index >= at && times > 0);
  for (let index = begin; index >= 0 && index >= begin - GAP_WORDS; index -= 1) {
    if ((before[index] ?? 0) > 0) begin = index;
  }
  return begin;
}
