import WebSocket from 'ws';
import { everyAfterReading } from '../../base/after-reading';
import { certificateAdvice } from '../../base/certificate-fault';
import { AsrError } from '../../vocabulary/errors';
import type { AudioFormatHints } from '../../audio/format';
import { tunnelTo } from '../../base/proxy';
import type { EgressGuard } from '../../transport/egress';
import { parseAddress, publicName } from './address';
import { ChunkQueue } from './chunk-queue';
import type { AudioFeed, StreamSource } from './source';

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Interval between pings; a connection that did not answer the previous one is dead. */
const PING_INTERVAL_MS = 20_000;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** Above the first limit the socket is not read until the queue is below the second. */
const PAUSE_ABOVE_BYTES = 1024 * 1024;
const RESUME_BELOW_BYTES = 256 * 1024;
/** Status codes that will be the same the next time. */
const PERMANENT_STATUS = new Set([400, 401, 403, 404, 405, 410]);

export interface WebSocketSourceOptions {
  address: string;
  subprotocol?: string;
  hints: AudioFormatHints;
  /** The host's rules for connections. Default: everything is allowed. */
  guard?: EgressGuard | undefined;
  pingIntervalMs?: number;
}

/**
 * A WebSocket that delivers audio in binary messages. Text messages are ignored.
 * @throws AsrError `INVALID_OPTION`
 */
export function webSocketSource(options: WebSocketSourceOptions): StreamSource {
  const url = parseAddress(options.address, ['ws:', 'wss:']);
  return {
    kind: 'stream',
    name: publicName(url),
    connect: async (signal) => {
      await options.guard?.check(url);
      signal.throwIfAborted();
      const feed = new WebSocketFeed(url, options);
      const stop = (): void => void feed.close();
      signal.addEventListener('abort', stop, { once: true });
      try {
        await feed.open();
        return feed;
      } catch (error) {
        await feed.close();
        throw error;
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
  };
}

class WebSocketFeed implements AudioFeed {
  readonly sender: string;
  readonly hints: AudioFormatHints;
  readonly #ws: WebSocket;
  readonly #queue: ChunkQueue;
  readonly #over: Promise<void>;
  readonly #stopPings: () => void;
  #isAlive = true;
  #error: Error | undefined;
  #httpStatus: number | undefined;

  constructor(url: URL, options: WebSocketSourceOptions) {
    const { subprotocol, hints, guard, pingIntervalMs = PING_INTERVAL_MS } = options;
    this.sender = publicName(url);
    this.hints = hints;
    const tunnel = tunnelTo(url.href, undefined);
    const ws = new WebSocket(url, subprotocol ? [subprotocol] : [], {
      ...(tunnel && { agent: tunnel }),
      ...(guard && { lookup: guard.lookup }),
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      // A redirect would carry the user and the password to another host.
      followRedirects: false,
    });
    this.#ws = ws;
    this.#queue = new ChunkQueue((bytesLeft) => {
      if (bytesLeft < RESUME_BELOW_BYTES && ws.isPaused) ws.resume();
    });
    ws.on('message', (data, isBinary) => {
      this.#isAlive = true;
      if (!isBinary) return;
      this.#queue.push(data as Buffer);
      if (this.#queue.bytes > PAUSE_ABOVE_BYTES) ws.pause();
    });
    ws.on('pong', () => {
      this.#isAlive = true;
    });
    ws.on('unexpected-response', (request, response) => {
      this.#error ??= tunnel?.refusal;
      if (!this.#error) this.#httpStatus = response.statusCode;
      response.destroy();
      request.destroy();
      ws.terminate();
    });
    // The listener stays for the life of the socket, because closing one that still connects emits an error later.
    ws.on('error', (error) => {
      this.#error ??= error;
    });
    this.#over = new Promise((resolve) => {
      ws.on('close', (code) => {
        this.#stopPings();
        this.#queue.end(code === 1000 || code === 1001 ? undefined : this.#lost(code));
        resolve();
      });
    });
    this.#stopPings = everyAfterReading(pingIntervalMs, () => {
      this.#ping();
    });
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return this.#queue;
  }

  async open(): Promise<void> {
    const opened = new Promise<boolean>((resolve) => {
      this.#ws.once('open', () => {
        resolve(true);
      });
    });
    if (await Promise.race([opened, this.#over.then(() => false)])) return;
    throw this.#refused();
  }

  async close(): Promise<void> {
    this.#ws.terminate();
    await this.#over;
    await this.#queue.return();
  }

  #ping(): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    // A pong that waits in front of a paused socket was not seen yet.
    if (!this.#isAlive && !this.#ws.isPaused) {
      this.#error = new Error('it does not answer any more');
      this.#ws.terminate();
      return;
    }
    this.#isAlive = false;
    this.#ws.ping();
  }

  #refused(): AsrError {
    const status = this.#httpStatus;
    const why =
      status === undefined ? (this.#error?.message ?? 'it was closed') : `it answered HTTP ${status}`;
    const advice = this.#error ? certificateAdvice(this.#error) : '';
    return new AsrError('CONNECT_FAILED', `Cannot connect to ${this.sender}: ${why}.${advice}`, {
      cause: this.#error,
      retryable: status === undefined || !PERMANENT_STATUS.has(status),
      ...(status !== undefined && { httpStatus: status }),
    });
  }

  #lost(code: number): AsrError {
    const why = this.#error ? `: ${this.#error.message}` : '';
    return new AsrError('CONNECTION_LOST', `The connection to ${this.sender} broke off (${code})${why}.`, {
      cause: this.#error,
      closeCode: code,
      retryable: true,
    });
  }
}
