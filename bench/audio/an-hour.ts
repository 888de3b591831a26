/**
 * Whether an hour of audio as one Buffer keeps anybody else waiting: `npx tsx bench/audio/an-hour.ts [--check]`. An
 * interval timer runs beside the decoding; printed is how late it came at most, and how late it came in the same process
 * while nothing was decoded. With `--check` the exit code is 1 where it was late by more than 50 ms.
 */
import { decodeAudio } from '../../lib';
import { fixture } from '../../test/support/audio-fixtures';

const TIMER_MS = 10;
const MAX_LATE_MS = 50;
const IDLE_MS = 5000;
const HOUR_S = 3600;
const RECORDING_SECONDS = 11;
const LOOPS = Math.ceil(HOUR_S / RECORDING_SECONDS);
const FORMATS: readonly [name: string, args: string][] = [
  ['a.wav', '-ar 48000 -ac 2'],
  ['a.mp3', '-ar 44100 -ac 2 -b:a 128k'],
  ['a.flac', '-ar 44100 -ac 2'],
  ['a.ogg', '-c:a libopus -ar 48000 -b:a 24k'],
];

async function main(): Promise<void> {
  // A decoder is loaded and compiled once per process, which is not measured here.
  for (const [name, args] of FORMATS) await decode(fixture(name, args));
  const idle = await lateness(() => new Promise((resolve) => setTimeout(resolve, IDLE_MS)));
  const rows = [{ what: 'nothing', lateMs: Math.round(idle), seconds: IDLE_MS / 1000 }];
  for (const [name, args] of FORMATS) {
    const recording = fixture(name, `-filter_complex aloop=loop=${LOOPS - 1}:size=176000 ${args}`);
    const begunMs = performance.now();
    let bytes = 0;
    const late = await lateness(async () => {
      bytes = await decode(recording);
    });
    if (bytes < HOUR_S * 32_000) throw new Error(`${name}: only ${bytes} bytes of PCM`);
    rows.push({
      what: `an hour of ${name} ${args}`,
      lateMs: Math.round(late),
      seconds: Math.round((performance.now() - begunMs) / 1000),
    });
  }
  console.table(rows);
  const isLate = rows.some(({ lateMs }) => lateMs > MAX_LATE_MS);
  if (process.argv.includes('--check') && isLate) process.exitCode = 1;
}

async function decode(recording: Uint8Array): Promise<number> {
  let bytes = 0;
  for await (const pcm of decodeAudio(recording, { rateHz: 16_000 })) bytes += pcm.length;
  return bytes;
}

/** The longest delay of the timer during the work. */
async function lateness(doIt: () => Promise<void>): Promise<number> {
  let lateMs = 0;
  let lastMs = performance.now();
  const look = (): void => {
    const nowMs = performance.now();
    lateMs = Math.max(lateMs, nowMs - lastMs - TIMER_MS);
    lastMs = nowMs;
  };
  const timer = setInterval(look, TIMER_MS);
  await doIt();
  clearInterval(timer);
  look();
  return lateMs;
}

void main();
