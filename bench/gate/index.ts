/**
 * What a voice gate cuts of speech and what it saves of silence: `npx tsx bench/gate [--fvad FOLDER] [--minutes 20]
 * [--pause 90]`. The same utterances in quiet and in six kinds of noise at three levels, through each detector and the
 * gate of the sessions. Needs `apt-get` for the recordings and the ffmpeg of the tests. Prints a table, and JSON as the
 * last line.
 */
import { parseArgs } from 'node:util';
import { VoiceGate, type SpeechDetector } from '../../lib/session/send/voice-gate';
import { candidates } from './candidates';
import { streams, type Stream } from './corpus';
import { RATE_HZ } from './rate';

const BYTES_PER_MS = (RATE_HZ * 2) / 1000;
const CHUNK_BYTES = 100 * BYTES_PER_MS;
const FRAME_BYTES = 10 * BYTES_PER_MS;
const RATIOS_DB = [20, 10, 5];

interface Row {
  detector: string;
  noise: string;
  ratioDb: number | undefined;
  utterances: number;
  /** Utterances whose beginning was cut. */
  onsetsCut: number;
  /** Share of all speech, in percent. */
  speechCut: number;
  /** Share of all other audio, in percent. */
  silenceGated: number;
  opened: number;
  cpuMsPerChunk: number;
}

/** @param isSent One byte for each 10 ms that passed. */
function gate(
  detector: SpeechDetector,
  { pcm }: Stream,
): { isSent: Uint8Array; opened: number; cpuMs: number } {
  const isSent = new Uint8Array(pcm.length / FRAME_BYTES);
  let position = 0;
  let opened = 0;
  const voiceGate = new VoiceGate({
    detector,
    bytesPerMs: BYTES_PER_MS,
    counter: { audioGatedBytes: 0 },
    closeAfterMs: 2000,
    leadMs: 1500,
    hasOpenSentence: () => false,
    pass: (piece) => {
      isSent.fill(1, Math.round(position / FRAME_BYTES), Math.round((position + piece.length) / FRAME_BYTES));
      position += piece.length;
    },
    onGap: (bytes) => {
      position += bytes;
      opened += 1;
    },
  });
  const before = process.cpuUsage();
  for (let at = 0; at < pcm.length; at += CHUNK_BYTES) voiceGate.take(pcm.subarray(at, at + CHUNK_BYTES));
  const { user, system } = process.cpuUsage(before);
  return { isSent, opened, cpuMs: (user + system) / 1000 };
}

function measure(detector: string, make: () => SpeechDetector, stream: Stream): Row {
  const { isSent, opened, cpuMs } = gate(make(), stream);
  const { isSpeech, utterances, noise, ratioDb } = stream;
  let speech = 0;
  let cut = 0;
  let gated = 0;
  isSpeech.forEach((is, index) => {
    speech += is;
    if (isSent[index]) return;
    if (is) cut += 1;
    else gated += 1;
  });
  const percent = (part: number, of: number): number => Math.round((10_000 * part) / of) / 100;
  return {
    detector,
    noise,
    ratioDb,
    utterances: utterances.length,
    onsetsCut: utterances.filter(({ from }) => !isSent[from / (RATE_HZ / 100)]).length,
    speechCut: percent(cut, speech),
    silenceGated: percent(gated, isSpeech.length - speech),
    opened,
    cpuMsPerChunk: Math.round((1000 * cpuMs * CHUNK_BYTES) / stream.pcm.length) / 1000,
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      fvad: { type: 'string' },
      minutes: { type: 'string', default: '20' },
      pause: { type: 'string', default: '90' },
    },
  });
  const detectors = Object.entries(await candidates(values.fvad));
  const rows: Row[] = [];
  for (const stream of streams(
    { minutes: Number(values.minutes), pauseSeconds: Number(values.pause) },
    RATIOS_DB,
  )) {
    for (const [name, make] of detectors) rows.push(measure(name, make, stream));
  }
  console.table(rows);
  console.log(JSON.stringify(rows));
}

void main();
