import assert from 'node:assert/strict';
import type { Pcm } from '../../lib/audio/intake';

/** Audio whose decoder is loaded already comes within the call. */
export function now(pcm: Pcm): Buffer {
  assert.ok(pcm instanceof Uint8Array, 'a promise came');
  return Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength);
}
