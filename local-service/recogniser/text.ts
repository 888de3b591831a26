import { normaliseWord } from '../words';
import { cutVariedLoop } from './repetition';

/** Nobody speaks faster for long; a decoder that loops does. */
const MAX_WORDS_PER_SECOND = 6;
/** Fluent speech is slower, but for moments. */
const HURRIED_WORDS_PER_SECOND = 4.5;
/** For the fast beginning of a short segment. */
const EXTRA_WORDS = 3;

const LONGEST_PHRASE_WORDS = 8;

/**
 * What the model wrote, without its repetition loops: a clip cut in the middle of speech can make it say the same again
 * and again.
 * @param durationMs Of the audio it was decoded from.
 */
export function cleanTranscript(text: string, durationMs: number): string {
  const words = text.split(/\s+/).filter(Boolean);
  const most = Math.ceil((durationMs / 1_000) * MAX_WORDS_PER_SECOND) + EXTRA_WORDS;
  const kept = dropLoops(words);
  // Who says the same three times takes three times as long; a decoder that loops has no time to.
  const isHurried = words.length > (durationMs / 1_000) * HURRIED_WORDS_PER_SECOND;
  return (isHurried ? cutVariedLoop(kept) : kept).slice(0, most).join(' ');
}

/** Keeps a phrase that follows itself at once as often as a person might say it. */
function dropLoops(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (const word of words) {
    kept.push(word);
    for (let length = 1; length <= LONGEST_PHRASE_WORDS; length += 1) {
      // "No, no, no" is said; "ask what ask what ask what" is not.
      const allowed = length === 1 ? 3 : 2;
      if (repeats(kept, length) > allowed) kept.length -= length;
    }
  }
  return kept;
}

/** How often the last `length` words stand one after the other at the end. */
function repeats(words: readonly string[], length: number): number {
  const wordAt = (index: number): string | undefined => {
    const word = words[index];
    return word === undefined ? undefined : normaliseWord(word);
  };
  let matching = 0;
  while (
    wordAt(words.length - 1 - matching) !== undefined &&
    wordAt(words.length - 1 - matching) === wordAt(words.length - 1 - matching - length)
  ) {
    matching += 1;
  }
  return Math.floor(matching / length) + 1;
}
