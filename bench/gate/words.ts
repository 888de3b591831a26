/**
 * How many words a voice gate costs: `npx tsx bench/gate/words.ts [--minutes 5] [--pause 12]`. Each stream of the corpus
 * goes through a session and the local service with its recogniser: as it is, with the gate, and as it is but 100 ms
 * later, which shows how much of a difference is chance. Prints a table, and JSON as the last line. Needs what bench/gate
 * needs.
 */
import { parseArgs } from 'node:util';
import { openSession } from '../../lib';
import type { VoiceGateOptions } from '../../lib';
import { startLocalService, type LocalService } from '../../local-service';
import { align } from '../accuracy/alignment';
import { spokenWords } from '../accuracy/prompts';
import { streams, type Stream } from './corpus';
import { RATE_HZ } from './rate';

/** The recogniser hears little at 5 dB, with the gate or without. */
const RATIOS_DB = [20, 10];
const MODEL = 'fun-asr-realtime';
/**
 * The recogniser looks for speech in windows of 32 ms, and hears some words differently where they lie differently in
 * them. What the gate leaves out is whole windows here, so that only the gate makes a difference.
 */
const WINDOW_MS = 32;
const CHUNK_BYTES = (2 * 3 * WINDOW_MS * RATE_HZ) / 1000;
const GATE: VoiceGateOptions = { send: 'speech', leadMs: 47 * WINDOW_MS };
const LATER_BYTES = (2 * 100 * RATE_HZ) / 1000;
/** Audio comes faster than it was spoken, and a slow recogniser is no fault of the gate. */
const PATIENCE_MS = 3_600_000;

interface Heard {
  /** For each spoken word, whether it was recognised. */
  isRight: boolean[];
  sentMs: number;
}

async function recognise(
  service: LocalService,
  pcm: Uint8Array,
  { utterances }: Stream,
  voiceGate: VoiceGateOptions,
): Promise<Heard> {
  const session = openSession({
    region: 'local',
    address: service.url,
    model: MODEL,
    voiceGate,
    finishTimeoutMs: PATIENCE_MS,
    answerTimeoutMs: PATIENCE_MS,
  });
  const texts: string[] = [];
  session.on('final', ({ text }) => texts.push(text));
  for (let at = 0; at < pcm.length; at += CHUNK_BYTES) {
    await session.append(pcm.subarray(at, at + CHUNK_BYTES), { encoding: 's16le', rate: RATE_HZ });
  }
  const { audioSentMs } = await session.finish();
  const { fates } = align(
    utterances.flatMap(({ words }) => words),
    spokenWords(texts.join(' ')),
  );
  return { isRight: fates.map((fate) => fate === 'right'), sentMs: audioSentMs };
}

function count(words: readonly boolean[]): number {
  return words.filter(Boolean).length;
}

/** Words that are right in one and not in the other, in both directions. */
function changes({ isRight: before }: Heard, { isRight: after }: Heard): string {
  const lost = count(before.map((isRight, index) => isRight && !after[index]));
  const won = count(after.map((isRight, index) => isRight && !before[index]));
  return `-${lost} +${won}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '5' }, pause: { type: 'string', default: '12' } },
  });
  const options = { minutes: Number(values.minutes), pauseSeconds: Number(values.pause) };
  const service = await startLocalService({ engine: 'recogniser', keepFrames: false });
  const rows = [];
  try {
    for (const stream of streams(options, RATIOS_DB)) {
      const { pcm, noise, ratioDb } = stream;
      const all = await recognise(service, pcm, stream, { send: 'all' });
      const gated = await recognise(service, pcm, stream, GATE);
      const later = await recognise(service, pcm.subarray(LATER_BYTES), stream, { send: 'all' });
      rows.push({
        noise,
        ratioDb,
        words: all.isRight.length,
        right: count(all.isRight),
        rightWithGate: count(gated.isRight),
        changedByGate: changes(all, gated),
        rightLater: count(later.isRight),
        changedLater: changes(all, later),
        sentMs: all.sentMs,
        sentWithGateMs: gated.sentMs,
      });
    }
  } finally {
    await service.close();
  }
  console.table(rows);
  console.log(JSON.stringify(rows));
}

void main();
