import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { waitUntil } from './wait-until';
import { takeEvent, wyomingEvent } from './wyoming-client';
import type { HeardEvent } from './wyoming-client';

const FORMAT = { rate: 16_000, width: 2, channels: 1 };
const INFO = { satellite: { name: 'kitchen', installed: true, has_vad: false } };

/** A satellite that was written from the protocol's description, and not from our source. It serves one program. */
export class WyomingSatellite {
  readonly events: HeardEvent[] = [];
  connections = 0;
  /** How the bytes of an event are sent. Default: as they are. */
  write: (socket: Socket, bytes: Buffer) => void = (socket, bytes) => {
    socket.write(bytes);
  };
  #socket: Socket | undefined;
  #server: Server | undefined;
  readonly #info: Record<string, unknown>;

  constructor(info: Record<string, unknown> = INFO) {
    this.#info = info;
  }

  async listen(port = 0): Promise<number> {
    const server = createServer((socket) => {
      this.connections += 1;
      this.#socket = socket;
      let rest = Buffer.alloc(0);
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        rest = Buffer.concat([rest, bytes]);
        for (let taken = takeEvent(rest); taken; taken = takeEvent(rest)) {
          ({ rest } = taken);
          this.#hear(taken.event);
        }
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** Breaks off, as one that was unplugged. */
  async close(): Promise<void> {
    this.#socket?.destroy();
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  of(type: string): HeardEvent[] {
    return this.events.filter((event) => event.type === type);
  }

  async wait(type: string, count = 1, timeoutMs?: number): Promise<HeardEvent[]> {
    await waitUntil(() => this.of(type).length >= count, `${count} × ${type}`, timeoutMs);
    return this.of(type);
  }

  send(type: string, data?: Record<string, unknown>, payload?: Buffer): void {
    if (this.#socket) this.write(this.#socket, wyomingEvent(type, data, payload));
  }

  /** Audio in chunks of 1024 samples. */
  speak(pcm: Buffer, format: Record<string, number> = FORMAT): void {
    for (let at = 0; at < pcm.length; at += 2048) {
      this.send('audio-chunk', { ...format, timestamp: at }, pcm.subarray(at, at + 2048));
    }
  }

  /** Hears its wake word. */
  wake(): void {
    this.send('detection', { name: 'hey' });
    this.send('run-pipeline', { start_stage: 'asr', end_stage: 'handle', restart_on_end: false });
  }

  #hear(event: HeardEvent): void {
    this.events.push(event);
    if (event.type === 'describe') this.send('info', this.#info);
    if (event.type === 'ping') this.send('pong', event.data);
  }
}
