import type { Cancel, Clock } from '../environment';
import type { ConnectRequest, ConnectSocket, Socket, SocketEnd, SocketHandlers } from './websocket';

export interface ConnectionPoolOptions {
  /** Connections that wait for their next use. Default 4. */
  maxIdle?: number;
  /** How long one may wait. Default 50000: the service closes after 60 s (protocol.md B.5). */
  maxIdleMs?: number;
}

interface Idle {
  key: string;
  wire: Wire;
  cancelBound: Cancel;
}

/** A connection whose handlers change with its user. */
interface Wire {
  socket: Socket;
  handlers: SocketHandlers;
}

/**
 * Connections that one session is done with and the next one may use, of the service's run-task protocol: the next
 * session saves the handshake. Belongs to one host node, which closes it.
 */
export class ConnectionPool {
  readonly #connect: ConnectSocket;
  readonly #clock: Clock;
  readonly #maxIdle: number;
  readonly #maxIdleMs: number;
  #idle: Idle[] = [];
  #isClosed = false;
  #reused = 0;

  constructor(connect: ConnectSocket, clock: Clock, options: ConnectionPoolOptions = {}) {
    this.#connect = connect;
    this.#clock = clock;
    this.#maxIdle = options.maxIdle ?? 4;
    this.#maxIdleMs = options.maxIdleMs ?? 50_000;
  }

  /** Connections that wait now. */
  get idleCount(): number {
    return this.#idle.length;
  }

  /** Handshakes that were saved. */
  get reusedCount(): number {
    return this.#reused;
  }

  /** {@link ConnectSocket} that prefers a waiting connection to the same address with the same headers. */
  readonly connect: ConnectSocket = (request, handlers) => {
    // The headers hold the key: a connection never serves another one.
    const key = JSON.stringify([request.url, request.headers]);
    const idle = this.#take((candidate) => candidate.key === key);
    return new PooledSocket(request, handlers, {
      connect: this.#connect,
      reuse: idle?.wire,
      onReused: () => {
        this.#reused += 1;
      },
      keep: (wire) => this.#keep(key, wire),
    });
  };

  /** Closes the waiting connections; those in use close when their sessions end. */
  close(): void {
    this.#isClosed = true;
    for (const { wire, cancelBound } of this.#idle.splice(0)) {
      cancelBound();
      wire.socket.destroy();
    }
  }

  #keep(key: string, wire: Wire): boolean {
    if (this.#isClosed || this.#idle.length >= this.#maxIdle) return false;
    const drop = () => {
      this.#take((candidate) => candidate.wire === wire);
      wire.socket.destroy();
    };
    wire.handlers = {
      onOpen: ignore,
      onPong: ignore,
      onEnd: drop,
      // A waiting connection has nothing to say; one that speaks is not in the state it should be.
      onText: drop,
      onBinary: drop,
    };
    this.#idle.push({ key, wire, cancelBound: this.#clock.after(this.#maxIdleMs, drop) });
    return true;
  }

  #take(matches: (candidate: Idle) => boolean): Idle | undefined {
    const index = this.#idle.findIndex(matches);
    if (index < 0) return undefined;
    const [idle] = this.#idle.splice(index, 1);
    idle?.cancelBound();
    return idle;
  }
}

interface PooledSocketOptions {
  connect: ConnectSocket;
  reuse: Wire | undefined;
  onReused: () => void;
  keep: (wire: Wire) => boolean;
}

/** A socket over a connection that may have been used before. */
class PooledSocket implements Socket {
  readonly #options: PooledSocketOptions;
  readonly #request: ConnectRequest;
  readonly #handlers: SocketHandlers;
  #wire: Wire;
  #isOpen = false;
  #isOver = false;
  /** What was sent on a used connection before it said anything: sent again if it turns out to be dead. */
  #unanswered: (string | Uint8Array)[] | undefined;

  constructor(request: ConnectRequest, handlers: SocketHandlers, options: PooledSocketOptions) {
    this.#request = request;
    this.#handlers = handlers;
    this.#options = options;
    if (!options.reuse) {
      this.#wire = this.#dial();
      return;
    }
    this.#wire = options.reuse;
    this.#wire.handlers = this.#ownHandlers();
    this.#unanswered = [];
    queueMicrotask(() => {
      if (this.#isOver || this.#isOpen) return;
      this.#isOpen = true;
      options.onReused();
      handlers.onOpen();
    });
  }

  get bufferedBytes(): number {
    return this.#wire.socket.bufferedBytes;
  }

  send(frame: string | Uint8Array, onFlushed?: () => void): void {
    this.#unanswered?.push(frame);
    this.#wire.socket.send(frame, onFlushed);
  }

  ping(): void {
    this.#wire.socket.ping();
  }

  release(): boolean {
    if (this.#isOver || !this.#isOpen || !this.#options.keep(this.#wire)) return false;
    this.#isOver = true;
    return true;
  }

  close(): void {
    if (!this.#isOver) this.#wire.socket.close();
  }

  destroy(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wire.socket.destroy();
  }

  #dial(): Wire {
    // The handlers of a wire change, so the socket gets ones that look them up.
    const wire: Partial<Wire> & { handlers: SocketHandlers } = { handlers: this.#ownHandlers() };
    wire.socket = this.#options.connect(this.#request, {
      onOpen: () => {
        wire.handlers.onOpen();
      },
      onText: (text) => {
        wire.handlers.onText(text);
      },
      onBinary: (byteLength) => {
        wire.handlers.onBinary(byteLength);
      },
      onPong: () => {
        wire.handlers.onPong();
      },
      onEnd: (end) => {
        wire.handlers.onEnd(end);
      },
    });
    return wire as Wire;
  }

  #ownHandlers(): SocketHandlers {
    return {
      onOpen: () => {
        this.#opened();
      },
      onText: (text) => {
        this.#unanswered = undefined;
        this.#handlers.onText(text);
      },
      onBinary: (byteLength) => {
        this.#handlers.onBinary(byteLength);
      },
      onPong: () => {
        this.#handlers.onPong();
      },
      onEnd: (end) => {
        this.#ended(end);
      },
    };
  }

  #opened(): void {
    const again = this.#unanswered;
    this.#unanswered = undefined;
    if (this.#isOpen) {
      for (const frame of again ?? []) this.#wire.socket.send(frame);
      return;
    }
    this.#isOpen = true;
    this.#handlers.onOpen();
  }

  #ended(end: SocketEnd): void {
    if (this.#isOver) return;
    // The service closed the used connection just as it was taken: a new one does the same work.
    if (this.#unanswered && end.kind === 'closed') {
      this.#wire = this.#dial();
      return;
    }
    this.#isOver = true;
    this.#handlers.onEnd(end);
  }
}

const ignore = () => undefined;
