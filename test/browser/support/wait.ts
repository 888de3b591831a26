import { setTimeout as sleep } from 'node:timers/promises';

/** As `waitUntil` of test/support, where the answer is not at hand. Looks less often, too. */
export async function waitUntilAsync(
  isSo: () => Promise<boolean>,
  what: string,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}.`);
    await sleep(300);
  }
}
