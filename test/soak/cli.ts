// `npm run soak`: many sessions at once for a long time, and what they leave in memory.
import {
  exitWith,
  ProcessWatch,
  readCount,
  readDurationMs,
  readFlags,
  readNumber,
  table,
  writeJson,
} from '../support/long-run';
import { ServiceProcess } from '../support/service-process';
import { growthOf, MEASURES } from './growth';

import { runSoak, soakScript } from './soak';
import type { Sample } from './soak';

/** The defaults of issue 6. */
const MAX_GROWTH = 0.05;

async function main(): Promise<boolean> {
  const flags = readFlags(['seed', 'sessions', 'duration', 'time-scale', 'json']);
  const seed = readNumber(flags.seed, Date.now() % 100_000);
  const timeScale = readNumber(flags['time-scale'], 20, 0.1);
  const durationMs = readDurationMs(flags.duration ?? '1h');
  const count = readCount(flags.sessions, 100);
  const watch = new ProcessWatch();
  process.stdout.write(`seed ${seed}, at most ${timeScale} times real time\n`);
  const onSample = ({ audioMs, heapBytes, externalBytes, rssBytes, sockets, timers }: Sample): void => {
    process.stdout.write(
      `${minutes(audioMs)} min  heap ${megabytes(heapBytes)}  buffers ${megabytes(externalBytes)}  rss ${megabytes(rssBytes)} MB  ${sockets} sockets  ${timers} timers\n`,
    );
  };
  const { result, connectionsLeft } = await ServiceProcess.during(
    { engine: 'script', script: soakScript(seed, durationMs), timeScale },
    (port) => runSoak({ seed, durationMs, timeScale, sessions: count, port, onSample }),
  );
  const { samples, wallMs, sessions } = result;
  const faults = await watch.faults();
  if (connectionsLeft > 0) faults.push(`left open at the service: ${connectionsLeft} connections`);
  for (const { failed } of sessions) if (failed) faults.push(`a session ended with ${failed}`);

  const growth = Object.entries(MEASURES).map(([name, read]) => ({ name, ...growthOf(samples, read) }));
  const passed = faults.length === 0 && growth.every(({ share }) => share < MAX_GROWTH);
  const sum = (of: (end: (typeof sessions)[number]) => number) =>
    sessions.reduce((total, end) => total + of(end), 0);
  const rows = growth.map(({ share, ...row }) => ({ ...row, growth: `${(share * 100).toFixed(2)} %` }));
  process.stdout.write(`\n${table(rows)}\n\n${faults.map((fault) => `${fault}\n`).join('')}`);
  const report = {
    passed,
    seed,
    sessions: sessions.length,
    audioMinutesEach: minutes(durationMs),
    wallSeconds: Math.round(wallMs / 1000),
    timesRealTime: Math.round((durationMs / wallMs) * 10) / 10,
    audioSentMegabytes: Math.round((sum(({ audioSentMs }) => audioSentMs) * 32) / 1e6),
    audioLostMs: sum(({ audioLostMs }) => audioLostMs),
    reconnects: sum(({ reconnects }) => reconnects),
    finals: sum(({ finals }) => finals),
    growth,
    crashesAndLeaks: faults,
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
  writeJson(flags.json, { ...report, samples });
  return passed;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function minutes(ms: number): number {
  return Math.round(ms / 600) / 100;
}

exitWith(main());
