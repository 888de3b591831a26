import type { Socket } from 'node:net';
import { asAsrError, AsrError } from '../../vocabulary/errors';
import { AudioSocketReader } from '../calls/audiosocket';
import type { CallTrack } from '../calls/call-events';
import { allowedSenders } from './allowed-senders';
import { openSocketPort } from './open-port';
import { QueueFeed } from './queue-feed';
import { watchSilence } from './silence-watch';
import type { PortEvents, PortSource } from './source';
import type { PortSourceOptions } from './tcp';

/** Asterisk sends the UUID as soon as it is connected. */
const BEGINS_WITHIN_MS = 5000;
/** Each codec of a call is a stream with a session of its own. */
const MAX_STREAMS = 4;

/**
 * A TCP port for Asterisk's `AudioSocket(UUID,host:port)`. Each connection is one call. It never hangs up: where the
 * port is closed, Asterisk goes on with its dialplan.
 */
export function audioSocketSource(options: Omit<PortSourceOptions, 'hints'>): PortSource {
  const { host, port, maxSenders, idleMs } = options;
  const isAllowed = allowedSenders(options.allowedSenders ?? []);
  const name = `tcp://${host}:${port}`;
  return {
    kind: 'port',
    name,
    listen: (events) =>
      openSocketPort(
        {
          name,
          host,
          port,
          maxSenders,
          isAllowed,
          tooMany: (address = 'A device') =>
            `${address} was turned away: ${maxSenders} calls are connected already.`,
          onSocket: (socket, warnOnce) => {
            new AudioSocketCall(socket, idleMs, { ...events, onWarning: warnOnce }).begin();
          },
        },
        events,
      ),
  };
}

class CallFeed extends QueueFeed {
  readonly details: { call: CallTrack };
  readonly rateHz: number;

  constructor(call: CallTrack, rateHz: number, onRoom: () => void) {
    const sender = `${call.callId ?? ''}/${call.track}`;
    super({ sender, hints: { encoding: 's16le', rate: rateHz, channels: 1 }, onRoom });
    this.details = { call };
    this.rateHz = rateHz;
  }
}

/** One connection of Asterisk. */
class AudioSocketCall {
  readonly #socket: Socket;
  readonly #idleMs: number;
  readonly #events: PortEvents;
  readonly #reader = new AudioSocketReader();
  #uuid: string | undefined;
  #feed: CallFeed | undefined;
  #streams = 0;

  constructor(socket: Socket, idleMs: number, events: PortEvents) {
    this.#socket = socket;
    this.#idleMs = idleMs;
    this.#events = events;
  }

  begin(): void {
    const socket = this.#socket;
    const beginning = setTimeout(() => socket.destroy(), Math.min(this.#idleMs, BEGINS_WITHIN_MS));
    const isUnread = () => socket.isPaused();
    watchSilence(socket, this.#idleMs, isUnread, () => {
      socket.destroy();
    });
    // The end follows, which is all that matters here.
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      try {
        this.#read(bytes);
        if (this.#uuid !== undefined) clearTimeout(beginning);
      } catch (error) {
        const { message } = asAsrError(error, 'BAD_AUDIO', 'The connection cannot be read');
        this.#events.onWarning(message);
        socket.destroy();
      }
    });
    socket.on('close', () => {
      clearTimeout(beginning);
      this.#feed?.end();
    });
  }

  #read(bytes: Uint8Array): void {
    for (const event of this.#reader.read(bytes)) {
      switch (event.type) {
        case 'call':
          this.#uuid ??= event.uuid;
          break;
        case 'audio':
          this.#give(event.bytes, event.rateHz);
          break;
        case 'error':
          this.#events.onWarning(`The call ${this.#uuid ?? ''}: Asterisk reports that ${event.message}.`);
          break;
        case 'hangUp':
          this.#feed?.end();
          this.#socket.end();
          break;
        default:
      }
    }
  }

  #give(bytes: Uint8Array, rateHz: number): void {
    if (this.#feed?.rateHz !== rateHz) {
      // Another codec within the call is another stream.
      this.#feed?.end();
      this.#streams += 1;
      if (this.#streams > MAX_STREAMS) {
        throw new AsrError('BAD_AUDIO', `The call changes its codec more than ${MAX_STREAMS - 1} times.`);
      }
      const callId = this.#uuid ?? '';
      const call: CallTrack = {
        provider: 'audiosocket',
        callId,
        parameters: {},
        track: 'inbound',
        offsetMs: 0,
      };
      this.#feed = new CallFeed(call, rateHz, () => this.#socket.resume());
      this.#events.onFeed(this.#feed);
    }
    this.#feed.push(bytes);
    if (this.#feed.isFull) this.#socket.pause();
  }
}
