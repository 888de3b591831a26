import { scaledClock } from './clocks';

/** How many times faster than real time a recogniser gets the audio. It still has time for interims. */
const SPEED = 8;
const CHUNK_MS = 100;

/** Gives the chunks of 100 ms of a recording as a microphone would, only faster. */
export async function* paced(pcm: Buffer, chunkBytes: number): AsyncGenerator<Buffer> {
  const clock = scaledClock(SPEED);
  const beganMs = clock.now();
  for (let chunk = 0; chunk * chunkBytes < pcm.length; chunk += 1) {
    yield pcm.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes);
    const dueMs = beganMs + (chunk + 1) * CHUNK_MS;
    await new Promise<void>((resolve) => clock.after(dueMs - clock.now(), resolve));
  }
}
