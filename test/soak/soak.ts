import { openSession } from '../../lib';
import type { Clock, Session, SessionOptions } from '../../lib';
import type { ScriptFile } from '../../local-service';
import { scaledClock } from '../support/clocks';
import { collectGarbage } from '../support/collect-garbage';
import { JFK_PCM } from '../support/jfk';
import { openResources } from '../support/open-resources';
import { Random } from '../support/random';
import { DOORS } from './doors';
import type { Door } from './doors';

export interface SoakOptions {
  seed: number;
  /** The duration of the audio of each session. */
  durationMs: number;
  sessions: number;
  /** How much faster than real time the audio comes, if the machine keeps up. */
  timeScale: number;
  /** The address of a service that plays {@link soakScript}. */
  port: number;
  onSample?: (sample: Sample) => void;
}

/** The memory and resources of the process, after a forced garbage collection. */
export interface Sample {
  /** The duration of the audio that each session had got by then. */
  audioMs: number;
  heapBytes: number;
  /** Buffers outside of the heap. */
  externalBytes: number;
  /** The resident memory as the operating system reports it, which may include freed memory. */
  rssBytes: number;
  sockets: number;
  timers: number;
}

export interface SoakResult {
  samples: Sample[];
  /** In wall-clock time. */
  wallMs: number;
  sessions: SessionEnd[];
}

export interface SessionEnd {
  audioSentMs: number;
  audioLostMs: number;
  reconnects: number;
  finals: number;
  /** The error, where the session did not finish. */
  failed?: string;
}

const CHUNK_MS = 100;
const BYTES_PER_MS = 32;
const RAW = { rate: 16_000, encoding: 's16le' };
const SAMPLES = 60;
/** The audio of one commit in Manual mode. */
const COMMIT_EVERY_MS = 20_000;
/** Longer than the audio of a commit, because a sentence has to be recognised on one connection. */
const SHORTEST_CONNECTION_MS = 2 * COMMIT_EVERY_MS;

/** Endless speech, on connections that break off every few minutes. */
export function soakScript(seed: number, durationMs: number): ScriptFile {
  const random = new Random(seed).part(1);
  const fromMs = Math.max(SHORTEST_CONNECTION_MS, durationMs / 20);
  const toMs = Math.max(2 * SHORTEST_CONNECTION_MS, durationMs / 3);
  return {
    utterances: [
      { text: 'And so, my fellow Americans, ask not what your country can do for you.', emotion: 'happy' },
      'Ask what you can do for your country.',
    ],
    loop: true,
    connections: Array.from({ length: 200 }, () => ({
      faults: [{ atAudioMs: random.int(fromMs, toMs), do: 'terminate' }],
    })),
  };
}

/** Runs many sessions at once, and watches the memory as time goes by. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { durationMs, sessions, timeScale, onSample } = options;
  const clock = scaledClock(timeScale);
  const beganAtMs = performance.now();
  const samples: Sample[] = [];
  let audioMs = 0;
  const running: SoakSession[] = [];
  for (let index = 0; index < sessions; index += 1) {
    // One session without a door, then one for each of them.
    const open = DOORS[(index % (DOORS.length + 1)) - 1];
    running.push(new SoakSession(options, index, clock, await open?.()));
  }
  const beganOnClockMs = clock.now();
  while (audioMs < durationMs) {
    await sleepUntil(clock, beganOnClockMs + audioMs);
    await Promise.all(running.map((session) => session.speak(audioMs)));
    // Nothing is left to watch.
    if (running.every(({ failed }) => failed !== undefined))
      throw new Error(`All sessions ended: ${running[0]?.failed}`);
    audioMs += CHUNK_MS;
    if (audioMs < ((samples.length + 1) * durationMs) / SAMPLES) continue;
    const sample = await takeSample(audioMs);
    samples.push(sample);
    onSample?.(sample);
  }
  const ends = await Promise.all(running.map((session) => session.end()));
  return { samples, wallMs: performance.now() - beganAtMs, sessions: ends };
}

/** One session of each way in turn. */
const WAYS: readonly Pick<SessionOptions, 'model' | 'mode'>[] = [
  { model: 'qwen3-asr-flash-realtime', mode: 'vad' },
  { model: 'fun-asr-realtime', mode: 'vad' },
  { model: 'qwen3-asr-flash-realtime', mode: 'manual' },
];

