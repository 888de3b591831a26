import { MODEL_RATE_HZ } from './model';

/** A stretch of time with sound. */
export interface Run {
  beginMs: number;
  endMs: number;
}

const FRAME_MS = 20;
/** Shorter pauses lie within words. */
const MAX_GAP_MS = 150;
/** Shorter sounds are clicks and breath. */
const MIN_RUN_MS = 200;
/** Sound is loud if it is well above the quietest tenth and not far below the loudest twentieth. */
const ABOVE_QUIET = 4;
const BELOW_LOUD = 0.1;

/** The loud parts of a phrase, where its words are. `offsetMs` is where the samples begin. */
export function loudRuns(samples: Float32Array, offsetMs: number): Run[] {
  const levels = levelsOf(samples);
  const sorted = Float64Array.from(levels).sort();
  const quiet = sorted[Math.floor(sorted.length * 0.1)] ?? 0;
  const loud = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
  // In a phrase without pauses the quietest tenth is speech as well.
  const threshold = Math.min(Math.max(quiet * ABOVE_QUIET, loud * BELOW_LOUD), loud / 2);
  const runs: Run[] = [];
  levels.forEach((level, frame) => {
    if (level <= threshold) return;
    const beginMs = offsetMs + frame * FRAME_MS;
    const last = runs.at(-1);
    if (last && beginMs - last.endMs < MAX_GAP_MS) last.endMs = beginMs + FRAME_MS;
    else runs.push({ beginMs, endMs: beginMs + FRAME_MS });
  });
  return runs.filter(({ beginMs, endMs }) => endMs - beginMs >= MIN_RUN_MS);
}

function levelsOf(samples: Float32Array): Float64Array {
  const frameSamples = (FRAME_MS * MODEL_RATE_HZ) / 1000;
  const levels = new Float64Array(Math.floor(samples.length / frameSamples));
  for (let frame = 0; frame < levels.length; frame += 1) {
    let sum = 0;
    for (let i = frame * frameSamples; i < (frame + 1) * frameSamples; i += 1) sum += (samples[i] ?? 0) ** 2;
    levels[frame] = Math.sqrt(sum / frameSamples);
  }
  return levels;
}
