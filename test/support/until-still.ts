import { waitUntil } from './wait-until';

/** How often a number must be found the same, every few milliseconds, to count as still. */
const LOOKS = 25;

/** Waits until a number has stopped to change. */
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
