import { setImmediate } from 'node:timers/promises';

/** Lets the event loop turn a few times, so that everything that needs no network happens. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await setImmediate();
}
