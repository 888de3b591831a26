/** Samples from -1 to 1 as 16-bit little-endian PCM; louder ones are cut off. Those that were 16-bit come out the same. */
export function toPcm16(samples: Float32Array): Uint8Array {
  const pcm = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const value = Math.round((samples[i] ?? 0) * 32768);
    pcm[i] = value > 32767 ? 32767 : value < -32768 ? -32768 : value;
  }
  return new Uint8Array(pcm.buffer);
}
