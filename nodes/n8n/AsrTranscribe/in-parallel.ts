import { Slots } from '../../../lib/hosts';

/**
 * Calls `work` for 0 to `count` - 1, at most `atOnce` at a time, and returns the results in that order. After a
 * failure no further work is begun and `stop` is called; the promise rejects with the first failure once all work
 * that was begun has ended.
 */
export async function inParallel<T>(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<T>,
  stop: () => void,
): Promise<T[]> {
  const slots = new Slots(atOnce);
  const results: T[] = [];
  const failures: unknown[] = [];
  const inTurn = async (index: number): Promise<void> => {
    if (failures.length > 0) return;
    try {
      results[index] = await work(index);
    } catch (error) {
      failures.push(error);
      stop();
    }
  };
  await Promise.all(Array.from({ length: count }, (_, index) => slots.run(() => inTurn(index))));
  if (failures.length > 0) throw failures[0];
  return results;
}
