/** Looks after the time is over: a machine that stood still has run its timers, and not yet read its sockets. */
const LAST_LOOKS = 20;

/**
 * Waits until the condition holds, checking every few milliseconds. @throws Error that names `what` when it never
 * does.
 */
export async function waitUntil(isSo: () => boolean, what: string, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let lastLooks = 0;
  while (!isSo()) {
    if (performance.now() > deadline) lastLooks++;
    if (lastLooks > LAST_LOOKS) throw new Error(`Waited ${timeoutMs} ms for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
