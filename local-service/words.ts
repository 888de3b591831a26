/** A word as people count them: between spaces, or one character where a script has no spaces between words. */
export interface PlainWord {
  text: string;
  punctuation: string;
  /** Whether a space stands before it. */
  spaceBefore: boolean;
}

/** Letters of scripts without spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** Splits a sentence into words, each with the punctuation behind it (protocol.md B.4 `words[]`). */
export function splitWords(text: string): PlainWord[] {
  const words: PlainWord[] = [];
  for (const chunk of text.split(/\s+/).filter(Boolean)) {
    let first = true;
    for (const [piece] of chunk.matchAll(/[\p{P}\p{S}]+|[^\p{P}\p{S}]+(?:['’\-.][^\p{P}\p{S}]+)*/gu)) {
      const previous = words.at(-1);
      if (/^[\p{P}\p{S}]/u.test(piece)) {
        // Opening marks at the start of a chunk have no word before them.
        if (previous && !first) previous.punctuation += piece;
        else words.push({ text: piece, punctuation: '', spaceBefore: first && words.length > 0 });
      } else {
        for (const part of UNSPACED.test(piece) ? Array.from(piece) : [piece]) {
          words.push({ text: part, punctuation: '', spaceBefore: first && words.length > 0 });
          first = false;
        }
      }
      first = false;
    }
  }
  return words;
}

/** Joins some words of a sentence as they were written. */
export function joinWords(words: readonly PlainWord[]): string {
  return words.map((word) => `${word.spaceBefore ? ' ' : ''}${word.text}${word.punctuation}`).join('');
}

/** Estimated word times: the words are spread over the span by their share of the characters. */
export function spreadWords(
  text: string,
  beginMs: number,
  endMs: number,
): { text: string; punctuation: string; beginMs: number; endMs: number }[] {
  const words = splitWords(text);
  const total = words.reduce((sum, word) => sum + word.text.length, 0);
  const at = (characters: number): number => Math.round(beginMs + ((endMs - beginMs) * characters) / total);
  let characters = 0;
  return words.map(({ text: word, punctuation }) => {
    const begin = at(characters);
    characters += word.length;
    return { text: word, punctuation, beginMs: begin, endMs: at(characters) };
  });
}

/** The word in lower case and without punctuation, for comparison. */
export function normaliseWord(word: string): string {
  return word.toLowerCase().replaceAll(/[^\p{L}\p{N}']/gu, '');
}
