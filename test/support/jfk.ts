import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { wordErrorRate } from './word-error-rate';

const file = readFileSync(path.join(__dirname, '../fixtures/jfk.wav'));

/** 11 s of clean English speech, 16 kHz 16-bit mono PCM (test/fixtures/NOTICE). */
export const JFK_PCM = file.subarray(file.indexOf('data') + 8);

export const JFK_TEXT =
  'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';

/** The recogniser may mistake one word of seven. */
const MAX_WORD_ERRORS = 0.15;

export function saysJfk(text: string): boolean {
  return wordErrorRate(JFK_TEXT, text) <= MAX_WORD_ERRORS;
}

export function assertSaysJfk(text: string): void {
  const errors = Math.round(wordErrorRate(JFK_TEXT, text) * 100);
  assert.ok(saysJfk(text), `${errors} % word errors in: ${text}`);
}

/** 16 kHz PCM at 8 kHz; two samples become one. */
export function toTelephone(pcm: Buffer): Buffer {
  const half = Buffer.alloc((pcm.length >> 2) * 2);
  for (let index = 0; index < half.length / 2; index += 1) {
    half.writeInt16LE((pcm.readInt16LE(index * 4) + pcm.readInt16LE(index * 4 + 2)) >> 1, index * 2);
  }
  return half;
}
