/** Lower case, no punctuation, hyphens as spaces: what is compared is what was said. */
function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll(/[-–—]/g, ' ')
    .replaceAll(/[^\p{L}\p{N}'\s]/gu, '')
    .split(/\s+/)
    .filter(Boolean);
}

/** Words inserted, left out or replaced, as a share of the words in `reference`. */
export function wordErrorRate(reference: string, hypothesis: string): number {
  const expected = wordsOf(reference);
  let previous = Array.from({ length: expected.length + 1 }, (_, index) => index);
  for (const [row, word] of wordsOf(hypothesis).entries()) {
    const current = [row + 1];
    for (const [column, wanted] of expected.entries()) {
      const replaced = previous[column]! + (word === wanted ? 0 : 1);
      current.push(Math.min(replaced, previous[column + 1]! + 1, current[column]! + 1));
    }
    previous = current;
  }
  return previous[expected.length]! / expected.length;
}
