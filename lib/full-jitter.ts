/**
 * How long to wait before an attempt: anything from nothing to a bound that doubles with each attempt before it, so that
 * many clients of one outage do not all come back at once.
 * @param random From 0 to 1.
 */
export function fullJitterMs(
  { attempt, baseMs, maxMs }: { attempt: number; baseMs: number; maxMs: number },
  random: () => number,
): number {
  return Math.round(random() * Math.min(maxMs, baseMs * 2 ** attempt));
}
