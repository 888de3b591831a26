import { textOf } from '../../lib/vocabulary/frame';
import type { Frame } from '../../lib/vocabulary/frame';
import type { ConnectRequest, ConnectSocket, Socket, SocketHandlers } from '../../lib/transport/socket';
import { DOCUMENTED } from './documented-frames';

/** The service's end of a connection that a test plays by hand, frame by frame. */
export class FakeSocket implements Socket {
  readonly sent: string[] = [];
  bufferedBytes = 0;
  isClosed = false;
  /** Whether the closing handshake takes until the test ends it. */
  keepsClosing = false;
  /** Whether a pool takes the connection back. */
  isReleasable = false;
  request: ConnectRequest | undefined;
  #handlers: SocketHandlers | undefined;

  /** For `options.environment.connect`. */
  readonly connect: ConnectSocket = (request, handlers) => {
    this.request = request;
    this.#handlers = handlers;
    return this;
  };

  open(): void {
    this.#handlers?.onOpen();
  }

  pong(): void {
    this.#handlers?.onPong();
  }

  /** Opens the connection, greets and accepts the configuration. */
  accept(mode: 'vad' | 'manual' = 'vad'): void {
    this.#handlers?.onOpen();
    this.say(DOCUMENTED.createdMeasured, mode === 'manual' ? DOCUMENTED.updatedManual : DOCUMENTED.updated);
  }

  say(...frames: string[]): void {
    for (const frame of frames) this.#handlers?.onText(frame);
  }

  /** Says something of the task that was begun last. */
  sayOfTask(
    event: string,
    header: Record<string, unknown> = {},
    payload: Record<string, unknown> = {},
  ): void {
    const begun = this.sent.filter((frame) => frame.includes('run-task')).at(-1) ?? '{}';
    const { header: { task_id } = {} } = JSON.parse(begun) as { header?: { task_id?: string } };
    this.say(JSON.stringify({ header: { event, task_id, ...header }, payload }));
  }

  end(closeCode: number): void {
    const handlers = this.#handlers;
    this.#handlers = undefined;
    handlers?.onEnd({ kind: 'closed', closeCode, reason: '' });
  }

  send(frame: Frame, onFlushed?: () => void): void {
    this.sent.push(frame instanceof Uint8Array ? String(frame) : textOf(frame));
    onFlushed?.();
  }

  ping(): void {
    // The clock of the test decides when the link is dead.
  }

  release(): boolean {
    return this.isReleasable;
  }

  close(): void {
    this.isClosed = true;
    if (!this.keepsClosing) this.end(1000);
  }

  destroy(): void {
    this.isClosed = true;
    this.#handlers = undefined;
  }
}

/** For sessions that connect more than once: each connection is a socket of its own, in the order of connecting. */
export function fakeSockets(): { sockets: FakeSocket[]; connect: ConnectSocket } {
  const sockets: FakeSocket[] = [];
  return {
    sockets,
    connect: (request, handlers) => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket.connect(request, handlers);
    },
  };
}
