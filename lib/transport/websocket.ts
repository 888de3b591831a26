import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { textOf } from '../vocabulary/frame';
import type { Frame, TextWithBase64 } from '../vocabulary/frame';
import type { ConnectRequest, ConnectSocket, Socket, SocketEnd, SocketHandlers } from './socket';
import { isPrivate } from '../vocabulary/regions';
import { tunnelTo } from '../base/proxy';
import type { TunnelAgent } from '../base/proxy';
import { TextMemory } from './text-memory';

/** The service's messages are a few kilobytes; a recogniser sends nothing longer than this. */
const MAX_INBOUND_MESSAGE_BYTES = 4 * 1024 * 1024;
const MAX_REFUSAL_BODY_BYTES = 4096;
const CLOSE_TIMEOUT_MS = 1000;

/** A mask of zeros leaves the bytes unchanged, so `ws` sends them without a copy. */
const NO_MASK = (key: Buffer): void => {
  key.fill(0);
};

/** Marks bytes as a text message. */
const TEXT = { binary: false };

/** A {@link ConnectSocket} over the `ws` library. */
export const connectWebSocket: ConnectSocket = (request, handlers) => new WsSocket(request, handlers);

class WsSocket implements Socket {
  readonly #ws: WebSocket;
  readonly #tunnel: TunnelAgent | undefined;
  readonly #textMemory = new TextMemory();
  #handlers: SocketHandlers | undefined;
  #error: Error | undefined;
  #opened = false;
  #closeTimer: NodeJS.Timeout | undefined;

  constructor({ url, headers, proxy, lookup }: ConnectRequest, handlers: SocketHandlers) {
    this.#handlers = handlers;
    this.#tunnel = tunnelTo(url, proxy);
    this.#ws = new WebSocket(url, {
      headers,
      ...(lookup && { lookup }),
      ...(this.#tunnel && { agent: this.#tunnel }),
      // Base64 and noise do not compress, and compression costs a context per socket.
      perMessageDeflate: false,
      // Nobody on the way can read the frames, so a mask would protect nobody.
      ...(isPrivate(url) && { generateMask: NO_MASK }),
      maxPayload: MAX_INBOUND_MESSAGE_BYTES,
      // A redirect would carry the key to another host.
      followRedirects: false,
    });
    this.#ws.on('open', () => {
      this.#opened = true;
      this.#handlers?.onOpen();
    });
    this.#ws.on('message', (data, isBinary) => {
      // `data` is a Buffer for text as well, so only `isBinary` tells them apart.
      const bytes = data as Buffer;
      if (isBinary) this.#handlers?.onBinary(bytes.length);
      else this.#handlers?.onText(bytes.toString('utf8'));
    });
    this.#ws.on('pong', (said) => this.#handlers?.onPong(said.toString()));
    this.#ws.on('unexpected-response', (_request, response) => {
      this.#readRefusal(response);
    });
    // The listener stays for the socket's life, because closing one that is still connecting emits `error` later.
    this.#ws.on('error', (error) => {
      this.#error = error;
    });
    this.#ws.on('close', (closeCode, reason) => {
      const error = this.#error;
      if (this.#opened) {
        this.#end({ kind: 'closed', closeCode, reason: reason.toString('utf8'), ...(error && { error }) });
      } else {
        this.#end({
          kind: 'failed',
          error: error ?? new Error(`closed with ${closeCode} before it was open`),
        });
      }
    });
  }

  get bufferedBytes(): number {
    return this.#ws.bufferedAmount;
  }

  send(frame: Frame, onFlushed?: () => void): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    if (typeof frame === 'string' || frame instanceof Uint8Array) this.#ws.send(frame, onFlushed);
    else this.#sendText(frame, onFlushed);
  }

  #sendText(frame: TextWithBase64, onFlushed?: () => void): void {
    const bytes = this.#textMemory.write(frame, this.bufferedBytes === 0);
    if (!bytes) {
      this.#ws.send(textOf(frame), onFlushed);
      return;
    }
    this.#ws.send(bytes, TEXT, onFlushed);
    if (this.bufferedBytes === 0) this.#textMemory.release();
  }

  ping(say?: string): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.ping(say);
  }

  release(): boolean {
    return false;
  }

  close(): void {
    this.#ws.close(1000);
    this.#closeTimer ??= setTimeout(() => {
      this.#ws.terminate();
    }, CLOSE_TIMEOUT_MS);
  }

  destroy(): void {
    this.#handlers = undefined;
    clearTimeout(this.#closeTimer);
    this.#ws.terminate();
  }

  #end(end: SocketEnd): void {
    clearTimeout(this.#closeTimer);
    const handlers = this.#handlers;
    this.#handlers = undefined;
    handlers?.onEnd(end);
  }

  #readRefusal(response: IncomingMessage): void {
    const refusal = this.#tunnel?.refusal;
    if (refusal) {
      this.#end({ kind: 'failed', error: refusal });
      this.#ws.terminate();
      return;
    }
    let body = '';
    const done = () => {
      this.#end({ kind: 'refused', httpStatus: response.statusCode ?? 0, body: body.trim() });
      this.#ws.terminate();
    };
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      body += text;
      if (body.length >= MAX_REFUSAL_BODY_BYTES) done();
    });
    response.on('end', done);
    response.on('error', done);
  }
}
