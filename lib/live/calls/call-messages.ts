import { excerpt, shortened } from '../../base/excerpt';
import { forgetOldest } from '../../base/forget-oldest';
import { fieldsOf, parseObject } from '../../base/json';
import { AsrError } from '../../vocabulary/errors';
import type { CallEvent, CallFormat, CallInfo } from './call-events';
import { CallStream } from './call-streams';
import { jsonTexts } from './json-texts';
import {
  idOf,
  mediaOf,
  metadataOf,
  readBinaryStart,
  readStart,
  USUAL_FORMATS,
  type JsonObject,
  type StreamName,
} from './call-shapes';

/** One message has 20 ms of audio, or some seconds where it waited; this is a minute. */
export const MAX_CALL_MESSAGE_BYTES = 1024 * 1024;
const MAX_STREAMS = 16;
/** For trimmed text; no provider breaks its lines. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export interface CallMessagesOptions {
  /** Names the connection, for calls whose provider sends no id. */
  connection?: string;
  /**
   * The format of binary messages whose provider does not say it (FreeSWITCH), where all messages of the connection
   * belong to a call. Text of no known shape is then metadata. Default: such messages are no part of a call.
   */
  binaryFormat?: CallFormat;
}

/**
 * Reads the messages of one WebSocket that a telephone provider has opened: JSON with base64 of Twilio, SignalWire,
 * Telnyx and Plivo; binary messages behind a text of Vonage, jambonz and FreeSWITCH. It is decided by the exact shape
 * of a message whether it belongs to a call.
 */
export class CallMessages {
  readonly #connection: string;
  readonly #binaryFormat: CallFormat | undefined;
  readonly #streams = new Map<string, CallStream>();
  /** Ids of streams that have stopped, whose late audio must not begin another one. */
  readonly #stopped = new Set<string>();
  #binary: CallStream | undefined;
  #metadata: JsonObject = {};

  constructor({ connection = 'call', binaryFormat }: CallMessagesOptions = {}) {
    this.#connection = connection;
    this.#binaryFormat = binaryFormat;
  }

  /** Whether a call is going on. */
  get isActive(): boolean {
    return this.#streams.size > 0 || this.#binary !== undefined;
  }

  /**
   * Reads a text message, or its JSON that is parsed already.
   * @returns The events, perhaps none; `undefined` when the message is no part of a call.
   */
  text(message: string | object): CallEvent[] | undefined {
    if (typeof message !== 'string') return this.#object(fieldsOf(message));
    if (message.length > MAX_CALL_MESSAGE_BYTES) {
      return this.#isOurs() ? [tooLarge(message.length)] : undefined;
    }
    const whole = parseObject(message);
    if (whole) return this.#object(whole);
    if (!message.trimStart().startsWith('{')) return this.#unknown({ text: shortened(message) });
    return this.#bunch(jsonTexts(message));
  }

