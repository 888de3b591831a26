/**
 * The words in lower case, without punctuation and with hyphens as spaces, so that only the spoken words are
 * compared.
 */
export function wordsOf(text: string): string[] {
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
  return editDistance(expected, wordsOf(hypothesis)) / expected.length;
}

/** The word error rate of the stretch of `hypothesis` that is most like `reference`. */
export function lowestWordErrorRate(reference: string, hypothesis: string): number {
  const expected = wordsOf(reference);
  return Math.min(...editDistances(expected, wordsOf(hypothesis), () => 0)) / expected.length;
}

/** How many entries must be inserted, left out or replaced to make one of the other. */
export function editDistance(expected: readonly string[], actual: readonly string[]): number {
  return editDistances(expected, actual, (skipped) => skipped).at(-1)!;
}

/** The distance to each beginning of `actual`, from the shortest, with what it costs to skip its first entries. */
function editDistances(
  expected: readonly string[],
  actual: readonly string[],
  costToSkip: (entries: number) => number,
): number[] {
  let previous = Array.from({ length: expected.length + 1 }, (_, index) => index);
  const distances = [previous.at(-1)!];
  for (const [row, entry] of actual.entries()) {
    const current = [costToSkip(row + 1)];
    for (const [column, wanted] of expected.entries()) {
      const replaced = previous[column]! + (entry === wanted ? 0 : 1);
      current.push(Math.min(replaced, previous[column + 1]! + 1, current[column]! + 1));
    }
    previous = current;
    distances.push(previous.at(-1)!);
  }
  return distances;
}
