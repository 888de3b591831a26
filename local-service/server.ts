import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { ClientConnection } from './client-connection';
import type { Engine } from './engines/engine';
import {
  describeRequest,
  Recorder,
  Records,
  type ConnectionRecord,
  type RecorderOptions,
} from './inspection';
import { answerHotWords, HOT_WORDS_PATH, refusal, type HttpAnswer } from './hot-words/answer';
import { HotWordLists } from './hot-words/lists';
import { readBody, sendAnswer } from './http';
import { parseJsonObject, show } from './json';
import { Quota, type ServiceLimits } from './limits';
import { isAllowedOrigin } from './origin';
import { serveQwenRealtime } from './protocols/qwen-realtime/session';
import { serveRunTask } from './protocols/run-task/session';
import { FAILURES } from './script/failures';
import type { Script, ScriptPlan } from './script/schema';
import type { ServiceClock } from './time';
import { protocolOf, refuseKey, refuseUpgrade, urlOf, type Protocol, type Refusal } from './upgrade';

/**
 * The largest WebSocket message that either protocol takes; a larger one closes the connection with 1009 (protocol.md
 * A.8).
 */
const MAX_MESSAGE_BYTES = 262_144;

export interface ServerOptions {
  engine: Engine;
  script: Script;
  clock: ServiceClock;
  /** The address to listen on. */
  host: string;
  apiKey: string | undefined;
  limits: Required<ServiceLimits>;
  hotWordsFile: string | undefined;
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
    // The connection answers pings itself, because a script can stop it.
    autoPong: false,
  });
  readonly #connections = new Set<ClientConnection>();
  /** Raw sockets that have not become a WebSocket. */
  readonly #raw = new Set<Duplex>();
  readonly #records = new Records();
  readonly #quota: Quota;
  readonly #hotWords: HotWordLists;
  #accepted = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    const { clock, script, hotWordsFile } = options;
    this.#hotWords = new HotWordLists({ clock, undeployedMs: script.undeployedMs, file: hotWordsFile });
    this.#quota = new Quota(options.clock, options.limits);
    this.#http = createServer((request, response) => {
      this.#answer(request).then(
        (answer) => {
          sendAnswer(request, response, answer);
        },
        // The caller disconnected while it sent.
        () => response.destroy(),
      );
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

  /** @returns The port. @throws When the port is taken or not allowed. */
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

  /** Ends every connection and stops listening. Nothing is left open when it resolves. */
  async close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#http.close(() => {
        resolve();
      });
    });
    const released = [...this.#raw].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    const ended = [...this.#connections].map((connection) => {
      connection.leave();
      return connection.ended;
    });
    await Promise.all(ended);
    for (const socket of this.#raw) socket.destroy();
    this.#sockets.close();
    // Node.js no longer counts upgraded sockets, so they are awaited here.
    await Promise.all([stopped, ...released]);
  }

  /** Answers a request that is no upgrade. */
  async #answer(request: IncomingMessage): Promise<HttpAnswer> {
    const { host, apiKey } = this.#options;
    if (!isAllowedOrigin(request, { host, hasKey: apiKey !== undefined }))
      return refusal(403, 'AccessDenied', 'Pages of other sites may not use this service.');
    const url = urlOf(request);
    if (url?.pathname !== HOT_WORDS_PATH)
      return refusal(426, 'UpgradeRequired', 'This address speaks WebSocket only.');
    if (request.method !== 'POST')
      return refusal(405, 'MethodNotAllowed', 'Hot-word lists are asked for by POST.');
    const keyProblem = refuseKey(request, url, apiKey);
    if (keyProblem) return refusal(401, 'InvalidApiKey', keyProblem);
    if (!this.#quota.requests.admit())
      return refusal(429, FAILURES.throttled.code, FAILURES.throttled.message);
    const body = await readBody(request);
    if (body === undefined) return refusal(413, 'InvalidParameter', 'The body is too long.');
    return answerHotWords(this.#hotWords, parseJsonObject(body));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { script, log, record: recording } = this.#options;
    const url = urlOf(request);
    const protocol = url && protocolOf(url.pathname);
    const record = this.#records.open({ protocol, ...describeRequest(request, recording) });
    socket.on('close', () => {
      // A WebSocket records its own end later.
      if (record.upgradeStatus !== 101) record.closed = { code: 1006, reason: '' };
    });
    const refuse = (refusal: Refusal): void => {
      record.upgradeStatus = refusal.status;
      log(`connection ${record.id}: refused with ${refusal.status} ${refusal.code ?? ''}`);
      refuseUpgrade(socket, refusal);
    };
    if (!protocol) {
      const where = url?.pathname ?? 'this address';
      const message = `Nothing is at ${where}; try /api-ws/v1/realtime or /api-ws/v1/inference.`;
      refuse({ status: 404, code: 'NotFound', message });
      return;
    }
    const refusal = this.#refusalOf(request, url, protocol);
    if (refusal) {
      refuse(refusal);
      return;
    }
    const plan = script.planFor(this.#accepted++);
    if (plan.upgrade) {
      if (!('hang' in plan.upgrade)) refuse(plan.upgrade);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      record.upgradeStatus = 101;
      log(`connection ${record.id}: open, ${url.pathname}`);
      this.#serve(webSocket, plan, url, record);
    });
    // `ws` itself has answered an invalid handshake.
    record.upgradeStatus ??= 400;
  }

  #refusalOf(request: IncomingMessage, url: URL, protocol: Protocol): Refusal | undefined {
    const { host, apiKey, limits } = this.#options;
    if (!isAllowedOrigin(request, { host, hasKey: apiKey !== undefined }))
      return {
        status: 403,
        code: 'AccessDenied',
        message: `Pages of ${show(request.headers.origin)} may not use this service.`,
      };
    const keyProblem = refuseKey(request, url, apiKey);
    if (keyProblem) return { status: 401, code: 'InvalidApiKey', message: keyProblem };
    if (!this.#quota.requests.admit()) return { status: 429, retryAfterSeconds: 1, ...FAILURES.throttled };
    // Above the cap of the other protocol the upgrade succeeds, and a frame then reports the cap (protocol.md E 1).
    if (protocol === 'run-task' && this.#count(protocol) >= limits.runTaskConnections)
      return { status: 429, retryAfterSeconds: 1, ...FAILURES.quotaExceeded };
    return undefined;
  }

  #serve(socket: WebSocket, plan: ScriptPlan, url: URL, record: ConnectionRecord): void {
    const { engine, clock, limits, log, record: recording } = this.#options;
    const connection = new ClientConnection({
      socket,
      clock,
      log,
      quota: this.#quota,
      hotWords: this.#hotWords,
      faults: plan.faults,
      engine: engine.connect(plan),
      recorder: new Recorder(record, recording),
    });
    const refusal =
      record.protocol === 'qwen-realtime' && this.#count('qwen-realtime') >= limits.qwenConnections
        ? {
            ...FAILURES.connectionCap,
            message: `connections too much max_connections ${limits.qwenConnections}`,
          }
        : undefined;
    this.#connections.add(connection);
    socket.on('close', (code) => {
      this.#connections.delete(connection);
      log(`connection ${record.id}: closed with ${code}`);
    });
    connection.serve(
      (served) => (record.protocol === 'run-task' ? serveRunTask(served) : serveQwenRealtime(served, url)),
      refusal,
    );
  }

  #count(protocol: Protocol): number {
    return [...this.#connections].filter(({ recorder }) => recorder.record.protocol === protocol).length;
  }
}
