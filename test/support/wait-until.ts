/**
 * Waits until the condition holds, checking every few milliseconds. @throws Error that names `what` when it never
 * does.
 */
export async function waitUntil(isSo: () => boolean, what: string, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
