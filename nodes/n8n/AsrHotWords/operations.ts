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
}

const OPERATIONS: Readonly<Record<Operation, (work: Work) => Promise<IDataObject[]>>> = {
  create: async ({ lists, fields, signal }) => {
    const words = wordsOf(fields);
    const model = fields.text('targetModel');
    const prefix = fields.text('prefix');
    const vocabularyId = await lists.create({ model, words, ...(prefix && { prefix }) }, withSignal(signal));
    return [{ vocabularyId, model, wordCount: words.length }];
  },
  delete: async ({ lists, fields, signal }) => {
    const vocabularyId = fields.text('vocabularyId');
    await lists.delete(vocabularyId, withSignal(signal));
    return [{ vocabularyId, deleted: true }];
  },
  get: async ({ lists, fields, signal }) => {
    const { id, ...list } = await lists.read(fields.text('vocabularyId'), withSignal(signal));
    return [asData({ vocabularyId: id, ...list, wordCount: list.words.length })];
  },
  getAll: async ({ lists, fields, signal }) => {
    const prefix = Fields.of('options', fields.value('options')).text('prefix');
    const limit = fields.isOn('returnAll')
      ? MAX_LISTS
      : (fields.number('limit', { min: 1, max: MAX_LISTS, isWhole: true }) ?? 50);
    const found = await lists.all(prefix ? { prefix } : {}, withSignal(signal));
    return found.slice(0, limit).map(infoOf);
  },
  update: async ({ lists, fields, signal }) => {
    const words = wordsOf(fields);
    const vocabularyId = fields.text('vocabularyId');
    await lists.update(vocabularyId, words, withSignal(signal));
    return [{ vocabularyId, wordCount: words.length }];
  },
};

/** The results of the chosen operation for one item. @throws AsrError */
export async function runOperation(context: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
  const fields = new Fields((name) => context.getNodeParameter(name, itemIndex, ''));
  const operation = context.getNodeParameter('operation', itemIndex) as Operation;
  const lists = hotWordLists(await context.getCredentials(CREDENTIALS, itemIndex), context.helpers);
  return OPERATIONS[operation]({ lists, fields, signal: context.getExecutionCancelSignal() });
}

function wordsOf(fields: Fields): HotWord[] {
  return readHotWords(fields.value('words') ?? '');
}

function infoOf({ id, ...info }: HotWordListInfo): IDataObject {
  return asData({ vocabularyId: id, ...info });
}

function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}
