import { setImmediate } from 'node:timers/promises';
import { waitUntil } from './wait-until';

/** Kinds of resources that keep a process alive and that a leak would leave open. */
const WATCHED = /Socket|Server|Timeout|FSReq|Pipe|Process/;

/** Where nothing is left, the wait ends earlier. */
const CLOSED_WITHIN_MS = 20_000;

/** How many of each kind are open now. */
export function openResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) {
    if (WATCHED.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** Resources that are open now and were not before, after a time for closing; for example `2 TCPSocketWrap`. */
export async function leftOpen(before: ReadonlyMap<string, number>): Promise<string[]> {
  const more = () => [...openResources()].filter(([name, count]) => count > (before.get(name) ?? 0));
  await waitUntil(() => more().length === 0, 'what is closing', CLOSED_WITHIN_MS).catch(() => undefined);
  return more().map(([name, count]) => `${count} ${name}`);
}

/**
 * Registers hooks that fail a test which leaves sockets, servers, timers or files open. Call it first in a `describe`:
 * what the test's own `afterEach` closes is looked at after that.
 */
export function leaveNothingOpen(): void {
  let before = openResources();

  // The hook is async like the one below, so that mocha's own timer is counted on both sides.
  beforeEach(async () => {
    await setImmediate();
    before = openResources();
  });

  // Outer hooks run after inner ones, and of one level in the order of their registration.
  afterEach(async () => {
    const left = await leftOpen(before);
    if (left.length > 0) throw new Error(`Left open: ${left.join(', ')}.`);
  });
}
