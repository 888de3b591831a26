import type { Socket } from 'node:net';
import type { AudioFormatHints } from '../../audio/format';
import { excerpt } from '../../base/excerpt';
import { string } from '../../base/json';
import type { JsonObject } from '../../base/json';
import { asAsrError, AsrError } from '../../vocabulary/errors';
import { findModel } from '../../vocabulary/models';
import { watchSilence } from '../sources/silence-watch';
import type { AudioFeed, FeedWishes } from '../sources/source';
import { WyomingReader, wyomingBytes } from './events';
import type { WyomingEvent } from './events';
import { formatOf, USUAL_FORMAT } from './format';
import { wyomingInfo } from './info';
import { languageFor } from './languages';
import { Utterance } from './utterance';

/** Utterances of one connection that wait for their text. */
const MAX_WAITING = 8;
/** A client that does not read must not make this side keep its answers. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/** The time in which a client can read its error and close its side. */
const GOODBYE_MS = 1000;
export interface WyomingConnectionOptions {
  /** The models that are offered; the first is used where the client asks for none. */
  models: readonly string[];
  idleMs: number;
  /** The longest utterance. */
  maxUtteranceMs: number;
  onFeed: (feed: AudioFeed) => void;
  onWarning: (message: string) => void;
}

/** One client of the Wyoming server. It may send several utterances, which are answered in their order. */
export class WyomingConnection {
  readonly #socket: Socket;
  readonly #options: WyomingConnectionOptions;
  readonly #sender: string;
  readonly #reader = new WyomingReader();
  /** Utterances that are not answered yet, oldest first. The last one may still be spoken. */
  readonly #utterances: Utterance[] = [];
  #open: Utterance | undefined;
  #format: AudioFormatHints = USUAL_FORMAT;
  #wishes: FeedWishes = {};
  /** Whether the oldest utterance has had its `transcript-start`. */
  #hasStarted = false;
  #count = 0;
  #hasEnded = false;
  #isRefused = false;

