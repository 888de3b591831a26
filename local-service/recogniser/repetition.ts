import { normaliseWord } from '../words';

/** Number of words that are compared at a time: everybody repeats two, and hardly a varying loop repeats four. */
const GRAM_WORDS = 3;
/** A loop repeats within this many words. */
const REACH_WORDS = 40;
/**
 * This many of so many groups of words, said for the third time, are a loop. People who repeat a sentence say it
 * twice.
 */
const WINDOW = 10;
const LOOPING = 6;
/** This many new words between two rounds may be part of a loop. */
const GAP_WORDS = 5;

/**
 * Cuts the text of a decoder that loops without repeating itself exactly ("5 to 10 to decrease your volume 5 to 10 to
 * 10 to increase your volume 5 to …"): where too much was said twice before, everything from the second round on is
 * removed.
 */
export function cutVariedLoop(words: readonly string[]): string[] {
  const before = timesBefore(words.map(normaliseWord));
  for (let begin = 0; begin + WINDOW <= before.length; begin += 1) {
    const looping = before.slice(begin, begin + WINDOW).filter((times) => times >= 2).length;
    if (looping >= LOOPING) return words.slice(0, secondRound(before, begin));
  }
  return [...words];
}

/** For each group of words, how often it occurs in the words before it that a loop can reach. */
function timesBefore(words: readonly string[]): number[] {
  const grams = words
    .slice(GRAM_WORDS - 1)
    .map((_, index) => words.slice(index, index + GRAM_WORDS).join(' '));
  return grams.map(
    (gram, index) =>
      grams.slice(Math.max(0, index - REACH_WORDS), index).filter((other) => other === gram).length,
  );
}

/** The beginning of the repetition that `at` lies in. */
function secondRound(before: readonly number[], at: number): number {
  let begin = before.findIndex((times, index) => index >= at && times > 0);
  for (let index = begin; index >= 0 && index >= begin - GAP_WORDS; index -= 1) {
    if ((before[index] ?? 0) > 0) begin = index;
  }
  return begin;
}
