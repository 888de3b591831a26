import { openSession } from '../../lib';
import type { AsrError, Clock, Session, SessionMode, SessionOptions, Statistics } from '../../lib';
import type { Random } from '../support/random';
import type { Speech } from './speech';

/** A way to use a session: protocol, mode, and whether the caller ends sentences. */
export interface Way {
  name: string;
  model: string;
  mode: SessionMode;
  commits: boolean;
}

export const WAYS: readonly Way[] = [
  { name: 'qwen vad', model: 'qwen3-asr-flash-realtime', mode: 'vad', commits: false },
  { name: 'qwen vad, commits', model: 'qwen3-asr-flash-realtime', mode: 'vad', commits: true },
  { name: 'qwen manual', model: 'qwen3-asr-flash-realtime', mode: 'manual', commits: true },
  { name: 'run-task', model: 'fun-asr-realtime', mode: 'vad', commits: false },
  { name: 'run-task, commits', model: 'fun-asr-realtime', mode: 'vad', commits: true },
];

/** Everything that decides what is recognised. */
export interface Task {
  way: Way;
  speech: Speech;
  /** Where the caller commits, in audio time. */
  commitsAtMs: readonly number[];
}

/** How the audio comes. None of this changes what is recognised. */
export interface Delivery {
  chunkMs: number;
  /** Chunks come as fast as they are spoken, or as fast as the session takes them. */
  isLive: boolean;
  /** How long no audio comes in the middle of a pause; 0 for never. It is used for live audio only. */
  restMs: number;
}

export interface Outcome {
  /** All finals, in the order in which they came. */
  text: string;
  /** The answers to the commits, in their order. A failed commit has the code of its error. */
  commits: string[];
  statistics: Statistics;
  /** What ended the session, if it did not finish. */
  error?: AsrError;
  events: string[];
}

const BYTES_PER_MS = 32;

export function planTask(way: Way, speech: Speech, random: Random): Task {
  const commitsAtMs = way.commits ? speech.pausesMs.filter(() => random.chance(0.6)) : [];
  return { way, speech, commitsAtMs };
}

export function planDelivery(random: Random): Omit<Delivery, 'restMs'> {
  return { chunkMs: random.pick([20, 60, 100, 100, 250, 1000]), isLive: random.chance(0.7) };
}

/** Runs one session from its beginning to its end. @throws Error when it does not end within the bound. */
export async function runSession(
  { way, speech, commitsAtMs }: Task,
  { chunkMs, isLive, restMs }: Delivery,
  options: SessionOptions & { clock: Clock; boundMs: number },
): Promise<Outcome> {
  const { clock, boundMs, ...sessionOptions } = options;
  const session = openSession({
    region: 'local',
    ...sessionOptions,
    model: way.model,
    mode: way.mode,
    environment: { clock },
  });
  const outcome: Omit<Outcome, 'commits' | 'statistics' | 'text'> = { events: [] };
  const finals: string[] = [];
  session.on('event', (event) => {
    if (event.type === 'final') finals.push(event.text);
    if (event.type === 'error') outcome.error = event.error;
    outcome.events.push(event.type === 'warning' ? `warning ${event.code}` : event.type);
  });
  const commits: Promise<string>[] = [];
  try {
    await within(boundMs, async () => {
      let beganAtMs = clock.now();
      const [restsAtMs = Infinity] = isLive && restMs > 0 ? speech.pausesMs : [];
      const marks = [...commitsAtMs];
      for (let ms = 0; ms * BYTES_PER_MS < speech.pcm.length;) {
        const untilMs = Math.min(ms + chunkMs, marks[0] ?? Infinity);
        if (isLive) await sleepUntil(clock, beganAtMs + untilMs);
        await session.append(speech.pcm.subarray(ms * BYTES_PER_MS, untilMs * BYTES_PER_MS));
        if (ms < restsAtMs && untilMs >= restsAtMs) beganAtMs += restMs;
        ms = untilMs;
        if (ms !== marks[0]) continue;
        marks.shift();
        commits.push(answerOf(session));
      }
      await session.finish();
    });
  } catch (error) {
    // What ended the session came as its `error` event as well; everything else is a fault of the suite or a hang.
    if (error !== outcome.error && session.state !== 'closed') throw error;
  } finally {
    session.abort();
  }
  return {
    ...outcome,
    text: finals.join(' '),
    commits: await Promise.all(commits),
    statistics: session.statistics(),
  };
}

function answerOf(session: Session): Promise<string> {
  return session.commit().then(
    ({ text }) => text,
    (error: unknown) => `(${(error as AsrError).code})`,
  );
}

async function sleepUntil(clock: Clock, atMs: number): Promise<void> {
  const waitMs = atMs - clock.now();
  if (waitMs > 0) await new Promise<void>((resolve) => clock.after(waitMs, resolve));
}

async function within(boundMs: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`The session did not end within ${boundMs} ms.`));
    }, boundMs);
  });
  try {
    await Promise.race([work(), bound]);
  } finally {
    clearTimeout(timer);
  }
}
