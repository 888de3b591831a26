import { readFileSync } from 'node:fs';
import { collectGarbage } from './collect-garbage';

/**
 * The time of the event loop's thread alone, where Linux tells it, because other threads compile and collect
 * meanwhile.
 */
export function processorMs(): number {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
}

/** What the heap and its buffers take. Memory counts as soon as it is allocated, also where nobody has touched it. */
export function memoryBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The same, after a collection of garbage. */
export async function memoryAtRest(): Promise<number> {
  await collectGarbage();
  return memoryBytes();
}

/** What the system has given to the process, after a collection of garbage: also memory of WebAssembly. */
export async function residentAtRest(): Promise<number> {
  await collectGarbage();
  return process.memoryUsage.rss();
}