class SoakSession {
  readonly #session: Session;
  readonly #isManual: boolean;
  #isEnding = false;
  readonly #door: Door | undefined;
  readonly #taken: Promise<void> | undefined;
  /** The reason why the session is over early. */
  failed: string | undefined;

  /**
   * Runs one session.
   * @param door The way by which its audio comes. Default: it is appended.
   */
  constructor({ port, timeScale }: SoakOptions, index: number, clock: Clock, door?: Door) {
    const way = WAYS[index % WAYS.length]!;
    this.#isManual = way.mode === 'manual';
    this.#session = openSession({
      region: 'local',
      address: `ws://127.0.0.1:${port}`,
      ...way,
      environment: { clock },
      // The clock runs faster, but the machine does not, so bounds that have nothing to do with memory are generous.
      connectTimeoutMs: 10_000 * timeScale,
      configureTimeoutMs: 10_000 * timeScale,
      commitTimeoutMs: 10_000 * timeScale,
      finishTimeoutMs: 10_000 * timeScale,
      pingIntervalMs: 10_000 * timeScale,
      pongTimeoutMs: 10_000 * timeScale,
      answerTimeoutMs: 10_000 * timeScale,
      idle: { afterMs: 5000 * timeScale },
    });
    this.#session.on('error', ({ error }) => (this.failed = `${error.code}: ${error.message}`));
    this.#door = door;
    this.#taken = door && this.#take(door);
  }

  async #take({ chunks }: Door): Promise<void> {
    try {
      for await (const chunk of chunks) await this.#session.append(chunk, RAW);
    } catch (error) {
      // A door is closed while it is read.
      if (!this.#isEnding) this.failed ??= String(error);
    }
  }

  /** Gives the next chunk, and waits as long as the session says. */
  async speak(atMs: number): Promise<void> {
    if (this.failed) return;
    const from = (atMs * BYTES_PER_MS) % (JFK_PCM.length - CHUNK_MS * BYTES_PER_MS);
    const chunk = JFK_PCM.subarray(from, from + CHUNK_MS * BYTES_PER_MS);
    try {
      if (this.#door) await this.#door.write(chunk);
      else await this.#session.append(chunk, RAW);
    } catch {
      // The session has ended; its error gives the reason.
      return;
    }
    if (this.#isManual && atMs % COMMIT_EVERY_MS === 0 && atMs > 0)
      this.#session.commit().catch(() => undefined);
  }

  async end(): Promise<SessionEnd> {
    this.#isEnding = true;
    await this.#door?.close();
    await this.#taken;
    await this.#session.finish().catch(() => undefined);
    const { audioSentMs, audioLostMs, reconnects, finals } = this.#session.statistics();
    return { audioSentMs, audioLostMs, reconnects, finals, ...(this.failed && { failed: this.failed }) };
  }
}

async function takeSample(audioMs: number): Promise<Sample> {
  await collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  const open = openResources();
  return {
    audioMs,
    heapBytes: heapUsed,
    externalBytes: external,
    rssBytes: rss,
    sockets: open.get('TCPSocketWrap') ?? 0,
    timers: open.get('Timeout') ?? 0,
  };
}

/** Even when it is late, it lets the event loop read the sockets. */
async function sleepUntil(clock: Clock, atMs: number): Promise<void> {
  await new Promise<void>((resolve) => clock.after(Math.max(0, atMs - clock.now()), resolve));
}
