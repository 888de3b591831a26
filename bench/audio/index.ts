/**
 * How fast audio becomes what a session sends: `npx tsx bench/audio [SECONDS]`. Each format of the same recording, in
 * chunks as files are read, to 16 kHz mono; beside it ffmpeg on the same file. Then the resampler alone, from each rate.
 *
 * The figures are seconds of audio per second of processor, of all threads, so that a busy machine slows nobody down;
 * those of ffmpeg are its own (`-benchmark`), without its start. Both run on one core, in turn; medians.
 */
import { spawnSync } from 'node:child_process';
import { AudioIntake } from '../../lib/audio/intake';
import { piecesOf } from '../../lib/audio/pieces';
import { Resampler } from '../../lib/audio/resample';
import { ffmpegPath, fixture, fixturePath } from '../../test/support/audio-fixtures';

const RUNS = 5;
/** The first rounds would measure the compiler, which takes longer than decoding where there is little to do. */
const WARM_UP_RUNS = 8;
const CHUNK_BYTES = 64 * 1024;
const RECORDING_SECONDS = 11;
/** A longer recording makes very little work measurable. */
const LONGER = 10;
const FORMATS: readonly [name: string, args: string, longer?: number][] = [
  ['a.wav', '-ar 16000', LONGER],
  ['a.wav', '-ar 8000', LONGER],
  ['a.wav', '-ar 44100 -ac 2'],
  ['a.wav', '-c:a pcm_s24le -ar 48000 -ac 2'],
  ['a.wav', '-c:a pcm_f32le -ar 48000 -ac 2'],
  ['a.wav', '-c:a pcm_mulaw -ar 8000', LONGER],
  ['a.aiff', '-ar 44100 -ac 2'],
  ['a.flac', '-ar 44100 -ac 2'],
  ['a.mp3', '-ar 44100 -ac 2'],
  ['a.ogg', '-c:a libopus -ar 48000'],
  ['a.ogg', '-c:a libopus -ar 48000 -b:a 20k -application voip'],
  ['a.webm', '-c:a libopus -ar 48000 -ac 2'],
];
const RATES_HZ = [8000, 11_025, 22_050, 32_000, 44_100, 44_099, 48_000, 96_000];

async function main(): Promise<void> {
  // Without taskset, the system chooses the core.
  spawnSync('taskset', ['-cp', '0', String(process.pid)]);
  const seconds = Math.max(RECORDING_SECONDS, Number(process.argv[2] ?? 220));
  const formats = [];
  for (const [name, args, longer = 1] of FORMATS) formats.push(await compare(name, args, seconds * longer));
  console.table(formats);
  const rates = RATES_HZ.map((rateHz) => resample(rateHz, seconds));
  console.table(rates);
  console.log(JSON.stringify({ seconds, formats, rates }));
}

async function compare(
  name: string,
  args: string,
  seconds: number,
): Promise<Record<string, string | number>> {
  const repeats = Math.round(seconds / RECORDING_SECONDS);
  const options = `-filter_complex aloop=loop=${repeats - 1}:size=176000 ${args}`;
  const bytes = fixture(name, options);
  const file = fixturePath(name, options);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < WARM_UP_RUNS; run++) await decode(bytes);
  for (let run = 0; run < RUNS; run++) {
    theirs.push(ffmpegSeconds(file));
    const begun = processorSeconds();
    await decode(bytes);
    ours.push(processorSeconds() - begun);
  }
  const audio = repeats * RECORDING_SECONDS;
  return {
    format: `${name} ${args}`,
    ours: Math.round(audio / median(ours)),
    ffmpeg: Math.round(audio / median(theirs)),
    ratio: Number((median(theirs) / median(ours)).toFixed(2)),
  };
}

async function decode(bytes: Uint8Array): Promise<number> {
  const intake = new AudioIntake(16_000);
  let decoded = 0;
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    for await (const pcm of piecesOf(intake, intake.write(bytes.subarray(at, at + CHUNK_BYTES))))
      decoded += pcm.length;
  }
  for await (const pcm of piecesOf(intake, intake.end())) decoded += pcm.length;
  return decoded;
}

function resample(rateHz: number, seconds: number): Record<string, number> {
  const second = Float32Array.from({ length: rateHz }, (_, i) => Math.sin(i / 10) / 2);
  const took = Array.from({ length: RUNS }, () => {
    const begun = processorSeconds();
    const resampler = new Resampler(rateHz, 16_000, () => undefined);
    for (let i = 0; i < seconds; i++) resampler.write(second);
    resampler.flush();
    return processorSeconds() - begun;
  });
  return { from: rateHz, to: 16_000, timesRealTime: Math.round(seconds / median(took)) };
}

function ffmpegSeconds(file: string): number {
  const output = ['-f', 's16le', '-ar', '16000', '-ac', '1', '-y', '/dev/null'];
  const { stderr } = spawnSync(ffmpegPath(), ['-benchmark', '-threads', '1', '-i', file, ...output], {
    encoding: 'utf8',
  });
  const [, user, system] = /utime=([\d.]+)s stime=([\d.]+)s/.exec(stderr) ?? [];
  if (user === undefined) throw new Error(`ffmpeg did not say how long it took: ${stderr.slice(-500)}`);
  return Number(user) + Number(system);
}

/** The processor time of all threads of this process. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

void main();
