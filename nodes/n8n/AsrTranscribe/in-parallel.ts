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
  const results: T[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count && failures.length === 0) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(index);
      } catch (error) {
        failures.push(error);
        stop();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
