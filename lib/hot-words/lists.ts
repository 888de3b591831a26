import { excerpt, shortened } from '../base/excerpt';
import type { Fetch } from '../base/http-request';
import type { ProxyChoice } from '../base/proxy';
import type { JsonObject } from '../base/json';
import { checkApiKey, checkProxy } from '../vocabulary/access';
import { duration, invalid, whole } from '../vocabulary/checks';
import { AsrError } from '../vocabulary/errors';
import { HOT_WORD_LIST_BOUNDS, hotWordsFault } from '../vocabulary/hot-words';
import type { HotWord } from '../vocabulary/hot-words';
import { findModel, MODELS } from '../vocabulary/models';
import type { EndpointOptions } from '../vocabulary/regions';
import { resolveEndpoint } from '../vocabulary/regions';
import { listOf, listsOf } from './answer';
import type { HotWordList, HotWordListInfo } from './answer';
import { askService } from './request';
import type { RequestPlace, ServiceRequest } from './request';

/** Where the hot-word lists are, and with which key. */
export interface HotWordListsOptions extends EndpointOptions {
  /** The API key of the region. `local` and `custom` need none. */
  apiKey?: string;
  /** By default the environment decides; see {@link SessionOptions.proxy}. */
  proxy?: ProxyChoice;
  /** How long one request may take. Default 15000. */
  timeoutMs?: number;
  /** How many lists the account may have; 0 leaves that to the service. Default 10 (protocol.md E.2). */
  maxLists?: number;
  /** Used instead of the built-in fetch; the proxy is then its own affair. */
  fetch?: Fetch;
}

/** A page of the lists of an account. */
export interface HotWordListPage {
  /** Only lists that were created with this prefix. */
  prefix?: string;
  /** Number of the page, from 0. Default 0. */
  page?: number;
  /** How many lists a page has, 1 to 100. Default 10. */
  pageSize?: number;
}

/** A hot-word list that is to be created. */
export interface NewHotWordList {
  /** The model that will use it. Recognition with any other model ignores the list silently. */
  model: string;
  /** 1 to 500 words; {@link readHotWords} makes them of text, CSV or JSON. */
  words: readonly HotWord[];
  /** A part of the id, 1 to 9 letters and digits, by which lists can be told apart. Default `words`. */
  prefix?: string;
}

/** What a single request can be given. */
export interface HotWordRequestOptions {
  /** Aborts the request. What the service has done by then stays done. */
  signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 15_000;
const DEFAULT_MAX_LISTS = 10;
/** The prefix of a list for which nobody names one. */
export const DEFAULT_HOT_WORD_PREFIX = 'words';
const MAX_PAGE_SIZE = 100;
/** An account has ten lists; this ends the reading of pages of a service that does not. */
const MAX_PAGES = 100;
const MAX_ID_LENGTH = 200;

/**
 * The hot-word lists of an account, which make the `vocabularyId` of a session (protocol.md E.2). Limits are checked
 * before anything is sent.
 *
 * ```ts
 * const lists = new HotWordLists({ apiKey: process.env.DASHSCOPE_API_KEY });
 * const words = readHotWords('Model Studio, 5\nQwen');
 * const vocabularyId = await lists.create({ model: 'fun-asr-realtime', words });
 * const text = await transcribe('call.wav', { model: 'fun-asr-realtime', parameters: { vocabularyId } });
 * await lists.delete(vocabularyId);
 * ```
 *
 * Every method rejects with an AsrError: `INVALID_OPTION` before sending; `AUTHENTICATION`, `PAYMENT`, `THROTTLED`,
 * `REQUEST_REJECTED` or `SERVICE_ERROR` for a refusal; `CONNECT_FAILED`, `REQUEST_TIMEOUT` or `ABORTED` without an
 * answer.
 */
export class HotWordLists {
  readonly #place: RequestPlace;
  readonly #maxLists: number;

  /** @throws AsrError `INVALID_OPTION` (`param` names the option) or `MISSING_API_KEY`. */
  constructor(options: HotWordListsOptions = {}) {
    const endpoint = resolveEndpoint(options);
    this.#place = {
      endpoint,
      apiKey: checkApiKey(options.apiKey, endpoint),
      proxy: checkProxy(options.proxy),
      timeoutMs: duration('timeoutMs', options.timeoutMs, DEFAULT_TIMEOUT_MS),
      fetch: options.fetch,
    };
    this.#maxLists = whole('maxLists', options.maxLists, 0, DEFAULT_MAX_LISTS);
  }

