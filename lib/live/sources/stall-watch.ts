import { afterReading } from '../../base/after-reading';

/**
 * Passes the chunks on, and calls `onStall` when the wait for one is longer than this. The time that the reader takes
 * does not count, because a slow recogniser is no fault of the source.
 */
export async function* watchStalls(
  chunks: AsyncIterable<Uint8Array>,
  stallMs: number,
  onStall: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().finally(afterReading(stallMs, onStall));
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
