import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 200;

/**
 * Works like `waitUntil`, for conditions that have to be asked for asynchronously.
 * @throws Error that names `what` when the condition never holds.
 */
export async function eventually<T>(
  ask: () => Promise<T | false | undefined>,
  what: string,
  timeoutMs: number,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}.`);
    await sleep(LOOK_EVERY_MS);
  }
}
