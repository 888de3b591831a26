import { fieldsOf, list, number, string } from '../base/json';
import type { JsonObject } from '../base/json';

/** A sentence that has begun, or ended a moment ago. */
interface Known {
  name: string;
  /** The service's number for it, where it has one. */
  id: string | undefined;
  beginMs: number | undefined;
  /** The end of the words recognised so far; of the whole sentence once it is final. */
  endMs: number | undefined;
  text: string;
}

/** Limits the memory for a service that begins sentences and never ends them. */
const MAX_OPEN = 64;
/** How many finals are remembered for late or doubled events. */
const MAX_ENDED = 16;
/** Without words, a sentence whose beginning moves by less than this is still the same one. */
const MOVED_MS = 1000;

/**
 * Identifies the sentences of one task. `sentence_id` alone cannot do that: the documented Paraformer frames have
 * none, and nothing says that a service never uses one twice (protocol.md B.4). So a sentence lasts from its first
 * event to its end, and its beginning distinguishes a late event of an old sentence from the first event of a new
 * one.
 */
export class RunTaskSentences {
  readonly #prefix: string;
  #count = 0;
  readonly #open: Known[] = [];
  readonly #ended: Known[] = [];

  constructor(taskId: string) {
    this.#prefix = taskId;
  }

  /** The sentence of an event; `undefined` for one that is over already, or for no sentence. */
  receive(sentence: JsonObject, isEnd: boolean): { name: string; isNew: boolean } | undefined {
    const event = read(sentence);
    let known = this.#openFor(event);
    const isNew = !known;
    if (!known) {
      if (this.#ended.some((ended) => isRepeat(ended, event, isEnd)) || isNothing(event)) return undefined;
      this.#count += 1;
      known = { ...event, name: `${this.#prefix}:${this.#count}` };
      this.#open.push(known);
      if (this.#open.length > MAX_OPEN) this.#open.shift();
    }
    known.id ??= event.id;
    known.beginMs ??= event.beginMs;
    known.endMs = event.endMs ?? known.endMs;
    known.text = event.text;
    if (isEnd) this.#end(known);
    return { name: known.name, isNew };
  }

  #openFor(event: Event): Known | undefined {
    const { id, beginMs } = event;
    if (id !== undefined) {
      const named = this.#open.find((known) => known.id === id);
      if (named) return named;
    }
    // One of the two has no number, so the beginning decides; the newest sentence is the likeliest.
    const unnamed = this.#open.filter((known) => id === undefined || known.id === undefined);
    return (
      unnamed.find((known) => beginMs !== undefined && known.beginMs === beginMs) ??
      unnamed.findLast((known) => goesOn(known, beginMs))
    );
  }

  #end(known: Known): void {
    this.#open.splice(this.#open.indexOf(known), 1);
    this.#ended.push(known);
    if (this.#ended.length > MAX_ENDED) this.#ended.shift();
  }
}

interface Event {
  id: string | undefined;
  beginMs: number | undefined;
  endMs: number | undefined;
  text: string;
}

function read(sentence: JsonObject): Event {
  const id = number(sentence.sentence_id) ?? string(sentence.sentence_id);
  return {
    id: id === undefined ? undefined : String(id),
    beginMs: number(sentence.begin_time),
    endMs: number(sentence.end_time) ?? lastWordEndMs(sentence.words),
    text: string(sentence.text) ?? '',
  };
}

/**
 * Whether an event with this beginning can belong to the open sentence. It cannot where the sentence is already
 * recognised beyond that.
 */
function goesOn({ beginMs: knownMs, endMs }: Known, beginMs: number | undefined): boolean {
  if (beginMs === undefined || knownMs === undefined) return true;
  return beginMs < (endMs ?? knownMs + MOVED_MS);
}

/** Whether the event repeats a final, or comes too late for it. In doubt it does not, because no word may be lost. */
function isRepeat(ended: Known, { id, beginMs, endMs, text }: Event, isEnd: boolean): boolean {
  if (id !== undefined && ended.id !== undefined && id !== ended.id) return false;
  if (beginMs !== undefined && ended.beginMs !== undefined) {
    if (beginMs === ended.beginMs && (!isEnd || endMs === ended.endMs)) return true;
    if (beginMs >= (ended.endMs ?? ended.beginMs)) return false;
  }
  return isEnd ? text === ended.text : ended.text.startsWith(text);
}

/** 0 is the number of heartbeats, and a heartbeat may lack its mark. */
function isNothing({ id, text }: Event): boolean {
  return id === '0' && text === '';
}

function lastWordEndMs(words: unknown): number | undefined {
  return number(fieldsOf(list(words).at(-1)).end_time);
}
