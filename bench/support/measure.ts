/** The load: every session gets 100 ms of audio every `everyMs`, spread evenly; what that took is measured. */
import type { Client, WireProtocol } from '../clients/client';
import { ageUs, sharedNowUs, stamp } from './clock';
import { percentile } from './statistics';

export interface LoadInput {
  client: 'bare' | 'ours' | 'openai' | 'deepgram';
  protocol: WireProtocol;
  url: string;
  sessions: number;
  ms: number;
  /** Default 100: real time. */
  everyMs?: number;
  /** How long the load runs before the measurement; default 5000. */
  warmUpMs?: number;
}

export interface LoadResult {
  chunks: number;
  cpuUsPerChunk: number;
  /** Share of a core. */
  cpuShare: number;
  texts: number;
  /** From the service's frame to the event. */
  textP50Us: number;
  textP99Us: number;
  /**
   * From the chunk that the client gets to the message at the service, which reads the stamps where it was told to
   * (`reads`).
   */
  audioP50Us: number;
  audioP99Us: number;
  /** Share of the service's core. Where it is near 1, the service is what limits the result. */
  serviceShare: number;
}

const CHUNK_BYTES = 3200;
const TICK_MS = 5;
/** The number of delays that are kept, which is more than any case has. */
const MAX_TEXTS = 2 ** 18;
/** The time until the engine has compiled the measured code; live sessions run for hours. */
const WARM_UP_MS = 5000;
/**
 * The same time for hundreds of sessions in real time, which have all just begun, while the heap still finds its
 * size.
 */
export const WARM_UP_OF_MANY_MS = 15_000;

export async function measure(clients: readonly Client[], input: LoadInput): Promise<LoadResult> {
  const { url, ms, everyMs = 100, warmUpMs = WARM_UP_MS } = input;
  // The values lie outside of the measured heap, in memory of a fixed size.
  const textsUs = new Float64Array(MAX_TEXTS);
  let texts = 0;
  for (const one of clients) {
    one.onText((text) => {
      textsUs[texts % MAX_TEXTS] = ageUs(Number.parseInt(text, 10), sharedNowUs());
      texts += 1;
    });
  }
  // One request comes before the measurement, so that the code it loads is not measured.
  await askService(url);
  let before: Promise<ServiceReport> | undefined;
  let begun = { cpu: process.cpuUsage(), atMs: 0, chunks: 0 };
  const chunksInAll = await stream(clients, { warmUpMs, ms: warmUpMs + ms, everyMs }, (chunks) => {
    before = askService(url);
    texts = 0;
    begun = { cpu: process.cpuUsage(), atMs: performance.now(), chunks };
  });
  const { user, system } = process.cpuUsage(begun.cpu);
  const lastedMs = performance.now() - begun.atMs;
  const chunks = chunksInAll - begun.chunks;
  const serviceBefore = await before;
  const service = await askService(url);
  const delaysUs = textsUs.subarray(0, texts);
  return {
    chunks,
    cpuUsPerChunk: (user + system) / chunks,
    cpuShare: (user + system) / 1000 / lastedMs,
    texts,
    textP50Us: percentile(delaysUs, 50),
    textP99Us: percentile(delaysUs, 99),
    audioP50Us: service.p50Us,
    audioP99Us: service.p99Us,
    serviceShare: (service.cpuUs - (serviceBefore?.cpuUs ?? 0)) / 1000 / lastedMs,
  };
}

/**
 * Chunks go out by the clock; a tick that comes late sends what is due by then. One run for the warm-up and what follows:
 * a second one would run other code, as far as the engine knows.
 */
function stream(
  clients: readonly Client[],
  { warmUpMs, ms, everyMs }: { warmUpMs: number; ms: number; everyMs: number },
  onWarm: (chunks: number) => void,
): Promise<number> {
  const pcm = noise();
  const beginMs = performance.now();
  let chunks = 0;
  let isWarm = false;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const passedMs = performance.now() - beginMs;
      if (!isWarm && passedMs >= warmUpMs) {
        isWarm = true;
        onWarm(chunks);
      }
      const due = Math.floor((Math.min(passedMs, ms) / everyMs) * clients.length);
      for (; chunks < due; chunks += 1) {
        stamp(pcm, sharedNowUs());
        clients[chunks % clients.length]?.send(pcm);
      }
      if (passedMs < ms) return;
      clearInterval(timer);
      resolve(chunks);
    }, TICK_MS);
  });
}

interface ServiceReport {
  p50Us: number;
  p99Us: number;
  cpuUs: number;
}

/** The service's counts since the last request. */
async function askService(url: string): Promise<ServiceReport> {
  return (await fetch(url.replace('ws:', 'http:'))).json() as Promise<ServiceReport>;
}

function noise(): Buffer {
  const pcm = Buffer.alloc(CHUNK_BYTES);
  for (let i = 0; i < CHUNK_BYTES; i += 2) pcm.writeInt16LE(Math.round(8000 * Math.sin(i * i)), i);
  return pcm;
}
