import { setTimeout as sleep } from 'node:timers/promises';

/** Length of the chunks that a microphone would send. */
const CHUNK_MS = 100;
const BYTES_PER_SAMPLE = 2;

/**
 * The same 16-bit mono samples in chunks of 100 ms, each at the time when a microphone would give it. A late chunk
 * does not delay the following ones, because time is counted from the first.
 */
export async function* inRealTime(
  samples: AsyncIterable<Uint8Array>,
  sampleRateHz: number,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  const chunkBytes = Math.round((sampleRateHz * CHUNK_MS) / 1000) * BYTES_PER_SAMPLE;
  let rest: Uint8Array = new Uint8Array(0);
  let startedAt = 0;
  let yielded = 0;

  async function* due(chunk: Uint8Array): AsyncIterable<Uint8Array> {
    if (yielded === 0) startedAt = performance.now();
    const waitMs = startedAt + yielded * CHUNK_MS - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { ...(signal && { signal }) });
    yielded += 1;
    yield chunk;
  }

  for await (const piece of samples) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    while (rest.length >= chunkBytes) {
      yield* due(rest.subarray(0, chunkBytes));
      rest = rest.subarray(chunkBytes);
    }
  }
  if (rest.length > 0) yield* due(rest);
}
