import type { SessionOptions, Statistics } from '../../lib';
import { scaledClock } from '../support/clocks';
import { Random } from '../support/random';
import { planDelivery, planTask, runSession, WAYS } from './chaos-session';
import type { Delivery, Outcome, Task } from './chaos-session';
import { planFaults } from './fault-plan';
import type { Traffic } from './fault-plan';
import { FaultProxy } from './fault-proxy';
import { planMessages } from './message-plan';
import { MessageProxy } from './message-proxy';
import { composeSpeech, recordedSpeech } from './speech';
import type { Speech } from './speech';
import { compareWords } from './verdict';
import type { Verdict } from './verdict';

export interface ChaosOptions {
  seed: number;
  sessions: number;
  /** No new session begins after this much wall-clock time. */
  durationMs?: number;
  /** Runs only the session of this number. */
  only?: number;
  /** The port of the service that recognises the sessions. */
  port: number;
  /** How much faster than real time everything runs; the service's `timeScale`. */
  timeScale: number;
  /** How many sessions run at once. */
  concurrency: number;
  /** Called with each session as it ends. */
  onSession?: (result: SessionResult) => void;
}

/**
 * `whole`: every word of the undisturbed run came once and in order. `declared`: words are missing, and the session's
 * statistics or its error say so. `failed`: words are missing and nothing says so, or the session hung.
 */
export type SessionResult = {
  index: number;
  way: string;
  speech: string;
  delivery: Delivery;
  faults: readonly string[];
  result: 'whole' | 'declared' | 'failed';
  /** Why the session is not whole. */
  why: string;
  verdict: Verdict;
  statistics?: Statistics;
  text?: string;
  undisturbed: string;
  events?: readonly string[];
};

/** At most this many different speeches are used. Each is recognised undisturbed once for each way … */
const MAX_SPEECHES = 12;
/** … and disturbed about this often. */
const SESSIONS_PER_SPEECH = 40;
/** The recogniser does not hear each composed speech whole, also undisturbed. */
const MAX_DRAWS = 200;
/** A session that has not ended after this much wall-clock time counts as hung. */
const BOUND_MS = 120_000;
const UNDISTURBED: Delivery = { chunkMs: 100, isLive: true, restMs: 0 };
/** If a larger share of the words differs, the recogniser's own variation does not explain it. */
const MAX_VARIED_SHARE = 0.25;

interface Reference {
  outcome: Outcome;
  traffic: Traffic;
}

