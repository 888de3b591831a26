/**
 * How many words the whole of it gets right, client and local service with its recogniser: `npx tsx bench/accuracy [PROMPT…]`.
 * Human prompts, each by itself and joined with gaps, in the three ways in which sessions can listen. Needs `apt-get` for
 * the recordings and the ffmpeg of the tests; prints a table, the worst prompts, and JSON as the last line.
 */
import { transcribe, type SessionMode } from '../../lib';
import { startLocalService, type LocalService } from '../../local-service';
import { wav } from '../../test/support/scripted-audio';
import { align } from './alignment';
import { librivoxPrompts, spokenWords, telephonePrompts, type Prompt } from './prompts';

const WAYS: readonly { way: string; model: string; mode: SessionMode }[] = [
  { way: 'VAD', model: 'qwen3-asr-flash-realtime', mode: 'vad' },
  { way: 'Manual', model: 'qwen3-asr-flash-realtime', mode: 'manual' },
  { way: 'run-task', model: 'fun-asr-realtime', mode: 'vad' },
];
/** Longer than the pause that ends a sentence of any model. */
const GAP = Buffer.alloc(1.5 * 32_000);
/** The length of joined prompts, so that a session takes a minute or two. */
const JOINED = 10;
/** A session that has not ended by then hangs. */
const BOUND_MS = 120_000;
const AT_ONCE = 2;
const WORST = 8;
/** Words at the edge of a prompt, which a cut in the wrong place would take. */
const EDGE_WORDS = 2;

interface Heard {
  name: string;
  words: number;
  errors: number;
  lostAtCuts: number;
  hung: boolean;
  text: string;
}

async function main(): Promise<void> {
  const only = process.argv.slice(2);
  const prompts = [...telephonePrompts(), ...librivoxPrompts()].filter(
    ({ name }) => only.length === 0 || only.includes(name),
  );
  const joined = Array.from({ length: Math.ceil(prompts.length / JOINED) }, (_, index) =>
    prompts.slice(index * JOINED, (index + 1) * JOINED),
  );
  const service = await startLocalService({ engine: 'recogniser', keepFrames: false });
  const rows = [];
  try {
    for (const { way, ...options } of WAYS) {
      for (const [form, groups] of [
        ['one by one', prompts.map((prompt) => [prompt])],
        ['joined', joined],
      ] as const) {
        const heard = await inTurn(groups, (group) => hear(service, group, options));
        const row = { way, form, ...summaryOf(heard) };
        rows.push(row);
        console.log(row);
        for (const { name, errors, words, text } of worst(heard))
          console.log(`${way}, ${form}: ${name}: ${errors} of ${words} words: ${text.slice(0, 200)}`);
      }
    }
  } finally {
    await service.close();
  }
  console.table(rows);
  console.log(JSON.stringify({ prompts: prompts.length, rows }));
}

async function hear(
  service: LocalService,
  group: readonly Prompt[],
  options: { model: string; mode: SessionMode },
): Promise<Heard> {
  const said = group.flatMap(({ words }) => words);
  const recording = wav(Buffer.concat(group.flatMap((prompt) => [prompt.pcm, GAP])));
  const signal = AbortSignal.timeout(BOUND_MS);
  let text = '';
  try {
    ({ text } = await transcribe(recording, { ...options, address: service.url, signal }));
  } catch (error) {
    console.error(`${group[0]?.name}: ${signal.aborted ? 'hung' : (error as Error).message}`);
  }
  const { fates, added } = align(said, spokenWords(text));
  return {
    name: group.map(({ name }) => name).join(' '),
    words: said.length,
    errors: fates.filter((fate) => fate !== 'right').length + added,
    lostAtCuts: lostAtCuts(group, fates),
    hung: signal.aborted,
    text,
  };
}

function lostAtCuts(group: readonly Prompt[], fates: readonly string[]): number {
  let begin = 0;
  let lost = 0;
  for (const { words } of group) {
    const here = fates.slice(begin, begin + words.length);
    lost += [...here.slice(0, EDGE_WORDS), ...here.slice(-EDGE_WORDS)].filter(
      (fate) => fate === 'lost',
    ).length;
    begin += words.length;
  }
  return lost;
}

function summaryOf(heard: readonly Heard[]) {
  const sum = (count: (one: Heard) => number): number => heard.reduce((total, one) => total + count(one), 0);
  const words = sum((one) => one.words);
  return {
    sessions: heard.length,
    words,
    wordErrorRate: Math.round((1000 * sum((one) => one.errors)) / words) / 10,
    lostAtCuts: sum((one) => one.lostAtCuts),
    hung: sum((one) => Number(one.hung)),
  };
}

function worst(heard: readonly Heard[]): Heard[] {
  return [...heard].sort((a, b) => b.errors - a.errors).slice(0, WORST);
}

/** A few sessions run at once, so that one can work while another waits. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

void main();
