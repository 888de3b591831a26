import { fieldsOf, list, number, string } from '../base/json';
import type { JsonObject } from '../base/json';
import { shortened } from '../base/excerpt';
import type { HotWord } from '../vocabulary/hot-words';

/** A hot-word list as the service lists it, without its words. */
export interface HotWordListInfo {
  /** The `vocabularyId` of a session. */
  id: string;
  /** As the service says it, such as `2026-11-28 18:00:00`. */
  createdAt: string;
  modifiedAt: string;
  /** `OK` or `UNDEPLOYED`. */
  status: string;
  /** Whether recognition uses the list. It ignores others silently. */
  isUsable: boolean;
  /** Why recognition would ignore the list. */
  reason?: string;
}

/** A hot-word list with its words. */
export interface HotWordList extends HotWordListInfo {
  /** The only model that uses it. */
  model: string;
  words: HotWord[];
}

/** Reads the answer to `list_vocabulary`; an entry without an id is left out. */
export function listsOf(output: JsonObject): HotWordListInfo[] {
  return list(output.vocabulary_list).flatMap((entry) => {
    const fields = fieldsOf(entry);
    const id = string(fields.vocabulary_id);
    return id ? [infoOf(id, fields)] : [];
  });
}

/** Reads the answer to `query_vocabulary`. */
export function listOf(id: string, output: JsonObject, forModel: string | undefined): HotWordList {
  const info = infoOf(id, output);
  const model = string(output.target_model) ?? '';
  const words = list(output.vocabulary).flatMap(wordOf);
  if (!info.isUsable || !forModel || forModel === model || model === '') return { ...info, model, words };
  const reason = `It was made for the model ${shortened(model)}; recognition with ${shortened(forModel)} ignores it silently.`;
  return { ...info, isUsable: false, reason, model, words };
}

function infoOf(id: string, fields: JsonObject): HotWordListInfo {
  const status = string(fields.status) ?? '';
  const info = {
    id,
    createdAt: string(fields.gmt_create) ?? '',
    modifiedAt: string(fields.gmt_modified) ?? '',
    status,
  };
  if (status === 'OK') return { ...info, isUsable: true };
  const reason = `Its status is ${shortened(status || 'unknown')}, and recognition ignores a list that is not deployed. Wait, or update it.`;
  return { ...info, isUsable: false, reason };
}

function wordOf(entry: unknown): HotWord[] {
  const word = fieldsOf(entry);
  const text = string(word.text);
  if (text === undefined) return [];
  const lang = string(word.lang);
  return [{ text, weight: number(word.weight) ?? 0, ...(lang && { lang }) }];
}