/** Runs sessions of real speech behind a network that fails, and compares what they heard with what they hear without. */
export async function runChaos(options: ChaosOptions): Promise<SessionResult[]> {
  const { seed, sessions, only, concurrency, durationMs = Infinity, onSession } = options;
  const random = new Random(seed);
  const speeches = [recordedSpeech()];
  const enough = Math.min(MAX_SPEECHES, Math.ceil(sessions / SESSIONS_PER_SPEECH));
  const references = new References(options);
  for (let draw = 1; speeches.length < enough; draw++) {
    if (draw > MAX_DRAWS)
      throw new Error(`The recogniser hears fewer than ${enough} of ${MAX_DRAWS} speeches whole.`);
    const speech = composeSpeech(random.part(-draw));
    if (await references.areWhole(speech)) speeches.push(speech);
  }
  const results: SessionResult[] = [];
  const indices = only === undefined ? Array.from({ length: sessions }, (_, index) => index) : [only];
  const endsAtMs = performance.now() + durationMs;
  const work = async () => {
    for (let index = indices.shift(); index !== undefined; index = indices.shift()) {
      if (performance.now() > endsAtMs) return;
      const result = await runOne(index, random.part(index), speeches, references, options);
      results.push(result);
      onSession?.(result);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return results.sort((a, b) => a.index - b.index);
}

async function runOne(
  index: number,
  random: Random,
  speeches: readonly Speech[],
  references: References,
  options: ChaosOptions,
): Promise<SessionResult> {
  const way = WAYS[index % WAYS.length]!;
  const speech = speeches[Math.floor(index / WAYS.length) % speeches.length]!;
  // All sessions of this speech and way get the same commits, so that they share a reference.
  const task = planTask(
    way,
    speech,
    new Random(options.seed).part(-1 - (index % (WAYS.length * speeches.length))),
  );
  const { outcome: undisturbed, traffic } = await references.of(task);
  const delivery = { ...planDelivery(random), restMs: random.part(2).pick([0, 1500, 4000]) };
  const clock = scaledClock(options.timeScale);
  const planFor = planFaults(random, traffic);
  const plan = planMessages(random.part(1), way, speech);
  const messages = await MessageProxy.start({ port: options.port, plan, clock });
  const proxy = await FaultProxy.start({ port: messages.port, planFor, clock });
  const faults = () => [...proxy.happened, ...messages.happened];
  const about = { index, way: way.name, speech: speech.name, delivery, undisturbed: undisturbed.text };
  try {
    const outcome = await runSession(task, delivery, sessionOptions(options, proxy.url));
    const judged = judge(undisturbed, outcome);
    if (judged.result !== 'failed' || plan.commitsAtMs.length === 0)
      return { ...about, faults: faults(), ...judged };
    // The recogniser may hear other words where the service divides the speech by itself.
    const divided = await references.divided(task, plan.commitsAtMs, delivery);
    return { ...about, undisturbed: divided.text, faults: faults(), ...judge(divided, outcome) };
  } catch (error) {
    const why = (error as Error).message;
    return {
      ...about,
      faults: faults(),
      result: 'failed',
      why,
      verdict: { lost: [], added: [], varied: [] },
    };
  } finally {
    await proxy.close();
    await messages.close();
  }
}

function judge(undisturbed: Outcome, { text, statistics, commits, error, events }: Outcome) {
  const verdict = compareWords(undisturbed.text, text);
  const complaints = [
    ...verdict.lost.map((words) => `lost “${words}”`),
    ...verdict.added.map((words) => `added “${words}”`),
    ...commits.filter((answer, index) => answer.startsWith('(') && answer !== undisturbed.commits[index]),
    ...(varied(verdict, undisturbed.text) > MAX_VARIED_SHARE ? ['heard otherwise'] : []),
    ...(error ? [`ended with ${error.code}: ${error.message}`] : []),
  ];
  const isDeclared = error !== undefined || statistics.audioLostMs > 0;
  const result =
    complaints.length === 0 ? 'whole' : isDeclared && verdict.added.length === 0 ? 'declared' : 'failed';
  return { result, why: complaints.join('; '), verdict, statistics, text, events } as const;
}

function varied(verdict: Verdict, text: string): number {
  return verdict.varied.join(' ').length / 2 / Math.max(1, text.length);
}

function sessionOptions({ timeScale }: ChaosOptions, address: string) {
  return {
    address,
    clock: scaledClock(timeScale),
    boundMs: BOUND_MS,
    // The recogniser shares two cores with everything else, and faster clocks do not make it faster.
    connectTimeoutMs: 5000 * timeScale,
    configureTimeoutMs: 5000 * timeScale,
    commitTimeoutMs: 60_000 * timeScale,
    finishTimeoutMs: 60_000 * timeScale,
    pingIntervalMs: 2000 * timeScale,
    pongTimeoutMs: 3000 * timeScale,
    answerTimeoutMs: 15_000 * timeScale,
  } satisfies SessionOptions & Parameters<typeof runSession>[2];
}

/** The results of each task when nothing goes wrong, through the same proxy. Each is made when it is first needed. */
class References {
  readonly #options: ChaosOptions;
  readonly #made = new Map<string, Promise<Reference>>();

  constructor(options: ChaosOptions) {
    this.#options = options;
  }

  of(task: Task): Promise<Reference> {
    const key = JSON.stringify([task.way.name, task.speech.name, task.commitsAtMs]);
    let reference = this.#made.get(key);
    if (!reference) this.#made.set(key, (reference = this.#make(task)));
    return reference;
  }

  /**
   * Whether the recogniser hears every word, however the speech is cut into utterances. Where it does not, a disturbed
   * session would show what the recogniser varies, and not what the session does.
   */
  async areWhole(speech: Speech): Promise<boolean> {
    const way = WAYS.find(({ mode }) => mode === 'manual')!;
    for (const commitsAtMs of [[], speech.pausesMs]) {
      const { outcome } = await this.#make({ way, speech, commitsAtMs }, { ...UNDISTURBED, isLive: false });
      const { lost, added } = compareWords(speech.text, outcome.text);
      if (lost.length > 0 || added.length > 0) return false;
    }
    return true;
  }

  /** What is heard without a fault where the service divides the speech by itself there. */
  async divided(task: Task, commitsAtMs: readonly number[], delivery: Delivery): Promise<Outcome> {
    const { port, timeScale } = this.#options;
    const plan = { quirks: [], refusals: [], commitsAtMs };
    const proxy = await MessageProxy.start({ port, plan, clock: scaledClock(timeScale) });
    try {
      const { outcome } = await this.#make(task, delivery, proxy.port);
      return outcome;
    } finally {
      await proxy.close();
    }
  }

  async #make(task: Task, delivery = UNDISTURBED, port = this.#options.port): Promise<Reference> {
    const { timeScale } = this.#options;
    const proxy = await FaultProxy.start({
      port,
      planFor: () => ({ faults: [] }),
      clock: scaledClock(timeScale),
    });
    try {
      const outcome = await runSession(task, delivery, {
        ...sessionOptions(this.#options, proxy.url),
        // This run has no fault to notice, and a busy machine may be slow.
        pongTimeoutMs: BOUND_MS * timeScale,
      });
      if (outcome.error) throw outcome.error;
      return { outcome, traffic: { ...proxy.carried } };
    } finally {
      await proxy.close();
    }
  }
}
