import assert from 'node:assert/strict';
import type { CliResult } from './cli';

/** Clears the screen, sets a title, rings, goes back, reverses: C0, DEL, C1, and marks of direction. */
export const HOSTILE = 'a\x1b[2Jb\x1b]0;title\x07c\bd\x7fe\u009b31mf\u0085g\u202eh\u2066i\u2028j\rk';

/** A character that commands a terminal, but for ends of lines and tabs. */
const COMMANDING = /(?![\n\t])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

export function assertHarmless({ stdout, stderr }: Pick<CliResult, 'stdout' | 'stderr'>): void {
  assert.doesNotMatch(stdout, COMMANDING);
  assert.doesNotMatch(stderr, COMMANDING);
}
