import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { RawData } from 'ws';
import type { Cancel, Clock } from '../../lib/transport/environment';
import { CAP } from '../support/connection-cap';
import { changed } from './message-changes';
import type { Json } from './message-changes';
import type { MessagePlan, Refusal } from './message-plan';

const BYTES_PER_MS = 32;
/** Ids of commits that the client did not send. The service's answers to them are not passed on. */
const OWN_COMMIT = 'event_of_the_service';

/** Connections that are closed when they get no audio. */
const IDLE_CONNECTIONS = 2;

export interface MessageProxyOptions {
  /** The port of the service on this machine. */
  port: number;
  plan: MessagePlan;
  clock: Clock;
}

/** A service in front of another. It passes messages on, with changes that were seen on live services. */
export class MessageProxy {
  readonly #options: MessageProxyOptions;
  readonly #server: WebSocketServer;
  readonly #happened = new Set<string>();
  #accepted = 0;

  private constructor(options: MessageProxyOptions, server: WebSocketServer) {
    this.#options = options;
    this.#server = server;
    server.on('connection', (client, request) => {
      this.#accept(client, request);
    });
  }

  static async start(options: MessageProxyOptions): Promise<MessageProxy> {
    // Pings are passed on to the service, so that their answers come in its order.
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false });
    await once(server, 'listening');
    return new MessageProxy(options, server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The faults that happened, such as `1 cap before`: the second connection was refused. */
  get happened(): readonly string[] {
    return [...this.#happened];
  }

  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #accept(client: WebSocket, { url = '/' }: IncomingMessage): void {
    const index = this.#accepted++;
    const { plan, port, clock } = this.#options;
    const upstream = new WebSocket(`ws://127.0.0.1:${port}${url}`);
    new Link(client, upstream, {
      plan,
      clock,
      isFirst: index === 0,
      idleMs: index < IDLE_CONNECTIONS ? plan.idleMs : undefined,
      refusal: index === 0 ? undefined : plan.refusals[index - 1],
      onHappened: (what) => this.#happened.add(`${index} ${what}`),
    });
  }
}

interface LinkOptions {
  plan: MessagePlan;
  clock: Clock;
  isFirst: boolean;
  idleMs: number | undefined;
  refusal: Refusal | undefined;
  onHappened: (what: string) => void;
}

/** One connection of the client and the one to the service behind it. */
class Link {
  readonly #client: WebSocket;
  readonly #upstream: WebSocket;
  readonly #options: LinkOptions;
  readonly #waiting: (() => void)[] = [];
  readonly #change: (message: Json) => Json[];
  readonly #commitsAtMs: number[];
  #audioMs = 0;
  #taskId = '';
  #cancelIdle: Cancel | undefined;

  constructor(client: WebSocket, upstream: WebSocket, options: LinkOptions) {
    this.#client = client;
    this.#upstream = upstream;
    this.#options = options;
    const { plan, isFirst, onHappened } = options;
    this.#change = changed(plan.quirks, onHappened);
    this.#commitsAtMs = isFirst ? [...plan.commitsAtMs] : [];
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    upstream.on('open', () => {
      for (const pass of this.#waiting.splice(0)) pass();
    });
    client.on('message', (data, isBinary) => {
      this.#toService(data as Buffer, isBinary);
    });
    client.on('ping', (data: Buffer) => {
      this.#pass(() => {
        upstream.ping(data);
      });
    });
    upstream.on('pong', (data: Buffer) => {
      if (client.readyState === WebSocket.OPEN) client.pong(data);
    });
    upstream.on('message', (data) => {
      this.#toClient(data);
    });
    client.on('close', (code) => {
      this.#cancelIdle?.();
      end(upstream, code);
    });
    upstream.on('close', (code) => {
      end(client, code);
    });
    if (options.refusal === 'cap before') this.#fail(CAP, 'cap before');
  }

  #toService(data: Buffer, isBinary: boolean): void {
    this.#pass(() => {
      this.#upstream.send(data, { binary: isBinary });
    });
    const message = isBinary ? undefined : (JSON.parse(data.toString()) as Json);
    if (message?.header) this.#taskId = (message.header as { task_id: string }).task_id;
    const audio = isBinary
      ? data.length
      : typeof message?.audio === 'string'
        ? Buffer.byteLength(message.audio, 'base64')
        : 0;
    this.#cancelIdle?.();
    if (audio > 0) this.#heard(audio);
  }

  #heard(bytes: number): void {
    const { plan, clock, isFirst, idleMs, onHappened } = this.#options;
    this.#audioMs += bytes / BYTES_PER_MS;
    if (idleMs !== undefined) {
      this.#cancelIdle = clock.after(idleMs, () => {
        onHappened('1011 idle');
        end(this.#client, 1011);
      });
    }
    if (isFirst && plan.failsAtMs !== undefined && this.#audioMs >= plan.failsAtMs) this.#failByItself();
    while (this.#commitsAtMs[0] !== undefined && this.#audioMs >= this.#commitsAtMs[0]) {
      this.#commitsAtMs.shift();
      onHappened('commits itself');
      this.#pass(() => {
        this.#upstream.send(JSON.stringify({ event_id: OWN_COMMIT, type: 'input_audio_buffer.commit' }));
      });
    }
  }

  #toClient(data: RawData): void {
    const message = JSON.parse((data as Buffer).toString()) as Json;
    if ((message.error as Json | undefined)?.event_id === OWN_COMMIT) return;
    for (const one of this.#change(message)) this.#say(one);
    const { refusal } = this.#options;
    if (refusal === 'cap behind' && message.type === 'session.created') this.#fail(CAP, refusal);
    const { event } = (message.header ?? {}) as Json;
    if (refusal === 'ResponseTimeout' && event === 'task-started') this.#failByItself();
  }

  #failByItself(): void {
    const failed = {
      header: {
        task_id: this.#taskId,
        event: 'task-failed',
        error_code: 'ResponseTimeout',
        error_message: 'Response timeout.',
        attributes: {},
      },
      payload: {},
    };
    const error = { type: 'error', error: { type: 'server_error', code: 'InternalError', message: 'No.' } };
    this.#fail(this.#taskId ? failed : error, this.#taskId ? 'ResponseTimeout' : 'InternalError');
  }

  #fail(frame: Json, what: string): void {
    if (this.#client.readyState !== WebSocket.OPEN) return;
    this.#options.onHappened(what);
    this.#say(frame);
    end(this.#client, 1000);
  }

  #say(message: Json): void {
    if (this.#client.readyState === WebSocket.OPEN) this.#client.send(JSON.stringify(message));
  }

  #pass(pass: () => void): void {
    if (this.#upstream.readyState === WebSocket.OPEN) pass();
    else if (this.#upstream.readyState === WebSocket.CONNECTING) this.#waiting.push(pass);
  }
}

/** Ends a connection in the way in which its other side has ended. */
function end(socket: WebSocket, code: number): void {
  if (code === 1005 || code === 1006 || code === 1015) socket.terminate();
  else if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
  else socket.close(code);
}
