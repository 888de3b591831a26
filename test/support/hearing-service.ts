import type { ConnectSocket, SocketHandlers } from '../../lib/transport/socket';
import { textOf } from '../../lib/vocabulary/frame';
import { RATE_HZ, WordFinder } from './living-room';

/** A service ends a sentence after this long without a word. */
const SILENCE_MS = 1300;

export interface HearingOptions {
  /** How many words a connection hears before it breaks, without a result for the last of them. Default: it never does. */
  wordsUntilBreak?: () => number;
}

/** Sockets of a run-task service that hears the marked words of a living room, and writes each sentence of them. */
export function hearingService({ wordsUntilBreak = () => Infinity }: HearingOptions = {}): ConnectSocket {
  return (_, handlers) => {
    const hearing = new Hearing(handlers, wordsUntilBreak());
    queueMicrotask(() => {
      handlers.onOpen();
    });
    return {
      bufferedBytes: 0,
      send: (frame, onFlushed) => {
        if (frame instanceof Uint8Array) hearing.audio(frame);
        else hearing.received(textOf(frame));
        onFlushed?.();
      },
      ping: () => {
        handlers.onPong();
      },
      release: () => false,
      close: () => {
        hearing.end(1000);
      },
      destroy: () => undefined,
    };
  };
}

class Hearing {
  readonly #finder = new WordFinder();
  readonly #handlers: SocketHandlers;
  #taskId = '';
  #words: { text: string; atMs: number }[] = [];
  #wordsLeft: number;
  #isOver = false;

  constructor(handlers: SocketHandlers, wordsUntilBreak: number) {
    this.#handlers = handlers;
    this.#wordsLeft = wordsUntilBreak;
  }

  received(text: string): void {
    const { header } = JSON.parse(text) as { header: { action: string; task_id: string } };
    this.#taskId = header.task_id;
    if (header.action === 'run-task') this.#say('task-started');
    if (header.action !== 'finish-task') return;
    this.#endSentence();
    this.#say('task-finished');
  }

  audio(pcm: Uint8Array): void {
    for (const { text, at } of this.#finder.heard(pcm)) {
      this.#wordsLeft -= 1;
      if (this.#wordsLeft <= 0) {
        this.end(1006);
        return;
      }
      this.#words.push({ text, atMs: at / (RATE_HZ / 1000) });
      this.#tell(false);
    }
    const last = this.#words.at(-1);
    if (last && (1000 * this.#finder.samples) / RATE_HZ - last.atMs > SILENCE_MS) this.#endSentence();
  }

  end(closeCode: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    queueMicrotask(() => {
      this.#handlers.onEnd({ kind: 'closed', closeCode, reason: '' });
    });
  }

  #endSentence(): void {
    if (this.#words.length > 0) this.#tell(true);
    this.#words = [];
  }

  #tell(isEnd: boolean): void {
    const [first] = this.#words;
    const sentence = {
      begin_time: Math.round(first?.atMs ?? 0),
      end_time: isEnd ? Math.round(this.#words.at(-1)?.atMs ?? 0) + 100 : null,
      text: this.#words.map(({ text }) => text).join(' '),
      sentence_end: isEnd,
      words: [],
    };
    this.#say('result-generated', { output: { sentence } });
  }

  #say(event: string, payload: object = {}): void {
    if (this.#isOver) return;
    const frame = JSON.stringify({ header: { task_id: this.#taskId, event, attributes: {} }, payload });
    queueMicrotask(() => {
      this.#handlers.onText(frame);
    });
  }
}