  /** Reads a binary message. @returns As {@link text}. */
  binary(bytes: Uint8Array): CallEvent[] | undefined {
    const events: CallEvent[] = [];
    if (!this.#binary && this.#binaryFormat) {
      const call: CallInfo = { provider: 'freeswitch', ...metadataOf(this.#metadata) };
      events.push(...this.#startBinary(call, this.#binaryFormat));
    }
    const stream = this.#binary;
    if (!stream) return undefined;
    if (bytes.length > MAX_CALL_MESSAGE_BYTES) return [...events, tooLarge(bytes.length)];
    if (bytes.length === 0) return events;
    events.push(stream.audio('inbound', bytes, undefined, stream.format.channels === 2 ? 0 : undefined));
    if (stream.format.channels === 2) events.push(stream.audio('outbound', bytes, undefined, 1));
    return events;
  }

  /** Ends what is left when the connection has ended. */
  end(): CallEvent[] {
    const names = [...this.#streams.keys()];
    const events = names.flatMap((name) => this.#stop(name));
    if (this.#binary) events.push({ type: 'stop', call: this.#binary.info, keys: this.#binary.keys });
    this.#binary = undefined;
    return events;
  }

  #isOurs(): boolean {
    return this.isActive || this.#binaryFormat !== undefined;
  }

  /** Messages behind each other in one text: a broken one does not cost the others. */
  #bunch(texts: readonly string[]): CallEvent[] | undefined {
    const read = texts.map((text) => {
      const object = parseObject(text);
      return object ? this.#object(object) : undefined;
    });
    if (read.every((events) => events === undefined) && !this.#isOurs()) return undefined;
    return read.flatMap((events, index) => events ?? [notReadable(texts[index] ?? '')]);
  }

  #object(message: JsonObject): CallEvent[] | undefined {
    const { event } = message;
    switch (event) {
      case 'connected':
        return typeof message.version === 'string' ? [] : this.#unknown(message);
      case 'start':
        return this.#start(message) ?? this.#unknown(message);
      case 'media':
        return this.#media(message) ?? this.#unknown(message);
      case 'stop':
        return this.#hangUp(message) ?? this.#unknown(message);
      default:
    }
    const binary = readBinaryStart(message);
    if (binary) return this.#startBinary(binary.call, binary.format);
    const stream = this.#streamOf(idOf(message))?.[1] ?? this.#binary;
    if (typeof event !== 'string' || !stream) return this.#unknown(message);
    return other(stream.info, event, message);
  }

  /** Text of no known shape belongs to a call only where all messages do. */
  #unknown(message: JsonObject): CallEvent[] | undefined {
    if (!this.#binaryFormat) return undefined;
    if (!this.isActive) this.#metadata = message;
    return [];
  }

  #start(message: JsonObject): CallEvent[] | undefined {
    const start = readStart(message);
    if (!start) return undefined;
    const { name, call, format, encoding, faults } = start;
    if (!format) return [unsupported(name.id, encoding)];
    return [...this.#open(name.id, call, format, false), ...faults.map(fault)];
  }

  #startBinary(call: CallInfo, format: CallFormat): CallEvent[] {
    if (this.#binary) return [];
    this.#binary = new CallStream(call, format, call.callId ?? this.#connection);
    const isAssumed = format === this.#binaryFormat;
    return [{ type: 'start', call, format, isAssumed }];
  }

  #open(id: string, call: CallInfo, format: CallFormat, isAssumed: boolean): CallEvent[] {
    if (this.#streams.size >= MAX_STREAMS && !this.#streams.has(id)) {
      return [
        fault(`The connection has more than ${MAX_STREAMS} calls at once; ${shortened(id)} was left out.`),
      ];
    }
    // A second beginning of the same stream ends the first, which may have another format.
    const before = this.#stop(id);
    this.#stopped.delete(id);
    this.#streams.set(id, new CallStream(call, format, id));
    return [...before, { type: 'start', call, format, isAssumed }];
  }

  #media(message: JsonObject): CallEvent[] | undefined {
    const media = mediaOf(message);
    if (!media) return undefined;
    const name = idOf(message);
    if (name && this.#stopped.has(name.id)) return [];
    let [id, stream] = this.#streamOf(name) ?? [];
    const events: CallEvent[] = [];
    if (!stream && name) {
      const call: CallInfo = { provider: name.provider, streamId: name.id, parameters: {} };
      events.push(...this.#open(name.id, call, USUAL_FORMATS[name.provider], true));
      id = name.id;
      stream = this.#streams.get(id);
      if (!stream) return events;
    }
    if (!stream) return undefined;
    const { track, payload, timestampMs } = media;
    if (!BASE64.test(payload) || payload.replace(/=+$/, '').length % 4 === 1) {
      return [
        ...events,
        fault(
          `A media message of the call ${shortened(id ?? '')} has no base64 as its payload, but ${excerpt(payload)}. ` +
            'Its audio was left out; the call goes on.',
        ),
      ];
    }
    if (payload === '') return events;
    return [...events, stream.audio(track, Buffer.from(payload, 'base64'), timestampMs)];
  }

  #hangUp(message: JsonObject): CallEvent[] | undefined {
    const name = idOf(message);
    if (name) return this.#stop(name.id);
    // Without an id it ends the only stream that there is.
    const [only] = this.#streams.keys();
    return only === undefined || this.#streams.size > 1 ? undefined : this.#stop(only);
  }

  #stop(id: string): CallEvent[] {
    this.#stopped.add(id);
    forgetOldest(this.#stopped, MAX_STREAMS);
    const stream = this.#streams.get(id);
    if (!stream) return [];
    this.#streams.delete(id);
    return [{ type: 'stop', call: stream.info, keys: stream.keys }];
  }

  /** The stream of this id; without an id the only one that there is (Telnyx may leave the id out). */
  #streamOf(name: StreamName | undefined): [id: string, stream: CallStream] | undefined {
    if (!name) return this.#streams.size === 1 ? [...this.#streams][0] : undefined;
    const stream = this.#streams.get(name.id);
    return stream && [name.id, stream];
  }
}

/** Marks and digits; every other event is none of ours. */
function other(call: CallInfo, event: string, message: JsonObject): CallEvent[] {
  const { digit, name }: JsonObject = { ...message, ...fieldsOf(message.dtmf), ...fieldsOf(message.mark) };
  if (event === 'mark' && typeof name === 'string') return [{ type: 'mark', call, name: shortened(name) }];
  const isDigit = event === 'dtmf' || event === 'websocket:dtmf';
  return isDigit && typeof digit === 'string' ? [{ type: 'dtmf', call, digit: shortened(digit) }] : [];
}

function fault(message: string): CallEvent {
  return { type: 'fault', error: new AsrError('BAD_AUDIO', message) };
}

function tooLarge(size: number): CallEvent {
  return fault(
    `A message of the call has a size of ${size}; expected at most ${MAX_CALL_MESSAGE_BYTES}. It was left out.`,
  );
}

function notReadable(text: string): CallEvent {
  return fault(`A message of the call is no JSON that could be read: ${excerpt(text)}. It was left out.`);
}

function unsupported(id: string, encoding: string): CallEvent {
  return fault(
    `The call ${shortened(id)} has audio of the kind ${excerpt(encoding)}. Expected mu-law (PCMU), A-law (PCMA), L16 or ` +
      'Opus, mono or stereo: choose one of them where the provider is told to stream.',
  );
}
