import { readFile } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { HotWordLists, hotWordsToCsv, MODELS, readHotWords, REGIONS } from '../lib';
import type { HotWord, HotWordListInfo } from '../lib';
import { DEFAULT_HOT_WORD_PREFIX, messageOf } from '../lib/hosts';
import { readArguments, UsageError } from './cli/arguments';
import type { Arguments } from './cli/arguments';
import type { Command } from './cli/command';
import { EXIT } from './cli/exit-codes';
import { Interrupt } from './cli/interrupt';
import { complain, log, print } from './cli/output';
import { printableJson } from './cli/printable';
import { askedService } from './place';

/** A file of 2,000 words takes less. */
const MAX_INPUT_BYTES = 1024 * 1024;

interface Request {
  lists: HotWordLists;
  given: Arguments;
  /** The operands behind the name of the action. */
  operands: readonly string[];
  signal: AbortSignal;
}

/** The actions of the command, with the names of the operands of each. */
const ACTIONS: Readonly<Record<string, { operands: string; run: (request: Request) => Promise<void> }>> = {
  list: { operands: '', run: list },
  show: { operands: 'ID', run: show },
  create: { operands: 'FILE', run: create },
  update: { operands: 'ID FILE', run: update },
  delete: { operands: 'ID', run: remove },
};

export const HOT_WORDS: Command = {
  name: 'hot-words',
  operands: { usage: 'ACTION [ID] [FILE]', completes: Object.keys(ACTIONS) },
  summary: 'list, show, create, update and delete the hot-word lists of an account',
  about: `Makes the lists that --vocabulary-id of the other commands names.

  list              every list of the account
  show ID           the words of a list, as CSV
  create FILE       a new list for the model of --model; prints its id
  update ID FILE    replaces all words of a list
  delete ID         deletes a list

FILE has one word in a line, with its weight (1 to 5, default 4) and its language behind commas, such as "Model Studio,5,en". It may be JSON, too. - is standard input.`,
  flags: [
    {
      name: 'model',
      value: 'M',
      help: 'The model that uses the list; others ignore it. For show and update: says whether this model uses it.',
      choices: MODELS.filter(({ parameters }) => parameters.vocabularyId).map(({ id }) => id),
    },
    {
      name: 'prefix',
      value: 'P',
      help: `Of a new list: a part of its id, up to 9 letters and digits; default ${DEFAULT_HOT_WORD_PREFIX}. For list: only those.`,
    },
    { name: 'json', help: 'As JSON.' },
    { name: 'region', value: 'R', help: 'Where the account is.', choices: REGIONS },
    { name: 'address', value: 'URL', help: 'The ws:// or wss:// address of another service.' },
    { name: 'workspace', value: 'ID', help: 'The Model Studio workspace of the key.' },
    { name: 'proxy', value: 'URL', help: 'The proxy on the way, or none. Default: the environment decides.' },
  ],
  notes: 'The API key comes from DASHSCOPE_API_KEY, or is asked for.',
  run: runHotWords,
};

async function runHotWords(argv: readonly string[]): Promise<number> {
  const given = readArguments(HOT_WORDS, argv);
  const [name = '', ...operands] = given.operands;
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!action)
    throw new UsageError(`Expected one of ${Object.keys(ACTIONS).join(', ')}, got ${JSON.stringify(name)}.`);
  const wanted = action.operands === '' ? 0 : action.operands.split(' ').length;
  if (operands.length !== wanted)
    throw new UsageError(
      `Expected ${name}${wanted === 0 ? ' alone' : ` ${action.operands}`}, got ${operands.length} arguments behind it.`,
    );
  using interrupt = new Interrupt();
  try {
    const lists = new HotWordLists({ ...(await serviceOf(given)), ...proxyOf(given) });
    await action.run({ lists, given, operands, signal: interrupt.finishing });
    return EXIT.done;
  } catch (error) {
    if (interrupt.exitCode !== undefined) return interrupt.exitCode;
    throw error;
  }
}

