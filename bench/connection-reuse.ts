/**
 * What a used connection saves: `npx tsx bench/connection-reuse.ts [SESSIONS]`. Short sessions of a run-task model, with
 * a pool and without, in turn; the figure is the ratio of the medians in this run. On loopback a handshake is cheap: to
 * the cloud it is 0.3 to 0.9 s (protocol.md A.2), and this is the share that no distance adds to.
 */
import { ConnectionPool, transcribe } from '../lib';
import { startLocalService } from '../local-service';

/** 200 ms is nearly no audio, so that the session itself is measured. */
const AUDIO = Buffer.alloc(6400);
const MODEL = 'fun-asr-realtime';

async function main(): Promise<void> {
  const sessions = Number(process.argv[2] ?? 200);
  const service = await startLocalService({
    engine: 'script',
    script: { utterances: [{ text: 'Yes.', atMs: 20, endMs: 100 }], loop: true },
  });
  const pool = new ConnectionPool();
  const run = async (options: { pool?: ConnectionPool }): Promise<number> => {
    const begun = performance.now();
    const hints = { encoding: 's16le', rate: 16_000 };
    await transcribe(AUDIO, { address: service.url, model: MODEL, hints, ...options });
    return performance.now() - begun;
  };
  try {
    for (let i = 0; i < 20; i += 1) await run(i % 2 === 0 ? { pool } : {});
    const pooled: number[] = [];
    const fresh: number[] = [];
    for (let i = 0; i < sessions; i += 1) {
      pooled.push(await run({ pool }));
      fresh.push(await run({}));
    }
    const result = {
      sessions,
      pooledMedianMs: round(median(pooled)),
      freshMedianMs: round(median(fresh)),
      ratio: round(median(pooled) / median(fresh)),
      handshakesSaved: pool.reusedCount,
    };
    console.table([result]);
    console.log(JSON.stringify(result));
  } finally {
    pool.close();
    await service.close();
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

void main();
