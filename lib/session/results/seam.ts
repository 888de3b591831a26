import type { Word } from '../../vocabulary/events';
import { joinTexts } from '../../vocabulary/join-texts';
import { beginOf } from './sentences';
import type { SentenceEvent } from './sentences';

/**
 * How many finals a replay may repeat. It begins at the last final, or at a sentence that overlapped with some; where
 * audio is settled by commits, at the last commit, however many sentences came since.
 */
const REMEMBERED_FINALS = { final: 16, commit: 4096 };
/** Two recognitions of the same speech differ by at most this much in its times. */
const TOLERANCE_MS = 100;
/** Without an end, a sentence that begins this much later is another one. */
const MOVED_MS = 500;
/** Nobody says more than one word in this time. */
const SHORTEST_WORD_MS = 100;
/** A word, or one character of a script without spaces. */
const TOKEN =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]|(?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}])[\p{L}\p{M}\p{N}'’])+/gu;
/** The characters between two sentences. */
const GAP = /^[\s\p{P}]+/u;
/** A shorter piece of a word could be a word of its own. */
const MIN_PIECE_LENGTH = 2;
/** Fewer words may agree by chance. */
const MIN_AGREEING = 3;

interface Said {
  text: string;
  beginMs?: number;
  endMs?: number;
}

/** A sentence of the replay that begins within known speech. */
interface Repeat {
  said: Required<Said>;
  beginMs: number;
  endMs?: number;
  /** Part of its text is new and was emitted. */
  isShown: boolean;
  /** It has its final, or gets none. */
  isOver: boolean;
}

/**
 * After audio was sent again, removes what is already final from the new results: by the times of words where there
 * are any, else by the sentence's times and text.
 */
export class Seam {
  readonly #maxFinals: number;
  #recent: Said[] = [];
  /** The finals that the replay may repeat. */
  #said: Said[] = [];
  /** Where the replay begins, and where the lost connection had come to. */
  #replayFromMs = 0;
  #replayToMs = 0;
  /** No final has come since the replay began. */
  #isBeginning = false;
  /** The sentences of this protocol session by the service's id; `undefined` for one that repeats nothing. */
  readonly #sentences = new Map<string, Repeat | undefined>();

  /** @param settleBy What settles audio, so that it is not sent again. */
  constructor(settleBy: 'final' | 'commit') {
    this.#maxFinals = REMEMBERED_FINALS[settleBy];
  }

  final({ text, beginMs, endMs }: Said): void {
    if (text === '') return;
    const said = { text, ...(beginMs !== undefined && { beginMs }), ...(endMs !== undefined && { endMs }) };
    this.#recent.push(said);
    if (this.#recent.length > this.#maxFinals) this.#recent.shift();
  }

  /** The service begins anew with the next audio, so nothing before it can come again. */
  boundary(): void {
    this.#recent = [];
    this.#said = [];
    this.#sentences.clear();
  }

  /** All audio from `fromMs` on will be sent again. What is behind `toMs` is new to the service. */
  replay(fromMs: number, toMs: number): void {
    this.#sentences.clear();
    this.#isBeginning = true;
    this.#replayFromMs = fromMs;
    // A connection may be lost again before it got all.
    this.#replayToMs = Math.max(this.#replayToMs, toMs);
    this.#said = this.#recent.filter(({ endMs }) => endMs === undefined || endMs > fromMs);
  }

  /** A sentence that begins within known speech has no final yet, which may contain the speech behind that. */
  get isRepeating(): boolean {
    for (const repeat of this.#sentences.values()) if (repeat && !repeat.isOver) return true;
    return false;
  }

  /** The sentence gets no final. */
  failed(serviceId: string | undefined): void {
    const repeat = serviceId === undefined ? undefined : this.#sentences.get(serviceId);
    if (repeat) repeat.isOver = true;
  }

  /** The new part of the event; `undefined` if nothing in it is new. */
  newOf(event: SentenceEvent): SentenceEvent | undefined {
    if (this.#said.length === 0 && this.#sentences.size === 0) return event;
    const repeat = this.#repeatOf(event);
    if (repeat) {
      repeat.isOver ||= event.type === 'final';
      return withoutRepeat(event, repeat);
    }
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
      repeat = { said: { text, beginMs: saidFromMs, endMs }, beginMs, isShown: false, isOver: false };
    }
    this.#sentences.set(sentenceId, repeat);
    // Sentences come in order: a final that ended before this one is not repeated any more.
    this.#said = this.#said.filter((said) => this.#mayComeFrom(beginMs, said));
    return repeat;
  }

  /** Whether the final may be repeated by a sentence that begins there, or by a later one. */
  #mayComeFrom(beginMs: number, { beginMs: saidFromMs, endMs }: Said): boolean {
    if (endMs !== undefined) return endMs > beginMs;
    const latestMs = saidFromMs === undefined ? this.#replayToMs : Math.max(saidFromMs, this.#replayFromMs);
    return beginMs <= latestMs + MOVED_MS;
  }

  /**
   * How much of the text is known already. A service without times repeats the same text as a sentence, or within one
   * where it had divided the speech by itself before (protocol.md E 7). What it hears again may differ in some words.
   */
  #saidUntimedLength(text: string): number {
    const untimed = this.#said.filter((said) => said.endMs === undefined);
    const same = untimed.findIndex((said) => said.text === text);
    const joined = joinTexts(untimed.map((said) => said.text));
    const length = same >= 0 ? text.length : this.#isBeginning ? closestLength(text, joined) : 0;
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
      // Without word times only the whole text can show what is new.
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

/** The text behind the known part, with its words and its beginning. */
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
  if (length === 0) {
    const isWhole = beginMs <= said.beginMs + TOLERANCE_MS;
    length = isWhole ? closestLength(text, said.text) : closestTailLength(text, said.text, maxTokens);
  }
  return { text: text.slice(length), beginMs: said.endMs };
}

interface Token {
  text: string;
  endsAt: number;
}

/**
 * How many characters at the beginning of `text` repeat the end of `before`: at most `maxTokens` words, compared
 * without case and punctuation. The cut end of a word ("try" of "country") counts as the word.
 */
export function repeatedLength(text: string, before: string, maxTokens: number): number {
  const tokens = tokensOf(text);
  const last = tokensOf(before);
  for (let count = Math.min(maxTokens, tokens.length, last.length); count > 0; count -= 1) {
    const tail = last.slice(-count);
    if (tail.every((token, index) => isSame(tokens[index]?.text ?? '', token.text, index === 0))) {
      return withGap(text, tokens[count - 1]?.endsAt ?? 0);
    }
  }
  return 0;
}

/**
 * How many characters at the beginning of `text` repeat all of `before`, some of it in other words; 0 where more than
 * half of it differs.
 */
export function closestLength(text: string, before: string): number {
  const tokens = tokensOf(text);
  const said = tokensOf(before);
  const distances = distancesOf(tokens, said, 'all');
  const least = Math.min(...distances);
  if (least > said.length / 2) return 0;
  const count = distances.lastIndexOf(least);
  return count === 0 ? 0 : withGap(text, tokens[count - 1]?.endsAt ?? 0);
}

/**
 * How many characters at the beginning of `text` repeat the end of `before` in partly other words: at most
 * `maxTokens` words, and 0 where fewer than three of them agree or more than a third differs.
 */
export function closestTailLength(text: string, before: string, maxTokens: number): number {
  const tokens = tokensOf(text).slice(0, maxTokens);
  const distances = distancesOf(tokens, tokensOf(before), 'end');
  let best = 0;
  let bestScore = 0;
  for (const [count, distance] of distances.entries()) {
    const score = count - 2 * distance;
    if (count - distance < MIN_AGREEING || 3 * distance > count || score <= bestScore) continue;
    best = count;
    bestScore = score;
  }
  return best === 0 ? 0 : withGap(text, tokens[best - 1]?.endsAt ?? 0);
}

/** Edit distances, by words, between all of `said`, or the end of it that fits best, and each beginning of `tokens`. */
function distancesOf(tokens: readonly Token[], said: readonly Token[], of: 'all' | 'end'): number[] {
  let distances = [0, ...tokens.map((_, index) => index + 1)];
  for (const { text: word } of said) {
    const next = [of === 'end' ? 0 : (distances[0] ?? 0) + 1];
    for (const [index, token] of tokens.entries()) {
      const replaced = (distances[index] ?? 0) + (token.text === word ? 0 : 1);
      next.push(Math.min(replaced, (distances[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    distances = next;
  }
  return distances;
}

/** How many characters the words take at the beginning of `text`. */
export function lengthOfWords(text: string, words: readonly Word[]): number {
  let length = 0;
  for (const word of words) {
    const at = text.indexOf(word.text, length);
    if (at >= 0) length = at + word.text.length;
  }
  return length === 0 ? 0 : withGap(text, length);
}

function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map((match) => ({
    text: match[0].toLowerCase(),
    endsAt: match.index + match[0].length,
  }));
}

function isSame(token: string, said: string, isFirst: boolean): boolean {
  return token === said || (isFirst && token.length >= MIN_PIECE_LENGTH && said.endsWith(token));
}

function withGap(text: string, length: number): number {
  return length + (GAP.exec(text.slice(length))?.[0].length ?? 0);
}
