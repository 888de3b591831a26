import { randomUUID } from 'node:crypto';
import { isJsonObject, isWhole, show, type JsonObject } from '../json';
import { findModel } from '../protocols/run-task/models';
import { MAX_LISTS, readWords } from './check';
import { HotWordFileError } from './file';
import type { HotWordList } from './list';
import type { HotWordLists } from './lists';

/** The path for hot-word lists (protocol.md E.2). */
export const HOT_WORDS_PATH = '/api/v1/services/audio/asr/customization';

export interface HttpAnswer {
  status: number;
  body: JsonObject;
}

/** An answer with the vendor's error shape: `{request_id, code, message}` (protocol.md E.2). */
export function refusal(status: number, code: string, message: string): HttpAnswer {
  return { status, body: { request_id: randomUUID(), code, message } };
}

/** Answers a request about hot-word lists. @param body The parsed body; `undefined` where it is no JSON object. */
export function answerHotWords(lists: HotWordLists, body: JsonObject | undefined): HttpAnswer {
  try {
    return answer(lists, body);
  } catch (error) {
    if (!(error instanceof HotWordFileError)) throw error;
    return refusal(500, 'InternalError', error.message);
  }
}

function answer(lists: HotWordLists, body: JsonObject | undefined): HttpAnswer {
  if (!body) return invalid('The body is not a JSON object.');
  if (body.model !== 'speech-biasing')
    return invalid(`'model' must be 'speech-biasing', got ${show(body.model)}.`);
  const { input } = body;
  if (!isJsonObject(input)) return invalid(`'input' must be an object, got ${show(input)}.`);
  switch (input.action) {
    case 'create_vocabulary':
      return create(lists, input);
    case 'list_vocabulary':
      return list(lists, input);
    case 'query_vocabulary':
      return withList(lists, input, (found) =>
        good({ ...stateOf(found, lists), target_model: found.targetModel, vocabulary: found.words }),
      );
    case 'update_vocabulary':
      return withList(lists, input, (found) => {
        const read = readWords(input.vocabulary);
        if ('problem' in read) return invalid(read.problem);
        lists.update(found, read.words);
        return good({});
      });
    case 'delete_vocabulary':
      return withList(lists, input, (found) => {
        lists.delete(found.id);
        return good({});
      });
    default:
      return invalid(`'action' is not known: ${show(input.action)}.`);
  }
}

function create(lists: HotWordLists, { target_model: model, prefix, vocabulary }: JsonObject): HttpAnswer {
  if (typeof model !== 'string' || !findModel(model))
    return invalid(`'target_model' must be a model with hot words, got ${show(model)}.`);
  if (typeof prefix !== 'string' || !/^[a-z0-9]{1,9}$/i.test(prefix))
    return invalid(`'prefix' must be fewer than 10 letters and digits, got ${show(prefix)}.`);
  const read = readWords(vocabulary);
  if ('problem' in read) return invalid(read.problem);
  if (lists.count >= MAX_LISTS)
    return refusal(
      400,
      'Throttling.AllocationQuota',
      `An account may have ${MAX_LISTS} lists; delete one first.`,
    );
  return good({ vocabulary_id: lists.create(prefix, model, read.words).id });
}

function list(lists: HotWordLists, input: JsonObject): HttpAnswer {
  const { prefix, page_index: index = 0, page_size: size = 10 } = input;
  if (!isWhole(index, 0)) return invalid(`'page_index' must be a whole number from 0, got ${show(index)}.`);
  if (!isWhole(size, 1)) return invalid(`'page_size' must be a whole number from 1, got ${show(size)}.`);
  const found = lists.all(typeof prefix === 'string' ? prefix : '').slice(index * size, (index + 1) * size);
  return good({
    vocabulary_list: found.map((one) => ({ vocabulary_id: one.id, ...stateOf(one, lists) })),
  });
}

function withList(
  lists: HotWordLists,
  input: JsonObject,
  work: (list: HotWordList) => HttpAnswer,
): HttpAnswer {
  const id = input.vocabulary_id;
  const found = typeof id === 'string' ? lists.get(id) : undefined;
  return found
    ? work(found)
    : refusal(400, 'BadRequest.ResourceNotExist', 'The Required resource not exist.');
}

function stateOf(list: HotWordList, lists: HotWordLists): JsonObject {
  const status = lists.isDeployed(list) ? 'OK' : 'UNDEPLOYED';
  return { gmt_create: dateOf(list.created), gmt_modified: dateOf(list.modified), status };
}

/** The service's format of times: `2026-11-28 18:00:00`. */
function dateOf(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

function invalid(message: string): HttpAnswer {
  return refusal(400, 'InvalidParameter', message);
}

function good(output: JsonObject): HttpAnswer {
  return { status: 200, body: { output, usage: { count: 1 }, request_id: randomUUID() } };
}
