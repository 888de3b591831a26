import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { JsonObject } from './json';

/** A control frame as it arrived, or a run of audio frames with nothing between them. */
export type ReceivedFrame =
  | { kind: 'json'; type: string; frame: JsonObject }
  | { kind: 'audio'; frames: number; bytes: number; largestBytes: number }
  | { kind: 'garbage'; text: string };

/** A control frame or a result, as it was sent. */
export interface SentFrame {
  type: string;
  frame: JsonObject;
}

/** What happened on one connection. Tests read it; nothing in the service does. */
export interface ConnectionRecord {
  /** 1 for the first upgrade request since the service started. */
  readonly id: number;
  readonly protocol: 'qwen-realtime' | 'run-task' | undefined;
  /** The requested path and query; `***` replaces a key unless the service was started with `keepKeys`. */
  readonly url: string;
  /** The received headers; `***` replaces keys unless the service was started with `keepKeys`. */
  readonly headers: IncomingHttpHeaders;
  /** Status of the answer to the upgrade request; `undefined` while a script leaves it unanswered. */
  upgradeStatus: number | undefined;
  /** The first 10,000 entries, in order of arrival. */
  readonly received: ReceivedFrame[];
  /** The first 10,000 frames handed to the socket. */
  readonly sent: SentFrame[];
  audioFrames: number;
  /** Number of decoded audio bytes, whether or not they were used. */
  audioBytes: number;
  /** The decoded audio itself, only when the service was started with `keepAudio`. */
  readonly audio: Buffer[];
  pings: number;
  /** How the connection ended on the service's side; `undefined` while it is open. */
  closed: { code: number; reason: string } | undefined;
}

/** Request headers that contain secrets. */
const SECRET_HEADERS = ['authorization', 'proxy-authorization', 'cookie', 'api-key', 'x-api-key'];

const MAX_ENTRIES = 10_000;
const MAX_CLOSED_RECORDS = 1_000;

export interface RecorderOptions {
  /** Whether to keep the audio itself. */
  keepAudio: boolean;
  /** Whether to keep frames, up to a limit. */
  keepFrames: boolean;
  /** Whether to keep keys. */
  keepKeys: boolean;
}

/** The part of a request that a record may show. */
export function describeRequest(
  { url = '', headers }: IncomingMessage,
  { keepKeys }: RecorderOptions,
): Pick<ConnectionRecord, 'url' | 'headers'> {
  if (keepKeys) return { url, headers };
  const secret = Object.keys(headers).filter((name) => SECRET_HEADERS.includes(name));
  return {
    url: url.replaceAll(/([?&]api_key=)[^&#]*/gi, '$1***'),
    headers: { ...headers, ...Object.fromEntries(secret.map((name) => [name, '***'])) },
  };
}

/** Writes one {@link ConnectionRecord}. */
export class Recorder {
  readonly record: ConnectionRecord;
  readonly #options: RecorderOptions;

  constructor(record: ConnectionRecord, options: RecorderOptions) {
    this.record = record;
    this.#options = options;
  }

  receivedJson(type: string, frame: JsonObject): void {
    this.#push({ kind: 'json', type, frame });
  }

  receivedGarbage(text: string): void {
    this.#push({ kind: 'garbage', text: text.slice(0, 1_000) });
  }

  receivedAudio(audio: Buffer): void {
    const { record } = this;
    record.audioFrames += 1;
    record.audioBytes += audio.length;
    if (this.#options.keepAudio) record.audio.push(Buffer.from(audio));
    const last = record.received.at(-1);
    if (last?.kind === 'audio') {
      last.frames += 1;
      last.bytes += audio.length;
      last.largestBytes = Math.max(last.largestBytes, audio.length);
    } else {
      this.#push({ kind: 'audio', frames: 1, bytes: audio.length, largestBytes: audio.length });
    }
  }

  sent(type: string, frame: JsonObject): void {
    if (this.#options.keepFrames && this.record.sent.length < MAX_ENTRIES)
      this.record.sent.push({ type, frame });
  }

  #push(entry: ReceivedFrame): void {
    if (this.#options.keepFrames && this.record.received.length < MAX_ENTRIES)
      this.record.received.push(entry);
  }
}

/** The records of a service: all open connections and the last 1,000 that closed. */
export class Records {
  #records: ConnectionRecord[] = [];
  #count = 0;

  get all(): readonly ConnectionRecord[] {
    return this.#records;
  }

  open(request: Pick<ConnectionRecord, 'protocol' | 'url' | 'headers'>): ConnectionRecord {
    this.#count += 1;
    const record: ConnectionRecord = {
      ...request,
      id: this.#count,
      upgradeStatus: undefined,
      received: [],
      sent: [],
      audioFrames: 0,
      audioBytes: 0,
      audio: [],
      pings: 0,
      closed: undefined,
    };
    this.#records.push(record);
    this.#forgetOld();
    return record;
  }

  #forgetOld(): void {
    let surplus = this.#records.filter((record) => record.closed).length - MAX_CLOSED_RECORDS;
    if (surplus <= 0) return;
    this.#records = this.#records.filter((record) => !record.closed || surplus-- <= 0);
  }
}
