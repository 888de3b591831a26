import { JFK_PCM } from '../support/jfk';
import type { Random } from '../support/random';
import { silence } from '../support/scripted-audio';

const BYTES_PER_MS = 32;

/**
 * The four phrases of the recording, cut in the middle of the pauses between them, and without the applause at its end,
 * in which the recogniser hears a word or none.
 */
const PHRASES_MS = [
  [0, 2800],
  [2800, 4900],
  [4900, 7900],
  [7900, 10_700],
] as const;

/** Speech with its pauses, as 16 kHz PCM. */
export interface Speech {
  /** `0 1 +900 3`: phrases of the recording, and what was added to a pause in milliseconds. */
  name: string;
  pcm: Buffer;
  /** In the middle of each pause: where a speaker would end an utterance. */
  pausesMs: number[];
}

/** The phrases as they were said. */
export function recordedSpeech(): Speech {
  const endMs = PHRASES_MS[3][1];
  return {
    name: 'as recorded',
    pcm: JFK_PCM.subarray(0, endMs * BYTES_PER_MS),
    pausesMs: PHRASES_MS.slice(1).map(([beginMs]) => beginMs),
  };
}

/** Three to seven phrases in any order, with pauses of any length. */
export function composeSpeech(random: Random): Speech {
  const names: string[] = [];
  const parts: Buffer[] = [];
  const pausesMs: number[] = [];
  let ms = 0;
  const add = (part: Buffer, name: string) => {
    parts.push(part);
    names.push(name);
    ms += part.length / BYTES_PER_MS;
  };
  if (random.chance(0.5)) add(...pause(random.int(100, 1500)));
  for (let count = random.int(3, 7); count > 0; count--) {
    const phrase = random.int(0, PHRASES_MS.length - 1);
    add(phrasePcm(phrase), String(phrase));
    if (count > 1) {
      pausesMs.push(Math.round(ms));
      if (random.chance(0.6)) add(...pause(random.int(200, 2500)));
    }
  }
  return { name: names.join(' '), pcm: Buffer.concat(parts), pausesMs };
}

function phrasePcm(index: number): Buffer {
  const [beginMs, endMs] = PHRASES_MS[index] ?? [0, 0];
  return JFK_PCM.subarray(beginMs * BYTES_PER_MS, endMs * BYTES_PER_MS);
}

function pause(ms: number): [Buffer, string] {
  return [silence(ms), `+${ms}`];
}
