import type { Frame } from '../vocabulary/frame';
import type { ConnectRequest, ConnectSocket, Socket, SocketHandlers } from './socket';

export interface WireGauge {
  /** The handshake is over, successful or not. */
  onHandshakeOver: () => void;
  /** The connection has ended, after its user was told. */
  onGone: () => void;
}

/** A connection whose handlers change with its user. */
export class Wire {
  readonly url: string;
  readonly #socket: Socket;
  readonly #gauge: WireGauge;
  #handlers: SocketHandlers;
  #isHandshakeOver = false;
  #isGone = false;

  constructor(connect: ConnectSocket, request: ConnectRequest, handlers: SocketHandlers, gauge: WireGauge) {
    this.url = request.url;
    this.#handlers = handlers;
    this.#gauge = gauge;
    // The handlers of a wire change, so the socket gets handlers that look up the current ones.
    this.#socket = connect(request, {
      onOpen: () => {
        this.#endHandshake();
        this.#handlers.onOpen();
      },
      onText: (text) => {
        this.#handlers.onText(text);
      },
      onBinary: (byteLength) => {
        this.#handlers.onBinary(byteLength);
      },
      onPong: (said) => {
        this.#handlers.onPong(said);
      },
      onEnd: (end) => {
        this.#handlers.onEnd(end);
        this.#leave();
      },
    });
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedBytes;
  }

  use(handlers: SocketHandlers): void {
    this.#handlers = handlers;
  }

  send(frame: Frame, onFlushed?: () => void): void {
    this.#socket.send(frame, onFlushed);
  }

  ping(say?: string): void {
    this.#socket.ping(say);
  }

  close(): void {
    this.#socket.close();
  }

  destroy(): void {
    this.#socket.destroy();
    this.#leave();
  }

  #endHandshake(): void {
    if (this.#isHandshakeOver) return;
    this.#isHandshakeOver = true;
    this.#gauge.onHandshakeOver();
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#endHandshake();
    this.#gauge.onGone();
  }
}
