import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { waitUntil } from './wait-until';

export interface HeardEvent {
  type: string;
  data: Record<string, unknown>;
}

export type DataPlace = 'line' | 'behind';

/** An event as one of the two kinds of writers sends it. */
export function wyomingEvent(
  type: string,
  data: Record<string, unknown> = {},
  payload: Buffer = Buffer.alloc(0),
  place: DataPlace = 'behind',
): Buffer {
  const body = Buffer.from(place === 'behind' && Object.keys(data).length > 0 ? JSON.stringify(data) : '');
  const head = {
    type,
    ...(place === 'line' && { data }),
    ...(body.length > 0 && { data_length: body.length }),
    ...(payload.length > 0 && { payload_length: payload.length }),
    version: '1.5.2',
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body, payload]);
}

/** A client that was written from the protocol's description, and not from our server. */
export class WyomingClient {
  readonly socket: Socket;
  readonly events: HeardEvent[] = [];
  isClosed = false;
  #rest = Buffer.alloc(0);

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.isClosed = true));
    this.socket.on('data', (bytes) => {
      this.#rest = Buffer.concat([this.#rest, bytes]);
      while (this.#takeOne());
    });
  }

  send(type: string, data?: Record<string, unknown>, payload?: Buffer, place?: DataPlace): void {
    this.socket.write(wyomingEvent(type, data, payload, place));
  }

  /** One utterance, in pieces as Home Assistant sends them. */
  speak(
    pcm: Buffer,
    { rate = 16_000, width = 2, channels = 1 }: { rate?: number; width?: number; channels?: number } = {},
  ): void {
    const format = { rate, width, channels };
    this.send('audio-start', { ...format, timestamp: 0 });
    for (let at = 0; at < pcm.length; at += 2048) {
      this.send('audio-chunk', { ...format, timestamp: at }, pcm.subarray(at, at + 2048));
    }
    this.send('audio-stop', { timestamp: 0 });
  }

  of(type: string): HeardEvent[] {
    return this.events.filter((event) => event.type === type);
  }

  async wait(type: string, count = 1, timeoutMs?: number): Promise<HeardEvent[]> {
    await waitUntil(() => this.of(type).length >= count || this.isClosed, `${count} × ${type}`, timeoutMs);
    const found = this.of(type);
    if (found.length < count) throw new Error(`Closed behind ${JSON.stringify(this.events)}`);
    return found;
  }

  #takeOne(): boolean {
    const taken = takeEvent(this.#rest);
    if (!taken) return false;
    this.events.push(taken.event);
    this.#rest = taken.rest;
    return true;
  }
}

/** The first event of the bytes, and what is behind it; `undefined` where it is not whole yet. */
export function takeEvent(
  bytes: Buffer<ArrayBuffer>,
): { event: HeardEvent; rest: Buffer<ArrayBuffer> } | undefined {
  const end = bytes.indexOf('\n');
  if (end < 0) return undefined;
  const head = JSON.parse(bytes.subarray(0, end).toString()) as Record<string, unknown>;
  const dataLength = Number(head.data_length ?? 0);
  const whole = end + 1 + dataLength + Number(head.payload_length ?? 0);
  if (bytes.length < whole) return undefined;
  const behind = bytes.subarray(end + 1, end + 1 + dataLength).toString();
  const data = { ...(head.data as object), ...(dataLength > 0 && (JSON.parse(behind) as object)) };
  return { event: { type: String(head.type), data }, rest: bytes.subarray(whole) };
}
