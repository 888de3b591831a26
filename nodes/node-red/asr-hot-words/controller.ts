import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { isCredentialsNode } from '../../../credentials/node-red/connection';
import { HotWordLists, readHotWords } from '../../../lib';
import type { HotWord, HotWordRequestOptions } from '../../../lib';
import { excerpt, Slots } from '../../../lib/hosts';
import { asError, NodeError } from '../shared/errors';
import { findNode, readProperty } from '../shared/red';
import type { Done, Send } from '../shared/red';
import { Status } from '../shared/status';

const ACTIONS = ['list', 'read', 'create', 'update', 'delete'] as const;

type Action = (typeof ACTIONS)[number];

/** The settings of a `hot words` node, as the editor stores them. */
export interface HotWordsSettings {
  /** Id of the `asr credentials` node. */
  connection: string;
  /** What the node does; `msg.action` has priority. */
  action?: Action;
  /** The list to read, update or delete; `msg.vocabularyId` has priority. */
  vocabularyId?: string;
  /** Where the words are in the message. */
  property?: string;
  /** Of a list to be created: the model that will use it. */
  model?: string;
  prefix?: string;
}

/** One message at a time reaches the service, so that its lists change in the order of the messages. */
const MAX_WAITING = 100;

/** The work of one `hot words` node. */
export class HotWordsController {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #settings: HotWordsSettings;
  readonly #status: Status;
  readonly #slots = new Slots(1);
  readonly #closing = new AbortController();

  constructor(RED: NodeAPI, node: Node, settings: HotWordsSettings) {
    this.#RED = RED;
    this.#node = node;
    this.#settings = settings;
    this.#status = new Status(node, RED._);
  }

  async onInput(msg: NodeMessageInFlow, send: Send, done: Done): Promise<void> {
    const { signal } = this.#closing;
    try {
      if (this.#slots.waiting >= MAX_WAITING) {
        const message = this.#RED._('asr-hot-words.error.too-many-waiting', { max: MAX_WAITING });
        throw new NodeError('TOO_MANY_WAITING', message);
      }
      this.#status.set('asking');
      const result = await this.#slots.run(() => this.#answer(msg));
      if (signal.aborted) return;
      send(Object.assign(msg, result));
      done();
      if (this.#slots.running === 0) this.#status.set('done', { text: this.#said(result) });
    } catch (error) {
      if (signal.aborted) return;
      this.#status.setFailed(error);
      done(asError(error));
    }
  }

  /** Aborts running work; waiting work ends when its turn comes. */
  close(): void {
    this.#closing.abort();
    this.#status.close();
  }

  async #answer(msg: NodeMessageInFlow): Promise<{ payload: unknown; vocabularyId?: string }> {
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const action = this.#actionOf(msg);
    const lists = this.#lists();
    switch (action) {
      case 'list':
        return { payload: await lists.all({}, { signal }) };
      case 'create': {
        const { model = '', prefix } = this.#settings;
        const words = this.#words(msg);
        const list = { model: model.trim(), words, ...(prefix?.trim() && { prefix: prefix.trim() }) };
        const id = await lists.create(list, { signal });
        // Where reading it fails, a Catch node still learns of the list that exists.
        msg.vocabularyId = id;
        return { payload: await this.#read(lists, id, { signal }), vocabularyId: id };
      }
      case 'read': {
        const id = this.#idOf(msg);
        return { payload: await this.#read(lists, id, { signal }), vocabularyId: id };
      }
      case 'update': {
        const id = this.#idOf(msg);
        await lists.update(id, this.#words(msg), { signal });
        return { payload: await this.#read(lists, id, { signal }), vocabularyId: id };
      }
      case 'delete': {
        const id = this.#idOf(msg);
        await lists.delete(id, { signal });
        return { payload: { id }, vocabularyId: id };
      }
    }
  }

  /** The list with its words; warns where recognition would ignore it. */
  async #read(lists: HotWordLists, id: string, options: HotWordRequestOptions): Promise<object> {
    const model = this.#settings.model?.trim();
    const list = await lists.read(id, { ...options, ...(model && { forModel: model }) });
    if (list.reason !== undefined) this.#node.warn(`${id}: ${list.reason}`);
    return list;
  }

  #lists(): HotWordLists {
    const credentials = findNode(this.#RED, this.#settings.connection, isCredentialsNode);
    if (!credentials)
      throw new NodeError('NO_CREDENTIALS', this.#RED._('asr-hot-words.error.no-credentials'));
    return new HotWordLists(credentials.connection());
  }

  #actionOf({ action }: NodeMessageInFlow & { action?: unknown }): Action {
    const asked = action ?? this.#settings.action ?? 'list';
    const known = ACTIONS.find((one) => one === asked);
    if (known) return known;
    const message = this.#RED._('asr-hot-words.error.unknown-action', {
      action: excerpt(asked),
      actions: ACTIONS.join(', '),
    });
    throw new NodeError('UNKNOWN_ACTION', message);
  }

  #idOf({ vocabularyId }: NodeMessageInFlow & { vocabularyId?: unknown }): string {
    // The client says what is wrong with anything but a text.
    return (vocabularyId ?? this.#settings.vocabularyId ?? '') as string;
  }

  #words(msg: NodeMessageInFlow): HotWord[] {
    const value = readProperty(this.#RED, msg, this.#settings.property || 'payload');
    // A file that was read without an encoding.
    return readHotWords(Buffer.isBuffer(value) ? value.toString('utf8') : value);
  }

  #said({ payload, vocabularyId = '' }: { payload: unknown; vocabularyId?: string }): string {
    if (Array.isArray(payload)) return this.#RED._('asr-hot-words.lists', { n: payload.length });
    const { words } = payload as { words?: unknown[] };
    if (words) return this.#RED._('asr-hot-words.words', { n: words.length });
    return vocabularyId.slice(0, 18);
  }
}
