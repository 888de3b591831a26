import { normaliseWord } from '../words';
import { cutVariedLoop } from './repetition';

/** Nobody speaks faster for long; a looping decoder does. */
const MAX_WORDS_PER_SECOND = 6;
/** Fluent speech is slower, except for moments. */
const HURRIED_WORDS_PER_SECOND = 4.5;
/** For the fast beginning of a short segment. */
const EXTRA_WORDS = 3;

const LONGEST_PHRASE_WORDS = 8;

/**
 * The model's text without repetition loops: a clip that is cut in the middle of speech can make the model repeat
 * itself.
 * @param durationMs Duration of the decoded audio.
 */
export function cleanTranscript(text: string, durationMs: number): string {
  const words = text.split(/\s+/).filter(Boolean);
  const most = Math.ceil((durationMs / 1_000) * MAX_WORDS_PER_SECOND) + EXTRA_WORDS;
  const kept = dropLoops(words);
  // People who say the same three times need three times as long; a looping decoder has no such time.
  const isHurried = words.length > (durationMs / 1_000) * HURRIED_WORDS_PER_SECOND;
  return (isHurried ? cutVariedLoop(kept) : kept).slice(0, most).join(' ');
}

/** Keeps an immediately repeated phrase only as often as a person might say it. */
function dropLoops(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (const word of words) {
    kept.push(word);
    for (let length = 1; length <= LONGEST_PHRASE_WORDS; length += 1) {
      // People say "No, no, no", but not "ask what ask what ask what".
      const allowed = length === 1 ? 3 : 2;
      if (repeats(kept, length) > allowed) kept.length -= length;
    }
  }
  return kept;
}

/** How often the last `length` words occur one after the other at the end. */
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
