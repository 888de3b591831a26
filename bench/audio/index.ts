/**
 * How fast audio becomes what a session sends: `npx tsx bench/audio [SECONDS]`. Each format of the same recording, in
 * chunks of 4096 bytes, to 16 kHz mono; beside it ffmpeg on the same file. Then the resampler alone, from each rate.
 * The figure is times real time, the best of three runs.
 */
import { execFileSync } from 'node:child_process';
import { AudioIntake } from '../../lib/audio/intake';
import { Resampler } from '../../lib/audio/resample';
import { ffmpegPath, fixture, fixturePath } from '../../test/support/audio-fixtures';

const RUNS = 3;
const CHUNK_BYTES = 4096;
const FORMATS: readonly [name: string, args: string][] = [
  ['a.wav', '-ar 16000'],
  ['a.wav', '-ar 8000'],
  ['a.wav', '-ar 44100 -ac 2'],
  ['a.wav', '-c:a pcm_f32le -ar 48000 -ac 2'],
  ['a.aiff', '-ar 44100 -ac 2'],
  ['a.flac', '-ar 44100 -ac 2'],
  ['a.mp3', '-ar 44100 -ac 2'],
  ['a.ogg', '-c:a libopus -ar 48000'],
  ['a.webm', '-c:a libopus -ar 48000 -ac 2'],
  ['a.m4a', '-ar 44100 -ac 2'],
];
const RATES_HZ = [8000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000];

async function main(): Promise<void> {
  const repeat = Math.max(1, Math.round(Number(process.argv[2] ?? 110) / 11));
  const loop = `-filter_complex aloop=loop=${repeat - 1}:size=176000`;
  const seconds = repeat * 11;
  process.env.FFMPEG_PATH = ffmpegPath();
  const formats = [];
  for (const [name, args] of FORMATS) {
    const options = `${loop} ${args}`;
    const bytes = fixture(name, options);
    const ours = await best(() => decode(bytes));
    const theirs = await best(() => {
      const file = fixturePath(name, options);
      const output = ['-f', 's16le', '-ar', '16000', '-ac', '1', '-y', '/dev/null'];
      execFileSync(ffmpegPath(), ['-v', 'error', '-i', file, ...output]);
    });
    formats.push({ format: `${name} ${args}`, ours: round(seconds / ours), ffmpeg: round(seconds / theirs) });
  }
  console.table(formats);
  const rates = [];
  for (const rateHz of RATES_HZ) {
    const second = Float32Array.from({ length: rateHz }, (_, i) => Math.sin(i / 10) / 2);
    const took = await best(() => {
      const resampler = new Resampler(rateHz, 16_000);
      for (let i = 0; i < seconds; i++) resampler.write(second);
      resampler.flush();
    });
    rates.push({ from: rateHz, to: 16_000, timesRealTime: round(seconds / took) });
  }
  console.table(rates);
  console.log(JSON.stringify({ seconds, formats, rates }));
}

async function decode(bytes: Uint8Array): Promise<void> {
  const intake = new AudioIntake(16_000);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const pcm = intake.write(bytes.subarray(at, at + CHUNK_BYTES));
    if (pcm instanceof Promise) await pcm;
  }
  await intake.end();
}

/** Seconds. */
async function best(work: () => unknown): Promise<number> {
  const took: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const begun = performance.now();
    await work();
    took.push((performance.now() - begun) / 1000);
  }
  return Math.min(...took);
}

function round(value: number): number {
  return Math.round(value);
}

void main();
