import type { Frame } from '../vocabulary/frame';
import type { Bucket, Opener } from './connection-bucket';
import type { ConnectRequest, Socket, SocketEnd, SocketHandlers } from './socket';
import type { Wire } from './wire';

/** The states of a pooled socket. */
type Phase =
  /** The socket waits for its turn. */
  | { name: 'waiting' }
  /** A connection is being made for it. */
  | { name: 'connecting'; wire: Wire }
  /**
   * It has a used connection that has not answered yet. If that is dead, the frames are sent again on another one.
   */
  | { name: 'reusing'; wire: Wire; unanswered: Frame[] }
  /** The used connection was dead; another is being made for the same frames. */
  | { name: 'replacing'; wire: Wire; unanswered: Frame[] }
  | { name: 'open'; wire: Wire }
  | { name: 'over' };

/** A socket that waits for its turn and then uses a connection that may have served another session before. */
export class PooledSocket implements Socket {
  readonly #bucket: Bucket;
  readonly #handlers: SocketHandlers;
  readonly #onReused: () => void;
  readonly #opener: Opener;
  #phase: Phase = { name: 'waiting' };

  constructor(bucket: Bucket, request: ConnectRequest, handlers: SocketHandlers, onReused: () => void) {
    this.#bucket = bucket;
    this.#handlers = handlers;
    this.#onReused = onReused;
    this.#opener = {
      request,
      handlers: this.#ownHandlers(),
      onWire: (wire, isUsed) => {
        if (isUsed) this.#takeOver(wire);
        else this.#phase = { name: 'connecting', wire };
      },
      onWaiting: (reason) => {
        handlers.onWaiting?.(reason);
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
    if ('unanswered' in this.#phase) this.#phase.unanswered.push(frame);
    this.#wire?.send(frame, onFlushed);
  }

  ping(say?: string): void {
    this.#wire?.ping(say);
  }

  release(): boolean {
    const { name } = this.#phase;
    const wire = name === 'open' || name === 'reusing' ? this.#wire : undefined;
    if (!wire || !this.#bucket.keep(wire)) return false;
    this.#phase = { name: 'over' };
    return true;
  }

  close(): void {
    if (this.#isOver()) return;
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
    if (this.#isOver()) return;
    const wire = this.#wire;
    this.#phase = { name: 'over' };
    this.#bucket.leave(this.#opener);
    wire?.destroy();
  }

  /** `undefined` before its turn. */
  get #wire(): Wire | undefined {
    return 'wire' in this.#phase ? this.#phase.wire : undefined;
  }

  // A method, because a handler may end the socket between two reads.
  #isOver(): boolean {
    return this.#phase.name === 'over';
  }

  /** Takes over a connection that is open already. */
  #takeOver(wire: Wire): void {
    this.#phase = { name: 'reusing', wire, unanswered: [] };
    wire.use(this.#opener.handlers);
    queueMicrotask(() => {
      if (this.#isOver()) return;
      this.#onReused();
      this.#handlers.onOpen();
    });
  }

  #ownHandlers(): SocketHandlers {
    return {
      ...this.#handlers,
      onOpen: () => {
        this.#opened();
      },
      onText: (text) => {
        if (this.#phase.name === 'reusing') this.#phase = { name: 'open', wire: this.#phase.wire };
        this.#handlers.onText(text);
      },
      onEnd: (end) => {
        this.#ended(end);
      },
    };
  }

  #opened(): void {
    const phase = this.#phase;
    if (!('wire' in phase)) return;
    this.#phase = { name: 'open', wire: phase.wire };
    if (phase.name === 'connecting') this.#handlers.onOpen();
    // The owner already knows that it is open.
    else if ('unanswered' in phase) for (const frame of phase.unanswered) phase.wire.send(frame);
  }

  #ended(end: SocketEnd): void {
    const phase = this.#phase;
    // The service closed the used connection just as it was taken; a new one does the same work.
    if ('unanswered' in phase && end.kind === 'closed') {
      this.#phase = { ...phase, name: 'replacing', wire: this.#bucket.dial(this.#opener) };
      return;
    }
    this.#end(end);
  }

  #end(end: SocketEnd): void {
    if (this.#isOver()) return;
    this.#phase = { name: 'over' };
    this.#handlers.onEnd(end);
  }
}
