/**
 * How many words a voice gate costs: `npx tsx bench/gate/words.ts [--minutes 3] [--pause 12]`. Each stream of the corpus goes
 * through the client and the local service with its recogniser, with the gate and without. Prints a table, and JSON as
 * the last line. Needs what bench/gate needs.
 */
import { parseArgs } from 'node:util';
import { transcribe } from '../../lib';
import { startLocalService, type LocalService } from '../../local-service';
import { wav } from '../../test/support/scripted-audio';
import { align } from '../accuracy/alignment';
import { spokenWords } from '../accuracy/prompts';
import { streams, type Stream } from './corpus';

/** The recogniser hears little at 5 dB, with the gate or without. */
const RATIOS_DB = [20, 10];
const MODEL = 'fun-asr-realtime';

async function rightWords(service: LocalService, { pcm, utterances }: Stream, send: 'all' | 'speech') {
  const { text, statistics } = await transcribe(wav(Buffer.from(pcm)), {
    address: service.url,
    model: MODEL,
    voiceGate: { send },
  });
  const { fates } = align(
    utterances.flatMap(({ words }) => words),
    spokenWords(text),
  );
  return { right: fates.filter((fate) => fate === 'right').length, sentMs: statistics.audioSentMs };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '3' }, pause: { type: 'string', default: '12' } },
  });
  const options = { minutes: Number(values.minutes), pauseSeconds: Number(values.pause) };
  const service = await startLocalService({ engine: 'recogniser', keepFrames: false });
  const rows = [];
  try {
    for (const stream of streams(options, RATIOS_DB)) {
      const all = await rightWords(service, stream, 'all');
      const gated = await rightWords(service, stream, 'speech');
      rows.push({
        noise: stream.noise,
        ratioDb: stream.ratioDb,
        words: stream.utterances.reduce((sum, { words }) => sum + words.length, 0),
        rightWithoutGate: all.right,
        rightWithGate: gated.right,
        sentWithoutGateMs: all.sentMs,
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
