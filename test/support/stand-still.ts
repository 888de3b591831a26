/** Keeps the event loop busy, as a program does that computes. */
export function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
