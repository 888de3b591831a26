import type { EmotionEvent, FinalEvent, InterimEvent, SessionEvent, Word } from '../../vocabulary/events';
import { forgetOldest } from '../../base/forget-oldest';
import type { ServiceEventOf } from '../../protocol/protocol';
import type { Timeline } from '../send/timeline';

/** What the service says of a sentence, by its own name. */
export type SentenceEvent = ServiceEventOf<'speechStarted' | 'speechStopped' | 'interim' | 'final'>;

interface Sentence {
  heard?: Heard;
  emotion?: string;
  beginMs?: number;
  endMs?: number;
  /** The connection was lost when so much audio had been sent; the sentence waits to be heard again. */
  lostAtMs?: number;
  /** Since when, on the clock, its final should come: its speech is over, or a later sentence has its final. */
  dueSinceMs?: number;
  /** It was lost once: the text that it had is not shown again in a shorter form. */
  isReplayed?: boolean;
}

/** What the last interim said. The event itself is let go: the garbage collector is quick only with what does not stay. */
interface Heard {
  text: string;
  language: string | undefined;
  emotion: string | undefined;
  words: Word[] | undefined;
}

/** A service that begins sentences and never ends them must not fill the memory. */
const MAX_OPEN_SENTENCES = 64;

/**
 * The sentences that were begun and are not final yet: completes the protocol's events by what is known of the
 * sentence, and derives the emotion events.
 */
export class Sentences {
  readonly #open = new Map<string, Sentence>();
  /** The service's name of a sentence that had another one before the connection was lost. */
  readonly #ids = new Map<string, string>();

  /**
   * Whether a sentence that began before the position, as far as that is known, waits for its final; without those
   * that were lost and are not heard again yet.
   */
  anyOpenBefore(positionMs: number): boolean {
    for (const { beginMs, lostAtMs } of this.#open.values()) {
      if (lostAtMs === undefined && (beginMs === undefined || beginMs < positionMs)) return true;
    }
    return false;
  }

  get anyOpen(): boolean {
    return this.#open.size > 0;
  }

  /** Where the oldest open sentence began, as far as that is known of all of them. */
  get openFromMs(): number | undefined {
    let fromMs = Infinity;
    for (const { beginMs } of this.#open.values()) {
      if (beginMs === undefined) return undefined;
      fromMs = Math.min(fromMs, beginMs);
    }
    return fromMs;
  }

  /** The connection is lost, with so much audio sent: what is open will be heard again under other names. */
  connectionLost(sentMs: number): void {
    this.#ids.clear();
    for (const sentence of this.#open.values()) {
      sentence.lostAtMs ??= sentMs;
      delete sentence.dueSinceMs;
    }
  }

  /** The name under which the sentence is known. */
  nameOf(serviceId: string): string {
    return this.#ids.get(serviceId) ?? serviceId;
  }

