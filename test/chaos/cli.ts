// `npm run chaos` runs sessions of real speech behind a network that fails. Its flags are listed below.
import {
  exitWith,
  ProcessWatch,
  readCount,
  readDurationMs,
  readFlags,
  readNumber,
  writeJson,
} from '../support/long-run';
import { ServiceProcess } from '../support/service-process';
import { runChaos } from './chaos';
import type { SessionResult } from './chaos';
import { REQUIRED_SHARE, summarise, toTable } from './report';

async function main(): Promise<boolean> {
  const flags = readFlags(['seed', 'sessions', 'duration', 'only', 'time-scale', 'concurrency', 'json']);
  const seed = readNumber(flags.seed, Date.now() % 100_000);
  const timeScale = readNumber(flags['time-scale'], 3, 0.1);
  const sessions = readCount(flags.sessions, 500);
  const concurrency = readCount(flags.concurrency, 2);
  const durationMs = flags.duration === undefined ? undefined : readDurationMs(flags.duration);
  const only = flags.only === undefined ? undefined : readNumber(flags.only, 0);
  const watch = new ProcessWatch();
  const beganAtMs = performance.now();
  process.stdout.write(`seed ${seed}, ${timeScale} times real time\n`);
  let done = 0;
  const onSession = ({ index, way, result, why, faults }: SessionResult): void => {
    done += 1;
    if (done % 25 === 0) process.stdout.write(`${done} sessions\n`);
    if (result === 'whole' && only === undefined) return;
    process.stdout.write(
      `session ${index} (${way}): ${result} ${why}\n  faults: ${faults.join(', ')}\n  again: npm run chaos -- --seed ${seed} --sessions ${sessions} --only ${index}\n`,
    );
  };
  const { result: results, connectionsLeft } = await ServiceProcess.during(
    { engine: 'recogniser', timeScale },
    (port) =>
      runChaos({
        seed,
        timeScale,
        port,
        sessions,
        concurrency,
        ...(durationMs !== undefined && { durationMs }),
        ...(only !== undefined && { only }),
        onSession,
      }),
  );
  const faults = await watch.faults();
  if (connectionsLeft > 0) faults.push(`left open at the service: ${connectionsLeft} connections`);

  const summary = summarise(results);
  const passed = summary.wholeShare >= REQUIRED_SHARE && summary.failed === 0 && faults.length === 0;
  process.stdout.write(`\n${toTable(results)}\n\n`);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  const wallSeconds = Math.round((performance.now() - beganAtMs) / 1000);
  const report = { passed, seed, timeScale, wallSeconds, ...summary, crashesAndLeaks: faults };
  process.stdout.write(`${JSON.stringify(report)}\n`);
  writeJson(flags.json, { ...report, results });
  return passed;
}

exitWith(main());
