/**
 * The files of lib/ that a 100 ms chunk of raw PCM passes between `append` and the socket, as V8 counts what has run:
 *
 *   npx tsx bench/chunk-path.ts
 *
 * A session is open and several chunks have gone before, so that nothing is of the beginning. The service says nothing
 * meanwhile, because what it says is not the chunk's way.
 */
import { Session as Inspector } from 'node:inspector/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSession } from '../lib';
import { startSink } from './support/processes';

const ROOT = path.join(__dirname, '..');
const MODELS = { qwen: 'qwen3-asr-flash-realtime', 'run-task': 'fun-asr-realtime' };
const CHUNK_MS = 100;
/** A tone of 440 Hz. */
const SAMPLES = Int16Array.from(
  { length: 16 * CHUNK_MS },
  (_, at) => 8000 * Math.sin((at * 2 * Math.PI * 440) / 16_000),
);
const CHUNK = Buffer.from(SAMPLES.buffer);
/** The first two seconds of raw samples are examined for their format. */
const CHUNKS_BEFORE = 30;
const CHUNKS = 8;

/** The files of lib/ in which something ran while `work` was done. */
async function filesThatRun(work: () => Promise<void>): Promise<string[]> {
  const inspector = new Inspector();
  inspector.connect();
  await inspector.post('Profiler.enable');
  await inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  // Each look at the counts sets them back. The first look lists all known functions.
  await inspector.post('Profiler.takePreciseCoverage');
  await work();
  const { result } = await inspector.post('Profiler.takePreciseCoverage');
  inspector.disconnect();
  const ran = result.filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0));
  return ran
    .map(({ url }) => path.relative(ROOT, url.replace(/^file:\/\//, '')))
    .filter((file) => file.startsWith(`lib${path.sep}`))
    .sort();
}

async function chunkPath(model: string): Promise<string[]> {
  const sink = await startSink({ hasFinals: false });
  const session = openSession({ address: sink.url, model });
  const play = async (chunks: number, everyMs: number): Promise<void> => {
    for (let sent = 0; sent < chunks; sent += 1) {
      await session.append(CHUNK);
      await sleep(everyMs);
    }
  };
  try {
    await session.ready();
    await play(CHUNKS_BEFORE, CHUNK_MS / 4);
    return await filesThatRun(() => play(CHUNKS, CHUNK_MS));
  } finally {
    session.abort();
    sink.stop();
  }
}

async function main(): Promise<void> {
  for (const [protocol, model] of Object.entries(MODELS)) {
    const files = await chunkPath(model);
    process.stdout.write(
      `${protocol}: ${files.length} files\n${files.map((file) => `  ${file}\n`).join('')}`,
    );
  }
}

void main();
