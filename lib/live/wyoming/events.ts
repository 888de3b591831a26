import { excerpt } from '../../base/excerpt';
import { object } from '../../base/json';
import type { JsonObject } from '../../base/json';
import { AsrError } from '../../vocabulary/errors';

/** One event of the Wyoming protocol. */
export interface WyomingEvent {
  type: string;
  data: JsonObject;
  payload?: Uint8Array;
}

const LINE_END = 0x0a;
const VERSION = '1.5.4';
const MAX_LINE_BYTES = 64 * 1024;
const MAX_DATA_BYTES = 256 * 1024;
/** Clients send 1024 samples at a time; this is half a minute. */
const MAX_PAYLOAD_BYTES = 1024 * 1024;
const NOTHING = new Uint8Array(0);

/** The line of an event, and how much follows it. */
interface Head {
  type: string;
  data: JsonObject;
  dataBytes: number;
  payloadBytes: number;
}

/**
 * Reads events of the Wyoming protocol from bytes that may be cut anywhere: a line of JSON, then JSON of `data_length`
 * bytes that is merged over the line's `data`, then a payload of `payload_length` bytes. What is kept is bounded.
 */
export class WyomingReader {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #head: Head | undefined;
  /** Bytes without which nothing more can be read; 0 where the end of a line is missing. */
  #needed = 0;

  /**
   * The events of the next bytes.
   * @throws AsrError `PROTOCOL_REJECTED` for what is no Wyoming, or larger than its bounds. Nothing more can be read
   * from the connection then, because the beginning of the next event is not known.
   */
  read(bytes: Uint8Array): WyomingEvent[] {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    if (
      this.#head ? this.#bytes < this.#needed : this.#bytes <= MAX_LINE_BYTES && !bytes.includes(LINE_END)
    ) {
      return [];
    }
    let all: Uint8Array = this.#parts.length === 1 ? bytes : Buffer.concat(this.#parts);
    const events: WyomingEvent[] = [];
    for (;;) {
      if (!this.#head) {
        const end = all.indexOf(LINE_END);
        if (end > MAX_LINE_BYTES || (end < 0 && all.length > MAX_LINE_BYTES))
          throw tooLarge('line', MAX_LINE_BYTES);
        if (end < 0) break;
        this.#head = readHead(all.subarray(0, end));
        this.#needed = this.#head.dataBytes + this.#head.payloadBytes;
        all = all.subarray(end + 1);
      }
      if (all.length < this.#needed) break;
      const { type, data, dataBytes } = this.#head;
      const merged = dataBytes > 0 ? { ...data, ...parse(all.subarray(0, dataBytes)) } : data;
      const payload = all.subarray(dataBytes, this.#needed);
      events.push({ type, data: merged, ...(payload.length > 0 && { payload }) });
      all = all.subarray(this.#needed);
      this.#head = undefined;
    }
    // A copy, because the rest must not keep all that came with it.
    this.#parts = [all.length > 0 ? Uint8Array.from(all) : NOTHING];
    this.#bytes = all.length;
    return events;
  }
}

/** The bytes of an event, with its data behind the line as the reference writer has it. */
export function wyomingBytes(type: string, data: JsonObject = {}, payload: Uint8Array = NOTHING): Buffer {
  const body = Buffer.from(Object.keys(data).length > 0 ? JSON.stringify(data) : '');
  const head = {
    type,
    version: VERSION,
    ...(body.length > 0 && { data_length: body.length }),
    ...(payload.length > 0 && { payload_length: payload.length }),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body, payload]);
}

function readHead(line: Uint8Array): Head {
  const { type, data, data_length, payload_length } = parse(line);
  if (typeof type !== 'string' || type === '') {
    throw rejected(`Expected a line of JSON with a "type", got ${excerpt(Buffer.from(line).toString())}.`);
  }
  return {
    type,
    data: object(data) ?? {},
    dataBytes: lengthOf(data_length, 'data_length', MAX_DATA_BYTES),
    payloadBytes: lengthOf(payload_length, 'payload_length', MAX_PAYLOAD_BYTES),
  };
}

function lengthOf(value: unknown, name: string, max: number): number {
  if (value === undefined || value === null) return 0;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw rejected(`Expected "${name}" to be a whole number of bytes, got ${excerpt(value)}.`);
  }
  if (value > max) throw tooLarge(name, max);
  return value;
}

function parse(bytes: Uint8Array): JsonObject {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  try {
    const parsed = object(JSON.parse(text));
    if (parsed) return parsed;
  } catch {
    // Told below, like JSON that is no object.
  }
  throw rejected(`Expected an object as JSON, got ${excerpt(text)}.`);
}

function tooLarge(what: string, max: number): AsrError {
  return rejected(`An event has a larger ${what} than the ${max} bytes that are accepted.`);
}

function rejected(message: string): AsrError {
  return new AsrError('PROTOCOL_REJECTED', `This is not the Wyoming protocol. ${message}`);
}
