import type { EmotionEvent, FinalEvent, InterimEvent, SessionEvent } from '../events';
import type { ServiceEvent } from '../protocol/protocol';

interface Sentence {
  interim?: InterimEvent;
  emotion?: string;
  beginMs?: number;
  endMs?: number;
}

/** A service that begins sentences and never ends them must not fill the memory. */
const MAX_OPEN_SENTENCES = 64;

type Of<T extends ServiceEvent['type']> = Extract<ServiceEvent, { type: T }>;

/**
 * The sentences that were begun and are not final yet: completes the protocol's events by what is known of the
 * sentence, and derives the emotion events.
 */
export class Sentences {
  readonly #open = new Map<string, Sentence>();

  /** Whether a sentence that began before the position, as far as that is known, waits for its final. */
  anyOpenBefore(positionMs: number): boolean {
    for (const { beginMs } of this.#open.values()) {
      if (beginMs === undefined || beginMs < positionMs) return true;
    }
    return false;
  }

  speechStarted({ sentenceId, atMs }: Of<'speechStarted'>): void {
    this.#get(sentenceId).beginMs = atMs;
  }

  speechStopped({ sentenceId, atMs }: Of<'speechStopped'>): void {
    this.#get(sentenceId).endMs = atMs;
  }

  interim(event: Of<'interim'>): SessionEvent[] {
    const sentence = this.#get(event.sentenceId);
    const beginMs = event.beginMs ?? sentence.beginMs;
    const interim: InterimEvent = { ...event, ...(beginMs !== undefined && { beginMs }) };
    sentence.interim = interim;
    return [interim, ...this.#emotionChange(sentence, interim)];
  }

  /** The final with its times and its emotion. */
  final(event: Of<'final'>): { events: SessionEvent[]; final: FinalEvent } {
    const sentence = this.#open.get(event.sentenceId);
    this.#open.delete(event.sentenceId);
    const beginMs = event.beginMs ?? sentence?.beginMs;
    const endMs = event.endMs ?? sentence?.endMs;
    const final: FinalEvent = {
      ...event,
      ...(beginMs !== undefined && { beginMs }),
      ...(endMs !== undefined && { endMs }),
    };
    // No words and none shown before: nothing a reader would have to replace.
    const events: SessionEvent[] = final.text !== '' || sentence?.interim ? [final] : [];
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
      if (!sentence?.interim) continue;
      const { text, language, emotion, words } = sentence.interim;
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

  #get(sentenceId: string): Sentence {
    let sentence = this.#open.get(sentenceId);
    if (sentence) return sentence;
    this.#open.set(sentenceId, (sentence = {}));
    if (this.#open.size > MAX_OPEN_SENTENCES) {
      for (const oldest of this.#open.keys()) {
        this.#open.delete(oldest);
        break;
      }
    }
    return sentence;
  }

  #emotionChange(sentence: Sentence, interim: InterimEvent): SessionEvent[] {
    if (!interim.emotion || interim.emotion === sentence.emotion) return [];
    sentence.emotion = interim.emotion;
    return [emotionEvent(interim)];
  }
}

function emotionEvent(of: InterimEvent | FinalEvent, confidence?: number): EmotionEvent {
  const { sentenceId, text, emotion = '' } = of;
  return { type: 'emotion', sentenceId, emotion, ...(confidence !== undefined && { confidence }), text };
}
