import assert from 'node:assert/strict';
import { PerformanceObserver } from 'node:perf_hooks';
import type { PerformanceEntry } from 'node:perf_hooks';
import type { AsrError } from '../../lib';
import { AudioIntake } from '../../lib/audio/intake';
import { collectGarbage } from './collect-garbage';
import { memoryBytes, processorMs } from './process-measures';

/** About a second at 16 kHz, plus what a decoder may give beyond that in one block. */
const MAX_PCM_BYTES = 128 * 1024;
/** Processor time, so that a busy machine has no influence. */
export const MAX_TURN_MS = 50;
export const MAX_GROWTH_BYTES = 64 * 1024 * 1024;
const MAX_COLLECTIONS = 10;

export interface DecodingTurns {
  pcmBytes: number;
  mostPcmBytes: number;
  longestTurnMs: number;
  growthBytes: number;
  error: AsrError | undefined;
}

/** Decodes a whole file as one chunk, and measures each turn of the event loop. */
export async function turnsOf(file: Uint8Array): Promise<DecodingTurns> {
  const intake = new AudioIntake(16_000);
  const turns: DecodingTurns = {
    pcmBytes: 0,
    mostPcmBytes: 0,
    longestTurnMs: 0,
    growthBytes: 0,
    error: undefined,
  };
  const before = memoryBytes();
  let next = () => intake.write(file);
  let hasEnded = false;
  const long: { beganAtMs: number; endedAtMs: number; turnMs: number }[] = [];
  const collections = new Collections();
  try {
    for (;;) {
      const began = processorMs();
      const beganAtMs = performance.now();
      const begun = next();
      const pcm = begun instanceof Promise ? await begun : begun;
      const turnMs = processorMs() - began;
      if (turnMs < MAX_TURN_MS) turns.longestTurnMs = Math.max(turns.longestTurnMs, turnMs);
      else long.push({ beganAtMs, endedAtMs: performance.now(), turnMs });
      turns.pcmBytes += pcm.length;
      turns.mostPcmBytes = Math.max(turns.mostPcmBytes, pcm.length);
      // What other tests have left is freed bit by bit, by threads that a busy machine holds up.
      for (let tries = 0; tries < MAX_COLLECTIONS && memoryBytes() - before > MAX_GROWTH_BYTES; tries++)
        await collectGarbage();
      turns.growthBytes = Math.max(turns.growthBytes, memoryBytes() - before);
      await intake.turns.take();
      next = () => intake.read();
      if (intake.isPending) continue;
      if (hasEnded) break;
      hasEnded = true;
      next = () => intake.end();
    }
  } catch (error) {
    turns.error = error as AsrError;
  } finally {
    intake.reset();
    for (const { beganAtMs, endedAtMs, turnMs } of long) {
      const ownMs = turnMs - collections.msBetween(beganAtMs, endedAtMs);
      turns.longestTurnMs = Math.max(turns.longestTurnMs, ownMs);
    }
    collections.stop();
  }
  return turns;
}

/** Pauses of garbage collection. Their length depends on the heap, which other tests of the process have filled. */
class Collections {
  readonly #pauses: PerformanceEntry[] = [];
  readonly #observer = new PerformanceObserver((list) => this.#pauses.push(...list.getEntries()));

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  msBetween(beganAtMs: number, endedAtMs: number): number {
    this.#pauses.push(...this.#observer.takeRecords());
    return this.#pauses
      .filter(({ startTime }) => startTime >= beganAtMs && startTime <= endedAtMs)
      .reduce((sum, { duration }) => sum + duration, 0);
  }

  stop(): void {
    this.#observer.disconnect();
  }
}

export function refusalOf({ error }: DecodingTurns): string {
  assert.equal(error?.code, 'BAD_AUDIO');
  return error.message;
}

/** Expects at most about a second of PCM at once, less than 50 ms in a turn, and less than 64 MB beside the file. */
export function checkBounds({ mostPcmBytes, longestTurnMs, growthBytes }: DecodingTurns): void {
  assert.ok(mostPcmBytes <= MAX_PCM_BYTES, `${mostPcmBytes} bytes at once`);
  assert.ok(longestTurnMs < MAX_TURN_MS, `${longestTurnMs} ms`);
  assert.ok(growthBytes < MAX_GROWTH_BYTES, `${Math.round(growthBytes / 1e6)} MB`);
}
