import { JFK_PCM } from '../support/jfk';
import type { Random } from '../support/random';
import { silence } from '../support/scripted-audio';

const BYTES_PER_MS = 32;

/**
 * The four phrases of the recording, cut in the middle of the pauses between them, and without the applause at its end,
 * in which the recogniser hears a word or none.
 */
const PHRASES = [
  { beginMs: 0, endMs: 2800, text: 'And so my fellow Americans' },
  { beginMs: 2800, endMs: 4900, text: 'ask not' },
  { beginMs: 4900, endMs: 7900, text: 'what your country can do for you' },
  { beginMs: 7900, endMs: 10_700, text: 'ask what you can do for your country' },
] as const;

/** Speech with its pauses, as 16 kHz PCM. */
export interface Speech {
  /** `0 1 +900 3`: phrases of the recording, and what was added to a pause in milliseconds. */
  name: string;
  pcm: Buffer;
  /** In the middle of each pause: where a speaker would end an utterance. */
  pausesMs: number[];
  /** The words that are said. */
  text: string;
}

/** The phrases as they were said. */
export function recordedSpeech(): Speech {
  const { endMs } = PHRASES[3];
  return {
    name: 'as recorded',
    pcm: JFK_PCM.subarray(0, endMs * BYTES_PER_MS),
    pausesMs: PHRASES.slice(1).map(({ beginMs }) => beginMs),
    text: PHRASES.map(({ text }) => text).join(' '),
  };
}

/** Three to seven phrases in any order, with pauses of any length. */
export function composeSpeech(random: Random): Speech {
  const names: string[] = [];
  const parts: Buffer[] = [];
  const texts: string[] = [];
  const pausesMs: number[] = [];
  let ms = 0;
  const add = (part: Buffer, name: string) => {
    parts.push(part);
    names.push(name);
    ms += part.length / BYTES_PER_MS;
  };
  if (random.chance(0.5)) add(...pause(random.int(100, 1500)));
  for (let count = random.int(3, 7); count > 0; count--) {
    const phrase = random.int(0, PHRASES.length - 1);
    const { beginMs, endMs, text } = PHRASES[phrase]!;
    add(JFK_PCM.subarray(beginMs * BYTES_PER_MS, endMs * BYTES_PER_MS), String(phrase));
    texts.push(text);
    if (count > 1) {
      pausesMs.push(Math.round(ms));
      if (random.chance(0.6)) add(...pause(random.int(200, 2500)));
    }
  }
  return { name: names.join(' '), pcm: Buffer.concat(parts), pausesMs, text: texts.join(' ') };
}

function pause(ms: number): [Buffer, string] {
  return [silence(ms), `+${ms}`];
}
