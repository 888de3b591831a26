import { waitUntil } from './wait-until';

/** How often in a row, every few milliseconds, a number must be the same to count as stable. */
const LOOKS = 25;

/** Waits until a number no longer changes. */
export async function untilStill(read: () => number, what: string): Promise<void> {
  let last = Number.NaN;
  let looks = 0;
  await waitUntil(
    () => {
      const now = read();
      looks = now === last ? looks + 1 : 0;
      last = now;
      return looks >= LOOKS;
    },
    what,
    30_000,
  );
}
