import type { AudioFormatHints } from '../../audio/format';
import { AsrError } from '../../vocabulary/errors';
import type { SessionEvent } from '../../vocabulary/events';
import { joinTexts } from '../../vocabulary/join-texts';
import { QueueFeed } from '../sources/queue-feed';
import type { FeedWishes } from '../sources/source';

export interface UtteranceOptions {
  sender: string;
  hints: AudioFormatHints;
  wishes: FeedWishes;
  onRoom: () => void;
  /** Called when there is something new to send. */
  onNews: () => void;
}

/** The audio between `audio-start` and `audio-stop`, its texts, and the answer to it. */
export class Utterance extends QueueFeed {
  readonly wishes: FeedWishes;
  readonly #onNews: () => void;
  /** The texts of the sentences so far. */
  #text = '';
  /** The part of the text that was not taken yet. */
  readonly #chunks: string[] = [];
  #language: string | undefined;
  #sessionFault: AsrError | undefined;
  #result: 'text' | AsrError | undefined;
  bytes = 0;

  constructor({ onNews, wishes, ...feed }: UtteranceOptions) {
    super(feed);
    this.wishes = wishes;
    this.#onNews = onNews;
    this.#language = wishes.language;
  }

  override push(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    super.push(bytes);
  }

  readonly recognised = (fault: AsrError | undefined): void => {
    this.#result ??= fault ?? this.#sessionFault ?? 'text';
    this.#onNews();
  };

  readonly hear = (event: SessionEvent): void => {
    if (event.type === 'opened') this.#sessionFault = undefined;
    if (event.type === 'error') {
      this.#sessionFault = event.error;
      // Nothing is recognised any more, and the port is about to be closed.
      if (!event.error.retryable) this.recognised(event.error);
    }
    if (event.type !== 'final' || event.text === '') return;
    this.#language = event.language ?? this.#language;
    const before = this.#text.length;
    this.#text = joinTexts([this.#text, event.text]);
    this.#chunks.push(this.#text.slice(before));
    this.#onNews();
  };

  /** Why there is no text; `undefined` as long as it is not known, and where there is text. */
  get fault(): AsrError | undefined {
    return this.#result instanceof AsrError ? this.#result : undefined;
  }

  get isDone(): boolean {
    return this.#result !== undefined;
  }

  get text(): string {
    return this.#text;
  }

  get language(): string | undefined {
    return this.#language;
  }

  /** The texts that are new, so that all of them in a row are {@link text}. */
  takeChunks(): string[] {
    return this.#chunks.splice(0);
  }
}
