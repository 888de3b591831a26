/**
 * `usage.duration` in whole seconds, not rounded up (9 for 9.218 s, protocol.md E 12). The smallest value that was
 * seen is 1 (protocol.md A.5.7).
 */
export function billedSeconds(audioMs: number): number {
  return audioMs === 0 ? 0 : Math.max(1, Math.floor(audioMs / 1_000));
}
