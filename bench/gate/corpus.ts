import { JFK_PCM } from '../../test/support/jfk';
import { Random } from '../../test/support/random';
import { librivoxPrompts, shortPrompts, telephonePrompts, type Prompt } from '../accuracy/prompts';
import { NOISES } from './noises';
import { RATE_HZ } from './rate';

const MS = RATE_HZ / 1000;
const SEED = 20;
/** A microphone's own noise in a quiet room, -66 dB. */
const ROOM_POWER = 10 ** -6.6;
/** Speech as people speak it to a microphone, near and far: -18 to -32 dB. */
const LEVELS_DB = [-18, -25, -32] as const;
const FRAME = 10 * MS;
/** A frame this far below the loudest of its utterance is silence within it. */
const SPEECH_BELOW_DB = 30;

/** Part of a stream, in samples. */
export interface Span {
  from: number;
  to: number;
}

/** Long silences with speech in between, of one kind of noise. */
export interface Stream {
  noise: string;
  /** The level of speech over noise; `undefined` in quiet. */
  ratioDb: number | undefined;
  pcm: Uint8Array;
  /** The utterances, each with its words if they are known. */
  utterances: (Span & { words: readonly string[] })[];
  /** Marks frames of 10 ms with speech, as the clean recording shows them. */
  isSpeech: Uint8Array;
}

export interface CorpusOptions {
  minutes: number;
  /** Mean silence between two utterances. */
  pauseSeconds: number;
}

/** Free recordings of people who speak in sentences and in single words; see bench/accuracy/README.md. */
export function recordings(): { spoken: Prompt[]; others: Float32Array[] } {
  const random = new Random(SEED);
  const jfk: Prompt = { name: 'jfk', words: [], pcm: JFK_PCM };
  const shuffled = [...telephonePrompts(), ...shortPrompts(), ...librivoxPrompts(), jfk]
    .map((prompt) => ({ prompt, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ prompt }) => prompt);
  return {
    spoken: shuffled.filter((_, index) => index % 4 !== 0),
    others: shuffled.filter((_, index) => index % 4 === 0).map(({ pcm }) => atLevel(samplesOf(pcm), -25)),
  };
}

/** One stream of each noise and level, and one in quiet. The same utterances are in each. */
export function* streams(options: CorpusOptions, ratiosDb: readonly number[]): Generator<Stream> {
  const { spoken, others } = recordings();
  yield stream('quiet', undefined, options, spoken, others);
  for (const noise of Object.keys(NOISES)) {
    for (const ratioDb of ratiosDb) yield stream(noise, ratioDb, options, spoken, others);
  }
}

function stream(
  noise: string,
  ratioDb: number | undefined,
  { minutes, pauseSeconds }: CorpusOptions,
  spoken: readonly Prompt[],
  others: readonly Float32Array[],
): Stream {
  const random = new Random(SEED);
  const length = minutes * 60 * RATE_HZ;
  const mixed = new Float32Array(length);
  const isSpeech = new Uint8Array(length / FRAME);
  const utterances: Stream['utterances'] = [];
  const background = new Float32Array(length);
  NOISES[noise]?.(background, random.part(1), others);
  const noisePower = powerOf(background);
  const levelDb = -25;
  for (let at = 3 * RATE_HZ; ;) {
    const prompt = random.pick(spoken);
    const samples = atLevel(samplesOf(prompt.pcm), ratioDb === undefined ? random.pick(LEVELS_DB) : levelDb);
    if (at + samples.length > length) break;
    mixed.set(samples, at);
    utterances.push({ ...labelled(samples, at, isSpeech), words: prompt.words });
    at += FRAME * Math.round((samples.length + (0.3 + 1.4 * random.next()) * pauseSeconds * RATE_HZ) / FRAME);
  }
  const gain =
    ratioDb === undefined || noisePower === 0 ? 0 : Math.sqrt(10 ** ((levelDb - ratioDb) / 10) / noisePower);
  const pcm = new Uint8Array(2 * length);
  const view = new DataView(pcm.buffer);
  const room = Math.sqrt(3 * ROOM_POWER);
  for (let at = 0; at < length; at++) {
    const value = (mixed[at] ?? 0) + gain * (background[at] ?? 0) + room * (2 * random.next() - 1);
    view.setInt16(2 * at, Math.max(-32768, Math.min(32767, Math.round(32768 * value))), true);
  }
  return { noise, ratioDb, pcm, utterances, isSpeech };
}

/** Marks the frames with speech, and returns the positions of the first and the last. */
function labelled(samples: Float32Array, at: number, isSpeech: Uint8Array): Span {
  const powers = framePowers(samples);
  const least = Math.max(...powers) / 10 ** (SPEECH_BELOW_DB / 10);
  let from = Infinity;
  let to = 0;
  powers.forEach((power, index) => {
    if (power < least) return;
    isSpeech[at / FRAME + index] = 1;
    from = Math.min(from, at + index * FRAME);
    to = at + (index + 1) * FRAME;
  });
  return { from, to };
}

function framePowers(samples: Float32Array): number[] {
  return Array.from({ length: Math.floor(samples.length / FRAME) }, (_, index) =>
    powerOf(samples.subarray(index * FRAME, (index + 1) * FRAME)),
  );
}

/** The recording with its speech at the level, relative to full scale; pauses do not count. */
function atLevel(samples: Float32Array, levelDb: number): Float32Array {
  const powers = framePowers(samples);
  const least = Math.max(...powers) / 10 ** (SPEECH_BELOW_DB / 10);
  const spoken = powers.filter((power) => power >= least);
  const mean = spoken.reduce((sum, power) => sum + power, 0) / Math.max(1, spoken.length);
  const gain = Math.sqrt(10 ** (levelDb / 10) / (mean || 1));
  return samples.map((sample) => gain * sample);
}

function powerOf(samples: Float32Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return samples.length === 0 ? 0 : energy / samples.length;
}

function samplesOf(pcm: Uint8Array): Float32Array {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return Float32Array.from({ length: pcm.length >> 1 }, (_, index) => view.getInt16(2 * index, true) / 32768);
}
