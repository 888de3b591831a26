import type { Frame } from '../vocabulary/frame';
import type { Bucket, Opener } from './connection-bucket';
import type { ConnectRequest, Socket, SocketEnd, SocketHandlers } from './socket';
import type { Wire } from './wire';

/** A socket that waits for its turn, over a connection that may have been used before. */
export class PooledSocket implements Socket {
  readonly #bucket: Bucket;
  readonly #handlers: SocketHandlers;
  readonly #onReused: () => void;
  readonly #opener: Opener;
  /** None before it is its turn. */
  #wire: Wire | undefined;
  #isOpen = false;
  #isOver = false;
  /** What was sent on a used connection before it said anything: sent again if it turns out to be dead. */
  #unanswered: Frame[] | undefined;

  constructor(bucket: Bucket, request: ConnectRequest, handlers: SocketHandlers, onReused: () => void) {
    this.#bucket = bucket;
    this.#handlers = handlers;
    this.#onReused = onReused;
    this.#opener = {
      request,
      handlers: this.#ownHandlers(),
      onWire: (wire, isUsed) => {
        this.#wire = wire;
        if (isUsed) this.#takeOver(wire);
      },
      onTooLong: (error) => {
        this.#end({ kind: 'failed', error });
      },
    };
    bucket.request(this.#opener);
  }

  get bufferedBytes(): number {
    return this.#wire?.bufferedBytes ?? 0;
  }

  send(frame: Frame, onFlushed?: () => void): void {
    this.#unanswered?.push(frame);
    this.#wire?.send(frame, onFlushed);
  }

  ping(): void {
    this.#wire?.ping();
  }

  release(): boolean {
    if (this.#isOver || !this.#isOpen || !this.#wire || !this.#bucket.keep(this.#wire)) return false;
    this.#isOver = true;
    return true;
  }

  close(): void {
    if (this.#isOver) return;
    if (this.#wire) {
      this.#wire.close();
      return;
    }
    this.#bucket.leave(this.#opener);
    queueMicrotask(() => {
      this.#end({ kind: 'failed', error: new Error('closed before it had its turn') });
    });
  }

  destroy(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#bucket.leave(this.#opener);
    this.#wire?.destroy();
  }

  /** A connection that is open already. */
  #takeOver(wire: Wire): void {
    wire.use(this.#opener.handlers);
    this.#unanswered = [];
    queueMicrotask(() => {
      if (this.#isOver || this.#isOpen) return;
      this.#isOpen = true;
      this.#onReused();
      this.#handlers.onOpen();
    });
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
      for (const frame of again ?? []) this.#wire?.send(frame);
      return;
    }
    this.#isOpen = true;
    this.#handlers.onOpen();
  }

  #ended(end: SocketEnd): void {
    if (this.#isOver) return;
    // The service closed the used connection just as it was taken: a new one does the same work.
    if (this.#unanswered && end.kind === 'closed') {
      this.#wire = this.#bucket.dial(this.#opener);
      return;
    }
    this.#end(end);
  }

  #end(end: SocketEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#handlers.onEnd(end);
  }
}
