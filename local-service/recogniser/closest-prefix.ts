import { normaliseWord } from '../words';

/**
 * The words behind the prefix of `words` that is closest to `wanted`, and by how many words that prefix differs. Of
 * equally close prefixes it takes the one as long as `wanted`.
 */
export function wordsBehind(
  wanted: readonly string[],
  words: readonly string[],
): { rest: string[]; distance: number } {
  const length = closest(wanted.map(normaliseWord), words.map(normaliseWord));
  return { rest: words.slice(length.prefix), distance: length.distance };
}

function closest(wanted: readonly string[], words: readonly string[]): { prefix: number; distance: number } {
  let row = Array.from({ length: words.length + 1 }, (_, index) => index);
  for (const [index, word] of wanted.entries()) {
    const next = [index + 1];
    for (const [column, other] of words.entries()) {
      const replaced = (row[column] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  const least = Math.min(...row);
  const best = row.flatMap((distance, length) => (distance === least ? [length] : []));
  const prefix = best.reduce((a, b) => (Math.abs(b - wanted.length) < Math.abs(a - wanted.length) ? b : a));
  return { prefix, distance: least };
}
