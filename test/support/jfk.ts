import { readFileSync } from 'node:fs';
import path from 'node:path';

const file = readFileSync(path.join(__dirname, '../fixtures/jfk.wav'));

/** 11 s of clean English speech, 16 kHz 16-bit mono PCM (test/fixtures/NOTICE). */
export const JFK_PCM = file.subarray(file.indexOf('data') + 8);

export const JFK_TEXT =
  'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';

/** 16 kHz PCM at 8 kHz; two samples become one. */
export function toTelephone(pcm: Buffer): Buffer {
  const half = Buffer.alloc((pcm.length >> 2) * 2);
  for (let index = 0; index < half.length / 2; index += 1) {
    half.writeInt16LE((pcm.readInt16LE(index * 4) + pcm.readInt16LE(index * 4 + 2)) >> 1, index * 2);
  }
  return half;
}
