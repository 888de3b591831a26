import type { AudioFormatHints, AudioInfo } from '../../lib';
import { AudioIntake } from '../../lib/audio/intake';
import { piecesOf } from '../../lib/audio/pieces';
import type { Pcm } from '../../lib/audio/intake';

export interface Decoded {
  pcm: Buffer;
  info: AudioInfo;
}

/** A whole file through an intake, in chunks of this size. */
export async function decodeChunks(
  bytes: Uint8Array,
  chunkBytes: number,
  hints: AudioFormatHints = {},
  rateHz = 16_000,
): Promise<Decoded> {
  const intake = new AudioIntake(rateHz);
  try {
    const pieces: Buffer[] = [];
    // All chunks use one buffer, so that code which keeps the caller's memory is noticed.
    const chunk = Buffer.alloc(Math.min(chunkBytes, bytes.length));
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      const size = Math.min(chunkBytes, bytes.length - at);
      chunk.set(bytes.subarray(at, at + size));
      pieces.push(await allOf(intake, intake.write(chunk.subarray(0, size), hints)));
    }
    pieces.push(await allOf(intake, intake.end()));
    if (!intake.info) throw new Error('Nothing was recognised.');
    return { pcm: Buffer.concat(pieces), info: intake.info };
  } finally {
    intake.reset();
  }
}

/** All the audio that a call of an intake leads to. */
export async function allOf(intake: AudioIntake, first: Pcm): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  // The intake may pass on the caller's memory, so the bytes are copied.
  for await (const pcm of piecesOf(intake, first)) pieces.push(Uint8Array.from(pcm));
  return Buffer.concat(pieces);
}

/** The correlation of two recordings at the same position: 1 means equal but for the level. */
export function likeness(a: Buffer, b: Buffer): number {
  const [one, other] = [samplesOf(a), samplesOf(b)];
  const samples = Math.min(one.length, other.length);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < samples; i++) {
    const x = one[i]!;
    const y = other[i]!;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb || 1);
}

/** Copied where they do not begin at an even address. */
function samplesOf(pcm: Buffer): Int16Array {
  const aligned = pcm.byteOffset % 2 === 0 ? pcm : Uint8Array.from(pcm);
  return new Int16Array(aligned.buffer, aligned.byteOffset, aligned.length >> 1);
}
