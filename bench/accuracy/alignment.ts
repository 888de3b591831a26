/** The result for each word of the reference, and the number of words that were added. */
export interface Alignment {
  fates: ('right' | 'replaced' | 'lost')[];
  added: number;
}

/** Aligns the recognised words with the spoken ones by the fewest changes. */
export function align(said: readonly string[], heard: readonly string[]): Alignment {
  const width = heard.length + 1;
  const costs = new Uint32Array((said.length + 1) * width);
  const at = (row: number, column: number): number => costs[row * width + column] ?? 0;
  const kept = (row: number, column: number): number =>
    at(row - 1, column - 1) + (said[row - 1] === heard[column - 1] ? 0 : 1);
  for (let row = 0; row <= said.length; row += 1) {
    for (let column = 0; column <= heard.length; column += 1) {
      costs[row * width + column] =
        row === 0 || column === 0
          ? row + column
          : Math.min(kept(row, column), at(row - 1, column) + 1, at(row, column - 1) + 1);
    }
  }
  const fates: Alignment['fates'] = [];
  let added = 0;
  for (let row = said.length, column = heard.length; row > 0 || column > 0;) {
    if (row > 0 && column > 0 && at(row, column) === kept(row, column)) {
      fates.unshift(said[row - 1] === heard[column - 1] ? 'right' : 'replaced');
      row -= 1;
      column -= 1;
    } else if (row > 0 && at(row, column) === at(row - 1, column) + 1) {
      fates.unshift('lost');
      row -= 1;
    } else {
      added += 1;
      column -= 1;
    }
  }
  return { fates, added };
}
