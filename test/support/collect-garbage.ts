import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8 frees the memory of buffers on another thread after a collection, and the next collection waits for that. */
const ROUNDS = 2;

/** Collects all garbage, also in a process that was started without `--expose-gc`. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < ROUNDS; round++) {
    // A weak reference keeps its target until the turn in which it was made or read is over.
    await new Promise(setImmediate);
    collect();
  }
}
