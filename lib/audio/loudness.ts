/** -50 dB of full scale: less is no speech that a recogniser would hear. */
const LOUD_LEVEL = 100;
/** Every eighth sample tells enough, at an eighth of the cost. */
const STEP_BYTES = 16;

/** Whether 16-bit PCM is loud enough to be speech; its mean level decides. */
export function isLoud(pcm: Uint8Array): boolean {
  let sum = 0;
  let samples = 0;
  for (let at = 0; at + 1 < pcm.length; at += STEP_BYTES) {
    const sample = (((pcm[at + 1] ?? 0) << 24) | ((pcm[at] ?? 0) << 16)) >> 16;
    sum += Math.abs(sample);
    samples += 1;
  }
  return sum > LOUD_LEVEL * samples;
}
