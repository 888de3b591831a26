import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { CREDENTIALS } from '../../../credentials/n8n/connection';
import { readHotWords } from '../../../lib';
import type { HotWord, HotWordListInfo, HotWordLists } from '../../../lib';
import { Fields } from '../shared/fields';
import { hotWordLists } from '../shared/hot-word-lists';
import { asData } from '../shared/items';

export type Operation = 'create' | 'delete' | 'get' | 'getAll' | 'update';

const MAX_LISTS = 1000;

/** What an operation needs for one item. */
interface Work {
  lists: HotWordLists;
  fields: Fields;
  signal: AbortSignal | undefined;
  /** Shows a sentence beside the node's output. */
  hint: (message: string) => void;
}

const OPERATIONS: Readonly<Record<Operation, (work: Work) => Promise<IDataObject[]>>> = {
  create: async (work) => {
    const { lists, fields, signal } = work;
    const words = wordsOf(fields);
    const model = fields.text('targetModel');
    const prefix = fields.text('prefix');
    const vocabularyId = await lists.create({ model, words, ...(prefix && { prefix }) }, withSignal(signal));
    return [{ vocabularyId, model, wordCount: words.length, ...(await stateOf(vocabularyId, model, work)) }];
  },
  delete: async ({ lists, fields, signal }) => {
    const vocabularyId = fields.text('vocabularyId');
    await lists.delete(vocabularyId, withSignal(signal));
    return [{ vocabularyId, deleted: true }];
  },
  get: async ({ lists, fields, signal, hint }) => {
    const options = { ...withSignal(signal), ...forModel(optionsOf(fields).text('model')) };
    const { id, ...list } = await lists.read(fields.text('vocabularyId'), options);
    tell(id, list, hint);
    return [asData({ vocabularyId: id, ...list, wordCount: list.words.length })];
  },
  getAll: async ({ lists, fields, signal }) => {
    const prefix = optionsOf(fields).text('prefix');
    const limit = fields.isOn('returnAll')
      ? MAX_LISTS
      : (fields.number('limit', { min: 1, max: MAX_LISTS, isWhole: true }) ?? 50);
    const found = await lists.all(prefix ? { prefix } : {}, withSignal(signal));
    return found.slice(0, limit).map(infoOf);
  },
  update: async (work) => {
    const { lists, fields, signal } = work;
    const words = wordsOf(fields);
    const vocabularyId = fields.text('vocabularyId');
    await lists.update(vocabularyId, words, withSignal(signal));
    const model = optionsOf(fields).text('model');
    return [{ vocabularyId, wordCount: words.length, ...(await stateOf(vocabularyId, model, work)) }];
  },
};

/** The results of the chosen operation for one item. @throws AsrError */
export async function runOperation(context: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
  const fields = new Fields((name) => context.getNodeParameter(name, itemIndex, ''));
  const operation = context.getNodeParameter('operation', itemIndex) as Operation;
  const lists = hotWordLists(await context.getCredentials(CREDENTIALS, itemIndex), context.helpers);
  const hint = (message: string): void => {
    context.addExecutionHints({ message, location: 'outputPane', type: 'warning' });
  };
  return OPERATIONS[operation]({ lists, fields, signal: context.getExecutionCancelSignal(), hint });
}

/**
 * Whether recognition uses a list that was just made or changed; nothing where that cannot be read. The change itself
 * is done then, and Retry On Fail would do it twice.
 */
async function stateOf(id: string, model: string, { lists, signal, hint }: Work): Promise<IDataObject> {
  const options = { ...withSignal(signal), ...forModel(model) };
  const list = await lists.read(id, options).catch(() => undefined);
  if (!list) return {};
  tell(id, list, hint);
  const { status, isUsable, reason } = list;
  return asData({ status, isUsable, reason });
}

/** Recognition ignores the list silently, so the node says it. */
function tell(id: string, { reason }: Pick<HotWordListInfo, 'reason'>, hint: Work['hint']): void {
  if (reason !== undefined) hint(`${id}: ${reason}`);
}

function wordsOf(fields: Fields): HotWord[] {
  return readHotWords(fields.value('words') ?? '');
}

function infoOf({ id, ...info }: HotWordListInfo): IDataObject {
  return asData({ vocabularyId: id, ...info });
}

function optionsOf(fields: Fields): Fields {
  return Fields.of('options', fields.value('options'));
}

function forModel(model: string): { forModel?: string } {
  return model ? { forModel: model } : {};
}

function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}
