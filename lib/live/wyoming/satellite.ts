import type { Socket } from 'node:net';
import type { AudioFormatHints } from '../../audio/format';
import { afterReading, everyAfterReading } from '../../base/after-reading';
import { object, string } from '../../base/json';
import { asAsrError, AsrError } from '../../vocabulary/errors';
import type { SessionEvent } from '../../vocabulary/events';
import { QueueFeed } from '../sources/queue-feed';
import { WyomingReader, wyomingBytes } from './events';
import type { WyomingEvent } from './events';
import { formatOf } from './format';

/** A satellite that does not take what is sent to it must not make this side keep it. */
const MAX_UNSENT_BYTES = 64 * 1024;
/** The time in which a satellite can read that it is to pause. */
const GOODBYE_MS = 500;

export interface SatelliteOptions {
  /** The name of the satellite, for items and logs. */
  sender: string;
  /** What its chunks are expected to be. */
  format: AudioFormatHints;
  /** It sends samples of another format, which the next connection has to expect. */
  onFormat: (format: AudioFormatHints) => void;
  /** Interval of pings. A satellite that has sent nothing since the previous one is lost. */
  pingMs: number;
  /** A satellite that listens on demand is told to stop when nothing was understood for this long. */
  listeningMs: number;
}

/**
 * One connection to a Wyoming satellite, as the side that runs its pipeline: it describes itself, is told to run, and
 * sends audio, always or only after a voice or a wake word. Each text goes back as a `transcript`, with which a
 * satellite that listens on demand waits for the next wake word.
 */
export class Satellite extends QueueFeed {
  readonly #socket: Socket;
  readonly #options: SatelliteOptions;
  readonly #reader = new WyomingReader();
  readonly #stopPings: () => void;
  readonly #over: Promise<void>;
  /** Ends the listening of a satellite that hears nobody. */
  #listening: NodeJS.Timeout | undefined;
  #hasSent = true;
  #lost: AsrError | undefined;
  #described: (event: WyomingEvent) => void = () => undefined;

  /** @param socket It is connected. */
  constructor(socket: Socket, options: SatelliteOptions) {
    super({
      sender: options.sender,
      hints: options.format,
      onRoom: () => {
        if (socket.isPaused()) socket.resume();
      },
    });
    this.#socket = socket;
    this.#options = options;
    this.#stopPings = everyAfterReading(options.pingMs, () => {
      this.#ping();
    });
    socket.on('error', (error) => {
      this.#lose('broke off', error);
    });
    socket.on('data', (bytes) => {
      this.#read(bytes);
    });
    this.#over = new Promise((resolve) => {
      socket.on('close', () => {
        this.#stopPings();
        clearTimeout(this.#listening);
        this.end(this.#lost ?? this.#fault('was closed by it; a satellite serves one program at a time'));
        resolve();
      });
    });
  }

  /** Tells it to run. @throws AsrError where it is no satellite, or does not answer within this time. */
  async run(withinMs: number): Promise<void> {
    const cancelBound = afterReading(withinMs, () => {
      this.#lose('did not answer');
      this.#socket.destroy();
    });
    const info = new Promise<WyomingEvent>((resolve) => {
      this.#described = resolve;
    });
    this.#send('describe');
    const answer = await Promise.race([info, this.#over]);
    cancelBound();
    if (!answer) throw this.#lost ?? this.#fault('was closed before it described itself');
    if (!object(answer.data.satellite)) {
      throw new AsrError(
        'CONNECT_FAILED',
        `${this.sender} speaks Wyoming, but is no satellite. A speech-to-text or wake word program has no microphone.`,
      );
    }
    this.#send('run-satellite');
  }

  /** Gives the satellite the text of a sentence. */
  readonly hear = (event: SessionEvent): void => {
    if (event.type === 'interim' && event.text !== '') this.#listening?.refresh();
    if (event.type !== 'final' || event.text === '') return;
    this.#stopListening();
    this.#send('transcript', { text: event.text, ...(event.language && { language: event.language }) });
  };

  override async close(): Promise<void> {
    this.#stopPings();
    this.#stopListening();
    this.#send('pause-satellite');
    const late = setTimeout(() => this.#socket.destroy(), GOODBYE_MS);
    // What it still sends is read, because unread bytes would take the last event from it.
    this.#socket.resume();
    this.#socket.destroySoon();
    await this.#over;
    clearTimeout(late);
    await super.close();
  }

  #read(bytes: Uint8Array): void {
    this.#hasSent = true;
    try {
      for (const event of this.#reader.read(bytes)) this.#take(event);
    } catch (error) {
      const { message } = asAsrError(error, 'PROTOCOL_REJECTED', 'The event cannot be read');
      // Not BAD_AUDIO, which a feed without any audio would keep to itself.
      this.#lost ??= new AsrError(
        'PROTOCOL_REJECTED',
        `${this.sender} sends what is not understood. ${message}`,
        {
          cause: error,
        },
      );
      this.#socket.destroy();
    }
  }

  #take(event: WyomingEvent): void {
    const { type, data, payload } = event;
    switch (type) {
      case 'info':
        this.#described(event);
        return;
      case 'ping':
        this.#send('pong', { text: string(data.text) ?? null });
        return;
      case 'run-pipeline':
        // One that goes on by itself streams always, and nothing has to end its listening.
        if (data.restart_on_end !== true) this.#startListening();
        return;
      case 'audio-stop':
        this.#stopListening();
        return;
      case 'audio-chunk':
        if (payload) this.#append(formatOf(data, this.#options.format), payload);
        return;
      default:
    }
  }

  #append(format: AudioFormatHints, payload: Uint8Array): void {
    const { rate, channels, bits } = this.#options.format;
    if (format.rate !== rate || format.channels !== channels || format.bits !== bits) {
      this.#options.onFormat(format);
      this.#lose(`sends ${format.rate} Hz, ${format.channels} channel(s) of ${format.bits} bits from now on`);
      this.#socket.destroy();
      return;
    }
    this.push(payload);
    if (this.isFull) this.#socket.pause();
  }

  #startListening(): void {
    this.#stopListening();
    this.#listening = setTimeout(() => {
      // The code that Home Assistant sends; each kind of satellite stops listening at an error.
      this.#send('error', { text: 'No text recognized', code: 'stt-no-text-recognized' });
    }, this.#options.listeningMs);
  }

  #stopListening(): void {
    clearTimeout(this.#listening);
    this.#listening = undefined;
  }

  #ping(): void {
    // While the recognition is slow nothing is read, which is no silence of the satellite.
    if (!this.#hasSent && !this.#socket.isPaused()) {
      this.#lose('does not answer any more');
      this.#socket.destroy();
      return;
    }
    this.#hasSent = false;
    this.#send('ping');
  }

  #send(type: string, data?: Record<string, unknown>): void {
    if (!this.#socket.writable) return;
    if (this.#socket.writableLength <= MAX_UNSENT_BYTES) {
      this.#socket.write(wyomingBytes(type, data));
      return;
    }
    this.#lose('does not read what it is sent');
    this.#socket.destroy();
  }

  #lose(why: string, cause?: Error): void {
    this.#lost ??= this.#fault(why, cause);
  }

  #fault(why: string, cause?: Error): AsrError {
    return new AsrError('CONNECTION_LOST', `The connection to ${this.sender} ${why}.`, {
      retryable: true,
      cause,
    });
  }
}
