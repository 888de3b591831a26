import type WebSocket from 'ws';
import { CallMessages } from '../calls/call-messages';
import type { CallEvent, CallFormat, CallTrack } from '../calls/call-events';
import { QueueFeed } from './queue-feed';
import type { AudioFeed } from './source';

/** Providers begin with the call's description, and FreeSWITCH with its audio. */
const BEGINS_WITHIN_MS = 10_000;

export interface CallConnectionOptions {
  /** The name of the connection, for calls without an id. */
  sender: string;
  idleMs: number;
  binaryFormat: CallFormat;
  onFeed: (feed: AudioFeed) => void;
  onWarning: (message: string) => void;
}

class TrackFeed extends QueueFeed {
  readonly details: { call: CallTrack };

  constructor(audio: Extract<CallEvent, { type: 'audio' }>, onRoom: () => void) {
    super({ sender: audio.key, hints: audio.hints, onRoom });
    this.details = { call: audio.call };
  }
}

/** One WebSocket of a telephone provider: its messages become feeds, one for each track. */
export class CallConnection {
  readonly #ws: WebSocket;
  readonly #options: CallConnectionOptions;
  readonly #calls: CallMessages;
  readonly #feeds = new Map<string, TrackFeed>();
  readonly #idle: NodeJS.Timeout;
  readonly #beginning: NodeJS.Timeout;
  #hasWarned = false;

  constructor(ws: WebSocket, options: CallConnectionOptions, onClosed: () => void) {
    const { sender, idleMs, binaryFormat } = options;
    this.#ws = ws;
    this.#options = options;
    this.#calls = new CallMessages({ connection: sender, binaryFormat });
    const terminate = (): void => {
      this.terminate();
    };
    // While the service is slow, nothing is read, which is no silence of the caller.
    this.#idle = setTimeout(() => {
      if (ws.isPaused) this.#idle.refresh();
      else terminate();
    }, idleMs);
    this.#beginning = setTimeout(terminate, Math.min(idleMs, BEGINS_WITHIN_MS));
    ws.on('message', (data, isBinary) => {
      this.#idle.refresh();
      // `ws` gives one whole message by default.
      const bytes = data as Buffer;
      const events = isBinary ? this.#calls.binary(bytes) : this.#calls.text(bytes.toString());
      for (const event of events ?? []) this.#hear(event);
    });
    // The end follows, which is all that matters here.
    ws.on('error', () => undefined);
    ws.on('close', () => {
      clearTimeout(this.#idle);
      clearTimeout(this.#beginning);
      for (const feed of this.#feeds.values()) feed.end();
      this.#feeds.clear();
      onClosed();
    });
  }

  terminate(): void {
    this.#ws.terminate();
  }

  #hear(event: CallEvent): void {
    switch (event.type) {
      case 'start':
        clearTimeout(this.#beginning);
        if (event.isAssumed && event.call.provider !== 'freeswitch') {
          this.#warn(`The beginning of the call ${event.call.streamId ?? ''} was not seen.`);
        }
        return;
      case 'audio':
        this.#give(event);
        return;
      case 'stop':
        for (const key of event.keys) {
          this.#feeds.get(key)?.end();
          this.#feeds.delete(key);
        }
        return;
      case 'fault':
        this.#warn(event.error.message);
        return;
      default:
    }
  }

  #give(event: Extract<CallEvent, { type: 'audio' }>): void {
    let feed = this.#feeds.get(event.key);
    if (!feed) {
      feed = new TrackFeed(event, () => {
        if (![...this.#feeds.values()].some(({ isFull }) => isFull)) this.#ws.resume();
      });
      this.#feeds.set(event.key, feed);
      this.#options.onFeed(feed);
    }
    feed.push(event.bytes);
    if (feed.isFull) this.#ws.pause();
  }

  /** Once for each connection, because a broken sender breaks each of its messages. */
  #warn(message: string): void {
    if (!this.#hasWarned) this.#options.onWarning(`${this.#options.sender}: ${message}`);
    this.#hasWarned = true;
  }
}
