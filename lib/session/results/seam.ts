import type { SpeechEvent } from '../../protocol/protocol';
import { joinTexts } from '../text';
import { beginningLength, closestLength, lengthOfWords, repeatedLength } from './overlap';

/** Finals that a replay may bring again: it begins at the last of them, or at a sentence that was open beside some. */
const REMEMBERED_FINALS = 16;
/** Two recognitions of the same speech put its edges this near to each other. */
const TOLERANCE_MS = 100;
/** Nobody says more than one word in this time. */
const SHORTEST_WORD_MS = 100;

interface Said {
  text: string;
  beginMs?: number;
  endMs?: number;
}

/** A sentence of the replay that begins within what was said. */
interface Repeat {
  said: Required<Said>;
  beginMs: number;
  endMs?: number;
  /** Something of it is new and was shown. */
  isShown: boolean;
}

export type SentenceEvent = Extract<
  SpeechEvent,
  { type: 'speechStarted' | 'speechStopped' | 'interim' | 'final' }
>;

/**
 * Where audio was sent again, takes out of the service's words what is final already: by the times of words where
 * there are any, else by the sentence's times and its text.
 */
export class Seam {
  #recent: Said[] = [];
  /** What the replay may repeat. */
  #said: Said[] = [];
  /** No final has come since the replay began. */
  #isBeginning = false;
  /** Of this protocol session, by the service's name of the sentence; `undefined`: it repeats nothing. */
  readonly #sentences = new Map<string, Repeat | undefined>();

  final({ text, beginMs, endMs }: Said): void {
    if (text === '') return;
    const said = { text, ...(beginMs !== undefined && { beginMs }), ...(endMs !== undefined && { endMs }) };
    this.#recent.push(said);
    if (this.#recent.length > REMEMBERED_FINALS) this.#recent.shift();
  }

  /** The service begins anew with the next audio: nothing before it comes again. */
  boundary(): void {
    this.#recent = [];
    this.#said = [];
    this.#sentences.clear();
  }

  /** All audio from `fromMs` on will be sent again. */
  replay(fromMs: number): void {
    this.#sentences.clear();
    this.#isBeginning = true;
    this.#said = this.#recent.filter(({ endMs }) => endMs === undefined || endMs > fromMs);
  }

  /** What of the event is new; `undefined` if nothing is. */
  newOf(event: SentenceEvent): SentenceEvent | undefined {
    if (this.#said.length === 0 && this.#sentences.size === 0) return event;
    const repeat = this.#repeatOf(event);
    if (repeat) return withoutRepeat(event, repeat);
    if (event.type !== 'final') return event;
    const length = this.#saidUntimedLength(event.text);
    return length > 0 ? { ...event, text: event.text.slice(length) } : event;
  }

  #repeatOf(event: SentenceEvent): Repeat | undefined {
    const { sentenceId } = event;
    if (this.#sentences.has(sentenceId) || this.#said.length === 0) return this.#sentences.get(sentenceId);
    const beginMs = beginOf(event);
    if (beginMs === undefined) return undefined;
    let repeat: Repeat | undefined;
    for (const { text, beginMs: saidFromMs = 0, endMs } of this.#said) {
      if (endMs === undefined || beginMs >= endMs || beginMs < saidFromMs - TOLERANCE_MS) continue;
      repeat = { said: { text, beginMs: saidFromMs, endMs }, beginMs, isShown: false };
    }
    this.#sentences.set(sentenceId, repeat);
    // Sentences come in their order: what ended before this one is not repeated any more.
    this.#said = this.#said.filter(({ endMs = 0 }) => endMs > beginMs);
    return repeat;
  }

  /**
   * A service that tells no times tells the same text twice; as one sentence, where it had cut the speech by itself before
   * (protocol.md E 7). How much of the text is that.
   */
  #saidUntimedLength(text: string): number {
    const untimed = this.#said.filter((said) => said.endMs === undefined);
    const same = untimed.findIndex((said) => said.text === text);
    const joined = joinTexts(untimed.map((said) => said.text));
    const length = same >= 0 ? text.length : this.#isBeginning ? beginningLength(text, joined) : 0;
    if (text !== '') this.#isBeginning = false;
    const last = same >= 0 ? untimed[same] : untimed.at(-1);
    if (length > 0 && last) this.#said.splice(0, this.#said.indexOf(last) + 1);
    return length;
  }
}

function withoutRepeat(event: SentenceEvent, repeat: Repeat): SentenceEvent | undefined {
  switch (event.type) {
    case 'speechStarted':
      return undefined;
    case 'speechStopped':
      repeat.endMs = event.atMs;
      return repeat.isShown ? event : undefined;
    case 'interim': {
      // Without times of words, only the whole text tells what of it is new.
      if (!event.words?.length) return undefined;
      const { text, ...rest } = cut(event, repeat);
      if (text === '') return undefined;
      repeat.isShown = true;
      return { ...event, ...rest, text, stableText: event.stableText.slice(event.text.length - text.length) };
    }
    case 'final': {
      const { text, ...rest } = cut(event, repeat);
      return text === '' && !repeat.isShown ? undefined : { ...event, ...rest, text };
    }
  }
}

type Spoken = Extract<SentenceEvent, { type: 'interim' | 'final' }>;

/** The text behind what was said, with its words and where it begins. */
function cut(event: Spoken, repeat: Repeat): Pick<Spoken, 'text' | 'words' | 'beginMs'> {
  const { said, beginMs } = repeat;
  const { text, words } = event;
  if (words && words.length > 0) {
    const rest = words.filter((word) => (word.beginMs + word.endMs) / 2 > said.endMs);
    const [first] = rest;
    if (!first) return { text: '' };
    const length = lengthOfWords(text, words.slice(0, words.length - rest.length));
    return { text: text.slice(length), words: rest, beginMs: first.beginMs };
  }
  const endMs = (event.type === 'final' ? event.endMs : undefined) ?? repeat.endMs;
  if (endMs !== undefined && endMs <= said.endMs + TOLERANCE_MS) return { text: '' };
  const maxTokens = 1 + Math.ceil((said.endMs - beginMs) / SHORTEST_WORD_MS);
  let length = repeatedLength(text, said.text, maxTokens);
  if (length === 0 && beginMs <= said.beginMs + TOLERANCE_MS) length = closestLength(text, said.text);
  return { text: text.slice(length), beginMs: said.endMs };
}

/** Where the event says that its sentence begins. */
export function beginOf(event: SentenceEvent): number | undefined {
  switch (event.type) {
    case 'speechStarted':
      return event.atMs;
    case 'speechStopped':
      return undefined;
    default:
      return event.beginMs;
  }
}
