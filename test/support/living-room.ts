import { JFK_PCM } from './jfk';
import { Random } from './random';

export const RATE_HZ = 16_000;
export const CHUNK_MS = 100;
const MS = RATE_HZ / 1000;
const LOOP_MS = 30_000;
/**
 * A word is a mark of a few samples in the speech, which a service finds wherever it is: these samples and two
 * numbers.
 */
const MARK = [3, -5, 7, -11, 13, -17, 19, -23] as const;
const MARK_EVERY_MS = 400;

/** A word that was said, and when. */
export interface SaidWord {
  text: string;
  atMs: number;
}

/** A word in audio that somebody received, by its sample. */
export interface HeardWord {
  text: string;
  at: number;
}

type Background = 'quiet' | 'fan' | 'music';

/** A day of audio from a microphone in a living room, the same for the same seed, in chunks of 100 ms. */
export class LivingRoom {
  readonly said: SaidWord[] = [];
  readonly #random: Random;
  readonly #loops: Record<Background, Int16Array>;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#loops = {
      quiet: noise(this.#random, 20),
      fan: noise(this.#random, 250),
      music: music(this.#random),
    };
  }

  *chunks(durationMs: number): Generator<Buffer> {
    let atMs = 0;
    while (atMs < durationMs) {
      const background = this.#random.pick<Background>(['quiet', 'quiet', 'quiet', 'fan', 'fan', 'music']);
      const endMs = Math.min(durationMs, atMs + (background === 'music' ? 5 : 40) * 60_000);
      while (atMs < endMs) {
        const untilMs = Math.min(endMs, atMs + CHUNK_MS * this.#random.int(20, 4500));
        for (; atMs < untilMs; atMs += CHUNK_MS) yield this.#background(background, atMs);
        const lengthMs = CHUNK_MS * this.#random.int(30, 110);
        if (lengthMs > endMs - atMs) continue;
        const spoken = this.#utterance(background, atMs, lengthMs);
        for (let at = 0; at < spoken.length; at += CHUNK_MS * MS * 2, atMs += CHUNK_MS)
          yield spoken.subarray(at, at + CHUNK_MS * MS * 2);
      }
    }
  }

  #background(name: Background, atMs: number): Buffer {
    const at = (atMs % LOOP_MS) * MS;
    const samples = this.#loops[name];
    return Buffer.from(samples.buffer, samples.byteOffset + at * 2, CHUNK_MS * MS * 2);
  }

  /** A part of the recording, near or far, over the background. Its words are marked from its first sample on. */
  #utterance(background: Background, atMs: number, lengthMs: number): Buffer {
    const samples = new Int16Array(lengthMs * MS);
    const gain = 0.25 + 0.75 * this.#random.next();
    const loop = this.#loops[background];
    for (let at = 0; at < samples.length; at++) {
      const around = loop[(atMs * MS + at) % loop.length] ?? 0;
      samples[at] = Math.max(-32768, Math.min(32767, gain * JFK_PCM.readInt16LE(2 * at) + around));
    }
    for (let wordMs = 0; wordMs < lengthMs; wordMs += MARK_EVERY_MS) {
      const number = this.said.length;
      samples.set([...MARK, number >> 8, number & 255], wordMs * MS);
      this.said.push({ text: `${number}`, atMs: atMs + wordMs });
    }
    return Buffer.from(samples.buffer);
  }
}

/** Finds the marked words in audio that comes in pieces of any length. */
export class WordFinder {
  #samples = 0;
  /** The newest samples, for marks that lie across two pieces. */
  #rest = new Int16Array(0);

  /** The amount of audio that was heard, in samples. */
  get samples(): number {
    return this.#samples;
  }

  heard(pcm: Uint8Array): HeardWord[] {
    const piece = new Int16Array(this.#rest.length + pcm.length / 2);
    piece.set(this.#rest);
    piece.set(new Int16Array(Uint8Array.from(pcm).buffer), this.#rest.length);
    const from = this.#samples - this.#rest.length;
    const words: HeardWord[] = [];
    const last = piece.length - MARK.length - 2;
    for (let at = piece.indexOf(MARK[0]); at >= 0 && at <= last; at = piece.indexOf(MARK[0], at + 1)) {
      if (MARK.some((sample, index) => piece[at + index] !== sample)) continue;
      const number = ((piece[at + MARK.length] ?? 0) << 8) | (piece[at + MARK.length + 1] ?? 0);
      words.push({ text: String(number), at: from + at });
    }
    this.#samples += pcm.length / 2;
    this.#rest = piece.slice(Math.max(0, last + 1));
    return words;
  }
}

function noise(random: Random, level: number): Int16Array {
  return Int16Array.from({ length: LOOP_MS * MS }, () => (random.next() * 2 - 1) * level);
}

function music(random: Random): Int16Array {
  const samples = new Float64Array(LOOP_MS * MS);
  for (let begin = 0; begin < samples.length; begin += RATE_HZ / 4) {
    const turn = (2 * Math.PI * 110 * 2 ** (random.int(0, 36) / 12)) / RATE_HZ;
    for (let at = begin; at < Math.min(samples.length, begin + RATE_HZ); at++)
      samples[at] = (samples[at] ?? 0) + 500 * Math.exp((begin - at) / 4000) * Math.sin(turn * (at - begin));
  }
  return Int16Array.from(samples);
}
