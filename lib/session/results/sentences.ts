import type { EmotionEvent, FinalEvent, InterimEvent, SessionEvent, Word } from '../../vocabulary/events';
import { forgetOldest } from '../../base/forget-oldest';
import type { ServiceEventOf } from '../../protocol/protocol';

/** An event of a sentence, with the service's own id of it. */
export type SentenceEvent = ServiceEventOf<'speechStarted' | 'speechStopped' | 'interim' | 'final'>;

interface Sentence {
  heard?: Heard;
  emotion?: string;
  beginMs?: number;
  endMs?: number;
  /** How much audio had been sent when the connection was lost. The sentence waits to be recognised again. */
  lostAtMs?: number;
  /** Since when, on the clock, its final is due: its speech is over, or a later sentence has its final. */
  dueSinceMs?: number;
  /** It was lost once, so its text is not replaced by a shorter one. */
  isReplayed?: boolean;
}

/**
 * The text of the last interim. The event itself is not kept, because the garbage collector is quick only with
 * short-lived objects.
 */
interface Heard {
  text: string;
  language: string | undefined;
  emotion: string | undefined;
  words: Word[] | undefined;
}

/** A sentence that is over and has had no final for this long gets none any more (protocol.md E 8). */
const FINAL_TIMEOUT_MS = 30_000;
export const NO_FINAL = `The service gave no final for a sentence within ${FINAL_TIMEOUT_MS / 1000} s of its end; its last interim stands for it.`;
/** Limits the memory for a service that begins sentences and never ends them. */
const MAX_OPEN_SENTENCES = 64;

/**
 * Sentences that have begun and are not final yet. Completes the protocol's events by what is known of the sentence,
 * and derives the emotion events.
 */
export class Sentences {
  readonly #open = new Map<string, Sentence>();
  /** The session's id for the service's id of a sentence that had another one before the connection was lost. */
  readonly #ids = new Map<string, string>();

  /**
   * Whether a sentence that began before the position, as far as that is known, waits for its final. Lost sentences
   * that were not recognised again yet do not count.
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

  /** Where the oldest open sentence began; `undefined` if that is unknown for one of them. */
  get openFromMs(): number | undefined {
    let fromMs = Infinity;
    for (const { beginMs } of this.#open.values()) {
      if (beginMs === undefined) return undefined;
      fromMs = Math.min(fromMs, beginMs);
    }
    return fromMs;
  }

  /**
   * The connection was lost after this much audio was sent. Open sentences will be recognised again under other ids.
   */
  connectionLost(sentMs: number): void {
    this.#ids.clear();
    for (const sentence of this.#open.values()) {
      sentence.lostAtMs ??= sentMs;
      delete sentence.dueSinceMs;
    }
  }

  /** The session's id of the sentence. */
  nameOf(serviceId: string): string {
    return this.#ids.get(serviceId) ?? serviceId;
  }

  /** The session's id of a sentence that may be new: that of the oldest lost sentence, if it is the same. */
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

  /** Lost sentences that were not recognised again although the service is past the place of the loss. */
  lostAtBefore(positionMs: number): string[] {
    return this.#lostOnes(({ lostAtMs = Infinity }) => lostAtMs < positionMs);
  }

  /** Lost sentences that were not recognised again yet and began before the position. */
  lostFromBefore(positionMs: number): string[] {
    return this.#lostOnes(({ beginMs = 0 }) => beginMs < positionMs);
  }

  /** Returns whether that is new. */
  speechStarted({ sentenceId, atMs }: ServiceEventOf<'speechStarted'>): boolean {
    const sentence = this.#get(sentenceId);
    if (sentence.isReplayed && sentence.beginMs !== undefined) return false;
    sentence.beginMs = atMs;
    return true;
  }

  /** Returns whether that is new. */
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

  /** The final event with its times, and its emotion event. */
  final(final: ServiceEventOf<'final'>, nowMs: number): { events: SessionEvent[]; final: FinalEvent } {
    this.#overtaken(final.sentenceId, nowMs);
    const sentence = this.#open.get(final.sentenceId);
    this.#open.delete(final.sentenceId);
    if (final.beginMs === undefined && sentence?.beginMs !== undefined) final.beginMs = sentence.beginMs;
    if (final.endMs === undefined && sentence?.endMs !== undefined) final.endMs = sentence.endMs;
    // Neither text now nor text shown before: there is nothing for a reader to replace.
    const events: SessionEvent[] = final.text !== '' || sentence?.heard ? [final] : [];
    if (final.emotion && final.text !== '') events.push(emotionEvent(final, final.emotionConfidence));
    return { events, final };
  }

  /** Ends a sentence, or all of them, without the service's final: the last interim becomes the final. */
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

  /** Sentences whose finals are due and will not come any more. */
  overdue(nowMs: number): string[] {
    const ids: string[] = [];
    for (const [id, { dueSinceMs = Infinity, lostAtMs }] of this.#open) {
      if (lostAtMs === undefined && dueSinceMs < nowMs - FINAL_TIMEOUT_MS) ids.push(id);
    }
    return ids;
  }

  /** A sentence has its final, so those that began before it are due. */
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

/** Where the sentence begins according to the event. */
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