  /** One page of the lists, newest first as the service gives them. They have no words and no model; see {@link read}. */
  async list(
    { prefix, page, pageSize }: HotWordListPage = {},
    options?: HotWordRequestOptions,
  ): Promise<HotWordListInfo[]> {
    const size = whole('pageSize', pageSize, 1, DEFAULT_MAX_LISTS);
    if (size > MAX_PAGE_SIZE)
      throw invalid('pageSize', `Expected \`pageSize\` to be at most ${MAX_PAGE_SIZE}, got ${size}.`);
    const fields = {
      ...(prefix && { prefix: checkPrefix(prefix) }),
      page_index: whole('page', page, 0, 0),
      page_size: size,
    };
    return listsOf(await this.#ask('list', fields, options));
  }

  /** All lists of the account, page by page. */
  async all(
    { prefix }: Pick<HotWordListPage, 'prefix'> = {},
    options?: HotWordRequestOptions,
  ): Promise<HotWordListInfo[]> {
    const found = new Map<string, HotWordListInfo>();
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const some = await this.list({ ...(prefix && { prefix }), page, pageSize: DEFAULT_MAX_LISTS }, options);
      const before = found.size;
      for (const one of some) found.set(one.id, one);
      // A service without pages gives the same ones again.
      if (some.length < DEFAULT_MAX_LISTS || found.size === before) break;
    }
    return [...found.values()];
  }

  /**
   * One list with its words.
   * @param forModel The model that is to use it: a list for another model is then said to be unusable.
   * @throws AsrError `HOT_WORD_LIST_NOT_FOUND` and the others of this class.
   */
  async read(
    id: string,
    { forModel, ...options }: HotWordRequestOptions & { forModel?: string } = {},
  ): Promise<HotWordList> {
    const vocabulary_id = checkId(id);
    return listOf(vocabulary_id, await this.#ask('query', { vocabulary_id }, options), forModel);
  }

  /**
   * Creates a list.
   * @returns Its id, for the setting `vocabularyId` of sessions.
   * @throws AsrError `HOT_WORD_LISTS_FULL` and the others of this class.
   */
  async create(
    { model, words, prefix = DEFAULT_HOT_WORD_PREFIX }: NewHotWordList,
    options?: HotWordRequestOptions,
  ): Promise<string> {
    const fields = {
      target_model: checkModel(model),
      prefix: checkPrefix(prefix),
      vocabulary: checkWords(words),
    };
    await this.#checkRoom(options);
    const { vocabulary_id: id } = await this.#ask('create', fields, options);
    if (typeof id === 'string' && id !== '') return id;
    const message = `The service (${this.#place.endpoint.label}) created a hot-word list and did not say its id. List the hot-word lists to find it.`;
    throw new AsrError('SERVICE_ERROR', message);
  }

  /**
   * Replaces all words of a list.
   * @throws AsrError `HOT_WORD_LIST_NOT_FOUND` and the others of this class.
   */
  async update(id: string, words: readonly HotWord[], options?: HotWordRequestOptions): Promise<void> {
    const fields = { vocabulary_id: checkId(id), vocabulary: checkWords(words) };
    await this.#ask('update', fields, options);
  }

  /**
   * Deletes a list. Sessions that name it go on without its words.
   * @throws AsrError `HOT_WORD_LIST_NOT_FOUND` and the others of this class.
   */
  async delete(id: string, options?: HotWordRequestOptions): Promise<void> {
    await this.#ask('delete', { vocabulary_id: checkId(id) }, options);
  }

  #ask(
    action: ServiceRequest['action'],
    fields: JsonObject,
    { signal }: HotWordRequestOptions = {},
  ): Promise<JsonObject> {
    return askService(this.#place, { action, fields, signal });
  }

  async #checkRoom(options: HotWordRequestOptions | undefined): Promise<void> {
    if (this.#maxLists === 0) return;
    const lists = await this.all({}, options);
    if (lists.length < this.#maxLists) return;
    throw new AsrError(
      'HOT_WORD_LISTS_FULL',
      `The account has ${lists.length} hot-word lists, and may have ${this.#maxLists}. Delete one, or update one instead.`,
    );
  }
}

function checkId(id: string): string {
  if (typeof id === 'string' && /^[\x21-\x7e]+$/.test(id.trim()) && id.length <= MAX_ID_LENGTH)
    return id.trim();
  throw invalid(
    'vocabularyId',
    `Expected the id of a hot-word list such as "vocab-words-0123", got ${excerpt(id)}.`,
  );
}

function checkPrefix(prefix: string): string {
  if (/^[a-z0-9]{1,9}$/i.test(prefix)) return prefix;
  throw invalid(
    'prefix',
    `Expected \`prefix\` to be 1 to 9 letters and digits without accents, got ${excerpt(prefix)}.`,
  );
}

function checkModel(name: string): string {
  const model = findModel(name);
  if (model.parameters.vocabularyId) return model.id;
  const others = MODELS.filter(({ parameters }) => parameters.vocabularyId).map(({ id }) => id);
  throw invalid(
    'model',
    `The model ${shortened(model.id)} takes no hot-word list; these do: ${others.join(', ')}.`,
  );
}

function checkWords(words: readonly HotWord[]): JsonObject[] {
  const fault = hotWordsFault('words', words, HOT_WORD_LIST_BOUNDS);
  if (fault) throw invalid('words', fault);
  return words.map(({ text, weight, lang }) => ({ text: text.trim(), weight, ...(lang && { lang }) }));
}