  constructor(socket: Socket, options: WyomingConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#sender = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`;
    const isUnread = () => socket.isPaused();
    watchSilence(socket, options.idleMs, isUnread, () => {
      const isWaiting = this.#utterances.length > 0 && !this.#open;
      if (isWaiting) this.#refuse(noText(options.idleMs));
      else socket.destroy();
    });
    // The end follows, which is all that matters here.
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      this.#read(bytes);
    });
    // A client may say with the end of its side that it only waits for the answers.
    socket.on('end', () => {
      this.#dropOpen();
      this.#hasEnded = true;
      this.#endAnswered();
    });
    socket.on('close', () => {
      this.#dropOpen();
    });
  }

  /** An utterance that the client did not stop gets no answer. */
  #dropOpen(): void {
    if (!this.#open) return;
    this.#open.end();
    this.#utterances.splice(this.#utterances.indexOf(this.#open), 1);
    this.#open = undefined;
  }

  #endAnswered(): void {
    if (this.#hasEnded && this.#utterances.length === 0) this.#socket.end();
  }

  #read(bytes: Uint8Array): void {
    if (this.#isRefused) return;
    try {
      for (const event of this.#reader.read(bytes)) this.#hear(event);
    } catch (error) {
      this.#refuse(asAsrError(error, 'PROTOCOL_REJECTED', 'The event cannot be read'));
    }
  }

  #hear({ type, data, payload }: WyomingEvent): void {
    switch (type) {
      case 'describe':
        this.#send('info', wyomingInfo(this.#options.models));
        return;
      case 'ping':
        this.#send('pong', { text: string(data.text) ?? null });
        return;
      case 'transcribe':
        this.#wishes = this.#wishesOf(data);
        return;
      case 'audio-start':
        this.#format = formatOf(data, USUAL_FORMAT);
        return;
      case 'audio-chunk':
        this.#append(formatOf(data, this.#format), payload);
        return;
      case 'audio-stop':
        this.#stop();
        return;
      default:
    }
  }

  #wishesOf(data: JsonObject): FeedWishes {
    const { models, onWarning } = this.#options;
    const [usual = ''] = models;
    const asked = string(data.name);
    const model = asked !== undefined && models.includes(asked) ? asked : usual;
    const tag = string(data.language);
    const { languages, maxLanguages } = findModel(model);
    const language = tag === undefined || maxLanguages === 0 ? undefined : languageFor(tag, languages);
    if (tag !== undefined && language === undefined && maxLanguages > 0) {
      onWarning(
        `${model} cannot be told to expect the language ${excerpt(tag)}; it detects the language itself.`,
      );
    }
    return { model, ...(language !== undefined && { language }) };
  }

  #append(format: AudioFormatHints, payload: Uint8Array | undefined): void {
    if (!payload) return;
    const utterance = this.#open ?? this.#begin(format);
    const { rate = 0, channels = 0, bits = 0 } = utterance.hints;
    if (format.rate !== rate || format.channels !== channels || format.bits !== bits) {
      throw new AsrError('BAD_AUDIO', 'The format of the audio has changed within an utterance.');
    }
    utterance.push(payload);
    if (utterance.bytes > (rate * channels * bits * this.#options.maxUtteranceMs) / 8000) {
      const seconds = this.#options.maxUtteranceMs / 1000;
      throw new AsrError(
        'BAD_AUDIO',
        `An utterance is longer than ${seconds} s; expected audio-stop before.`,
      );
    }
    if (utterance.isFull) this.#socket.pause();
  }

  #checkRoom(): void {
    if (this.#utterances.length < MAX_WAITING) return;
    throw new AsrError(
      'THROTTLED',
      `More than ${MAX_WAITING} utterances of this connection wait for their text.`,
    );
  }

  #begin(hints: AudioFormatHints): Utterance {
    this.#checkRoom();
    this.#count += 1;
    const utterance = new Utterance({
      sender: `${this.#sender} ${this.#count}`,
      hints,
      wishes: this.#wishes,
      onRoom: () => this.#socket.resume(),
      onNews: () => {
        this.#answer();
      },
    });
    this.#open = utterance;
    this.#utterances.push(utterance);
    this.#options.onFeed(utterance);
    return utterance;
  }

  #stop(): void {
    if (this.#open) {
      this.#open.end();
      this.#open = undefined;
      return;
    }
    this.#checkRoom();
    // Nothing was said, but each stop gets its transcript, in the order of the stops.
    const silent = new Utterance({
      sender: this.#sender,
      hints: this.#format,
      wishes: this.#wishes,
      onRoom: () => undefined,
      onNews: () => undefined,
    });
    silent.recognised(undefined);
    this.#utterances.push(silent);
    this.#answer();
  }

  /** Sends what is new of the oldest utterance, and of those behind it when it is over. */
  #answer(): void {
    for (;;) {
      const [utterance] = this.#utterances;
      if (!utterance || this.#socket.destroyed) return;
      const { language, fault, text } = utterance;
      if (fault) {
        this.#refuse(fault);
        return;
      }
      const inLanguage = language === undefined ? {} : { language };
      for (const chunk of utterance.takeChunks()) {
        if (!this.#hasStarted) this.#send('transcript-start', inLanguage);
        this.#hasStarted = true;
        this.#send('transcript-chunk', { text: chunk });
      }
      // One that is still spoken may be recognised already, when its session was finished early.
      if (!utterance.isDone) return;
      this.#send('transcript', { text, ...inLanguage });
      if (this.#hasStarted) this.#send('transcript-stop');
      this.#hasStarted = false;
      this.#utterances.shift();
      this.#endAnswered();
    }
  }

  /** There will be no transcript, which a client only understands when the connection ends. */
  #refuse(error: AsrError): void {
    this.#options.onWarning(error.message);
    this.#send('error', { text: error.message, code: error.code });
    this.#open?.end();
    this.#open = undefined;
    this.#utterances.length = 0;
    this.#isRefused = true;
    this.#socket.end();
    // What the client still sends is read, because unread bytes would take the error from it; but not for long.
    this.#socket.resume();
    const late = setTimeout(() => this.#socket.destroy(), GOODBYE_MS);
    this.#socket.once('close', () => {
      clearTimeout(late);
    });
  }

  #send(type: string, data?: JsonObject): void {
    if (!this.#socket.writable) return;
    if (this.#socket.writableLength > MAX_UNSENT_BYTES) this.#socket.destroy();
    else this.#socket.write(wyomingBytes(type, data));
  }
}

function noText(afterMs: number): AsrError {
  return new AsrError('COMMIT_TIMEOUT', `No text came from the service within ${afterMs / 1000} s.`);
}
