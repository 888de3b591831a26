import { setTimeout as sleep } from 'node:timers/promises';

/** What a microphone would send at once. */
const CHUNK_MS = 100;
const BYTES_PER_SAMPLE = 2;
const WAV_BYTE_RATE_AT = 28;

/**
 * The same audio in chunks of 100 ms, each when a microphone would have it. One that comes late does not delay those
 * after it: the time is counted from the first.
 */
export async function* inRealTime(
  chunks: AsyncIterable<Uint8Array>,
  sampleRateHz: number,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  let chunkBytes: number | undefined;
  let rest: Uint8Array = new Uint8Array(0);
  let startedAt = 0;
  let yielded = 0;

  async function* due(chunk: Uint8Array): AsyncIterable<Uint8Array> {
    if (yielded === 0) startedAt = performance.now();
    const waitMs = startedAt + yielded * CHUNK_MS - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    yielded += 1;
    yield chunk;
  }

  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    chunkBytes ??= bytesOfChunk(rest, sampleRateHz);
    while (chunkBytes !== undefined && rest.length >= chunkBytes) {
      yield* due(rest.subarray(0, chunkBytes));
      rest = rest.subarray(chunkBytes);
    }
  }
  if (rest.length > 0) yield* due(rest);
}

/** `undefined` until enough has come to tell a WAV, whose header knows its own byte rate. */
function bytesOfChunk(head: Uint8Array, sampleRateHz: number): number | undefined {
  if (head.length < WAV_BYTE_RATE_AT + 4) return undefined;
  const view = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const isWav = view.toString('latin1', 0, 4) === 'RIFF';
  const byteRate = isWav ? view.readUInt32LE(WAV_BYTE_RATE_AT) : sampleRateHz * BYTES_PER_SAMPLE;
  return Math.max(Math.round((byteRate * CHUNK_MS) / 1000), BYTES_PER_SAMPLE);
}