async function list({ lists, given, signal }: Request): Promise<void> {
  const prefix = given.text('prefix');
  const all = await lists.all(prefix === undefined ? {} : { prefix }, { signal });
  if (given.isOn('json')) print(`${printableJson(all, 2)}\n`);
  else print(all.map(rowOf).join(''));
}

function rowOf({ id, status, modifiedAt, reason }: HotWordListInfo): string {
  return `${[id, status, modifiedAt, ...(reason === undefined ? [] : [reason])].join('\t')}\n`;
}

async function show({ lists, given, operands: [id = ''], signal }: Request): Promise<void> {
  const forModel = given.text('model');
  const found = await lists.read(id, { signal, ...(forModel !== undefined && { forModel }) });
  print(given.isOn('json') ? `${printableJson(found, 2)}\n` : hotWordsToCsv(found.words));
  if (found.reason !== undefined) complain(`${id}: ${found.reason}`);
}

async function create({ lists, given, operands: [file = ''], signal }: Request): Promise<void> {
  const model = given.text('model');
  if (model === undefined) throw new UsageError('Expected --model: a list works with one model only.');
  const prefix = given.text('prefix');
  const words = await wordsIn(file, signal);
  const id = await lists.create({ model, words, ...(prefix !== undefined && { prefix }) }, { signal });
  if (!given.isOn('json')) print(`${id}\n`);
  const state = await stateOf(lists, id, { signal, forModel: model });
  if (given.isOn('json')) print(`${printableJson({ id, model, words: words.length, ...state })}\n`);
}

async function update({ lists, given, operands: [id = '', file = ''], signal }: Request): Promise<void> {
  const words = await wordsIn(file, signal);
  await lists.update(id, words, { signal });
  log(`${id}: ${words.length} words`);
  const forModel = given.text('model');
  await stateOf(lists, id, { signal, ...(forModel !== undefined && { forModel }) });
}

/**
 * Whether recognition uses a list that was just made or changed, which it says where it does not. Where that cannot be
 * read, the change itself is done nevertheless.
 */
async function stateOf(
  lists: HotWordLists,
  id: string,
  options: Parameters<HotWordLists['read']>[1],
): Promise<Pick<HotWordListInfo, 'status' | 'isUsable' | 'reason'> | undefined> {
  const list = await lists.read(id, options).catch(() => undefined);
  if (!list) return undefined;
  const { status, isUsable, reason } = list;
  if (reason !== undefined) complain(`${id}: ${reason}`);
  return { status, isUsable, ...(reason !== undefined && { reason }) };
}

async function remove({ lists, operands: [id = ''], signal }: Request): Promise<void> {
  await lists.delete(id, { signal });
  log(`${id}: deleted`);
}

async function serviceOf(given: Arguments): ReturnType<typeof askedService> {
  const [region, address, workspaceId] = ['region', 'address', 'workspace'].map((name) => given.text(name));
  return askedService({
    ...(region !== undefined && { region }),
    ...(address !== undefined && { address }),
    ...(workspaceId !== undefined && { workspaceId }),
  });
}

function proxyOf(given: Arguments): { proxy?: string | false } {
  const proxy = given.text('proxy');
  return proxy === undefined ? {} : { proxy: proxy === 'none' ? false : proxy };
}

async function wordsIn(file: string, signal: AbortSignal): Promise<HotWord[]> {
  return readHotWords(file === '-' ? await standardInput(signal) : await textOf(file, signal));
}

async function textOf(file: string, signal: AbortSignal): Promise<string> {
  try {
    return await readFile(file, { encoding: 'utf8', signal });
  } catch (cause) {
    throw new Error(`Cannot read "${file}": ${messageOf(cause)}.`, { cause });
  }
}

async function standardInput(signal: AbortSignal): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  const input: AsyncIterable<Buffer> = addAbortSignal(signal, process.stdin);
  for await (const piece of input) {
    bytes += piece.length;
    if (bytes > MAX_INPUT_BYTES)
      throw new Error(`Standard input has more than ${MAX_INPUT_BYTES} bytes; hot words take less.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
