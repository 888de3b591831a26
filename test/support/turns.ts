import { setImmediate } from 'node:timers/promises';

/** Lets the event loop turn a few times: what was about to happen without the network has happened. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await setImmediate();
}
