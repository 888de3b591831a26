import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { Connection } from './connection';
import type { Engine } from './engines/engine';
import { Recorder, Records, type ConnectionRecord, type RecorderOptions } from './inspection';
import { serveQwenRealtime } from './protocols/qwen-realtime/session';
import { serveRunTask } from './protocols/run-task/session';
import type { Script, ScriptPlan } from './script/schema';
import type { ServiceClock } from './time';
import { protocolOf, refuseKey, refuseUpgrade, urlOf } from './upgrade';

/** The largest WebSocket message either protocol takes; above it the connection closes with 1009 (protocol.md A.8). */
const MAX_MESSAGE_BYTES = 262_144;

export interface ServerOptions {
  engine: Engine;
  script: Script;
  clock: ServiceClock;
  apiKey: string | undefined;
  record: RecorderOptions;
  log: (line: string) => void;
}

/** Accepts connections, checks keys and hands each connection to its protocol. */
export class ServiceServer {
  readonly #options: ServerOptions;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    // Answered by the connection, which a script can make deaf.
    autoPong: false,
  });
  readonly #connections = new Set<Connection>();
  /** Raw sockets, for those that never become a WebSocket. */
  readonly #raw = new Set<Duplex>();
  readonly #records = new Records();
  #accepted = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#http = createServer((_request, response) => {
      const body = JSON.stringify({
        code: 'UpgradeRequired',
        message: 'This service speaks WebSocket only.',
      });
      response.writeHead(426, { 'content-type': 'application/json', upgrade: 'websocket' }).end(body);
    });
    this.#http.on('connection', (socket: Duplex) => {
      this.#raw.add(socket);
      socket.on('close', () => this.#raw.delete(socket));
    });
    this.#http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => {
        socket.destroy();
      });
      this.#upgrade(request, socket, head);
    });
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  get records(): readonly ConnectionRecord[] {
    return this.#records.all;
  }

  /** @returns The port that is listened on. @throws When the port is taken or not allowed. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, host, () => {
        this.#http.off('error', reject).on('error', (error) => {
          this.#options.log(`server: ${error.message}`);
        });
        resolve();
      });
    });
    return (this.#http.address() as AddressInfo).port;
  }

  /** Ends every connection and stops listening; nothing is left when it resolves. */
  async close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#http.close(() => {
        resolve();
      });
    });
    const ended = [...this.#connections].map((connection) => connection.ended);
    const released = [...this.#raw].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const connection of this.#connections) connection.terminate();
    for (const socket of this.#raw) socket.destroy();
    this.#sockets.close();
    // Node counts upgraded sockets no more, so they are waited for here.
    await Promise.all([stopped, ...ended, ...released]);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { engine, script, apiKey, log } = this.#options;
    const url = urlOf(request);
    const protocol = url && protocolOf(url.pathname);
    const record = this.#records.open({ protocol, url: request.url ?? '', headers: request.headers });
    const refuse = (status: number, code: string, message: string): void => {
      record.upgradeStatus = status;
      record.closed = { code: 1006, reason: '' };
      log(`connection ${record.id}: refused with ${status}, ${message}`);
      refuseUpgrade(socket, { status, code, message });
    };

    if (!protocol) {
      refuse(
        404,
        'NotFound',
        `Nothing is at ${url?.pathname ?? 'this address'}; try /api-ws/v1/realtime or /api-ws/v1/inference.`,
      );
      return;
    }
    const keyProblem = refuseKey(request, url, apiKey);
    if (keyProblem) {
      refuse(401, 'InvalidApiKey', keyProblem);
      return;
    }
    const plan = script.planFor(this.#accepted++);
    if (plan.upgrade) {
      if ('hang' in plan.upgrade) return;
      const { status } = plan.upgrade;
      record.upgradeStatus = status;
      record.closed = { code: 1006, reason: '' };
      refuseUpgrade(socket, plan.upgrade);
      return;
    }
    const recorder = new Recorder(record, this.#options.record);
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      record.upgradeStatus = 101;
      const connection = new Connection({
        ...this.#connectionOptions(plan, engine),
        socket: webSocket,
        recorder,
      });
      this.#connections.add(connection);
      log(`connection ${record.id}: open, ${url.pathname}`);
      webSocket.on('close', (code) => {
        this.#connections.delete(connection);
        log(`connection ${record.id}: closed with ${code}`);
      });
      connection.serve((served) =>
        protocol === 'run-task' ? serveRunTask(served) : serveQwenRealtime(served, url),
      );
    });
  }

  #connectionOptions(
    plan: ScriptPlan,
    engine: Engine,
  ): Omit<ConstructorParameters<typeof Connection>[0], 'socket' | 'recorder'> {
    const { clock, log } = this.#options;
    return { clock, log, faults: plan.faults, engine: engine.connect(plan) };
  }
}