  /** The same for a sentence that may be new: that of the oldest lost one, if it is the same. */
  idOf(serviceId: string, beginMs?: number): string {
    const known = this.#ids.get(serviceId);
    if (known !== undefined || this.#open.has(serviceId)) return known ?? serviceId;
    for (const [id, sentence] of this.#open) {
      if (sentence.lostAtMs === undefined || (beginMs ?? 0) > sentence.lostAtMs) continue;
      delete sentence.lostAtMs;
      sentence.isReplayed = true;
      this.#ids.set(serviceId, id);
      return id;
    }
    return serviceId;
  }

  /** Lost sentences that are not heard again, once the service is behind where the connection was lost. */
  lostAtBefore(positionMs: number): string[] {
    return this.#lostOnes(({ lostAtMs = Infinity }) => lostAtMs < positionMs);
  }

  /** Lost sentences that were not heard again yet and began before the position. */
  lostFromBefore(positionMs: number): string[] {
    return this.#lostOnes(({ beginMs = 0 }) => beginMs < positionMs);
  }

  /** Whether that is new. */
  speechStarted({ sentenceId, atMs }: ServiceEventOf<'speechStarted'>): boolean {
    const sentence = this.#get(sentenceId);
    if (sentence.isReplayed && sentence.beginMs !== undefined) return false;
    sentence.beginMs = atMs;
    return true;
  }

  /** Whether that is new. */
  speechStopped({ sentenceId, atMs }: ServiceEventOf<'speechStopped'>, nowMs: number): boolean {
    const sentence = this.#get(sentenceId);
    sentence.dueSinceMs ??= nowMs;
    const isNew = !sentence.isReplayed || sentence.endMs === undefined;
    sentence.endMs = atMs;
    return isNew;
  }

  interim(event: ServiceEventOf<'interim'>): SessionEvent[] {
    const sentence = this.#get(event.sentenceId);
    if (sentence.isReplayed && event.text.length < (sentence.heard?.text.length ?? 0)) return [];
    const { beginMs } = sentence;
    if (event.beginMs === undefined && beginMs !== undefined) event.beginMs = beginMs;
    remember(sentence, event);
    const emotion = this.#emotionChange(sentence, event);
    return emotion ? [event, emotion] : [event];
  }

  /** The final, which gets its times, and its emotion. */
  final(final: ServiceEventOf<'final'>, nowMs: number): { events: SessionEvent[]; final: FinalEvent } {
    this.#overtaken(final.sentenceId, nowMs);
    const sentence = this.#open.get(final.sentenceId);
    this.#open.delete(final.sentenceId);
    if (final.beginMs === undefined && sentence?.beginMs !== undefined) final.beginMs = sentence.beginMs;
    if (final.endMs === undefined && sentence?.endMs !== undefined) final.endMs = sentence.endMs;
    // No words and none shown before: nothing a reader would have to replace.
    const events: SessionEvent[] = final.text !== '' || sentence?.heard ? [final] : [];
    if (final.emotion && final.text !== '') events.push(emotionEvent(final, final.emotionConfidence));
    return { events, final };
  }

  /** Ends a sentence, or all of them, without the service's final: the last interim is what there is. */
  truncate(sentenceId?: string): FinalEvent[] {
    const ids = sentenceId === undefined ? [...this.#open.keys()] : [sentenceId];
    const finals: FinalEvent[] = [];
    for (const id of ids) {
      const sentence = this.#open.get(id);
      this.#open.delete(id);
      if (!sentence?.heard) continue;
      const { text, language, emotion, words } = sentence.heard;
      finals.push({
        type: 'final',
        sentenceId: id,
        text,
        ...(language && { language }),
        ...(emotion && { emotion }),
        ...(sentence.beginMs !== undefined && { beginMs: sentence.beginMs }),
        ...(sentence.endMs !== undefined && { endMs: sentence.endMs }),
        ...(words && { words }),
        truncated: true,
      });
    }
    return finals;
  }

  /** Sentences whose finals are due since before `sinceMs`: they will not come any more (protocol.md E 8). */
  overdue(sinceMs: number): string[] {
    const ids: string[] = [];
    for (const [id, { dueSinceMs = Infinity, lostAtMs }] of this.#open) {
      if (lostAtMs === undefined && dueSinceMs < sinceMs) ids.push(id);
    }
    return ids;
  }

  /** The sentence has its final: what was begun before it is due. */
  #overtaken(sentenceId: string, nowMs: number): void {
    for (const [id, sentence] of this.#open) {
      if (id === sentenceId) return;
      sentence.dueSinceMs ??= nowMs;
    }
  }

  #lostOnes(matches: (sentence: Sentence) => boolean): string[] {
    const ids: string[] = [];
    for (const [id, sentence] of this.#open) {
      if (sentence.lostAtMs !== undefined && matches(sentence)) ids.push(id);
    }
    return ids;
  }

  #get(sentenceId: string): Sentence {
    let sentence = this.#open.get(sentenceId);
    if (sentence) return sentence;
    this.#open.set(sentenceId, (sentence = {}));
    forgetOldest(this.#open, MAX_OPEN_SENTENCES);
    return sentence;
  }

  #emotionChange(sentence: Sentence, interim: InterimEvent): EmotionEvent | undefined {
    if (!interim.emotion || interim.emotion === sentence.emotion) return undefined;
    sentence.emotion = interim.emotion;
    return emotionEvent(interim);
  }
}

function remember(sentence: Sentence, { text, language, emotion, words }: ServiceEventOf<'interim'>): void {
  const { heard } = sentence;
  if (!heard) {
    sentence.heard = { text, language, emotion, words };
    return;
  }
  heard.text = text;
  heard.language = language;
  heard.emotion = emotion;
  heard.words = words;
}

function emotionEvent(of: InterimEvent | FinalEvent, confidence?: number): EmotionEvent {
  const { sentenceId, text, emotion = '' } = of;
  return { type: 'emotion', sentenceId, emotion, ...(confidence !== undefined && { confidence }), text };
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

/**
 * Puts the event on the session's time line. In place: it is nobody else's yet, and a copy with other properties would be
 * a hidden class of its own for each event (bench/README.md).
 */
export function giveTimes(event: SentenceEvent, timeline: Timeline): void {
  if (event.type === 'speechStarted' || event.type === 'speechStopped') {
    event.atMs = timeline.given(event.atMs);
    return;
  }
  if (event.beginMs !== undefined) event.beginMs = timeline.given(event.beginMs);
  if (event.endMs !== undefined) event.endMs = timeline.given(event.endMs);
  if (!event.words) return;
  for (const word of event.words) {
    word.beginMs = timeline.given(word.beginMs);
    word.endMs = timeline.given(word.endMs);
  }
}
