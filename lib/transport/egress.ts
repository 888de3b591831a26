import type { LookupFunction } from 'node:net';
import { errorOf } from '../base/error-details';
import { AsrError } from '../vocabulary/errors';
import type { Frame } from '../vocabulary/frame';
import type { ConnectRequest, ConnectSocket, Socket, SocketHandlers } from './socket';

/** A host's rules for the connections of its nodes, such as n8n's SSRF protection. */
export interface EgressGuard {
  /**
   * @throws AsrError A not retryable one where the address is forbidden; another Error where that cannot be decided
   * now.
   */
  check: (url: URL) => Promise<void>;
  /** Looks up a name and returns only allowed addresses, because the name may lead elsewhere since the check. */
  lookup: LookupFunction;
}

/** A {@link ConnectSocket} that connects only where the guard allows it. */
export function guardedConnect(connect: ConnectSocket, guard: EgressGuard): ConnectSocket {
  return (request, handlers) => new GuardedSocket(connect, guard, request, handlers);
}

class GuardedSocket implements Socket {
  #socket: Socket | undefined;
  /** The connection is no longer wanted. */
  #isGivenUp = false;
  readonly #handlers: SocketHandlers;

  constructor(connect: ConnectSocket, guard: EgressGuard, request: ConnectRequest, handlers: SocketHandlers) {
    this.#handlers = handlers;
    guard.check(new URL(request.url)).then(
      () => {
        if (!this.#isGivenUp) this.#socket = connect({ ...request, lookup: guard.lookup }, handlers);
      },
      (error: unknown) => {
        this.#fail(errorOf(error));
      },
    );
  }

  get bufferedBytes(): number {
    return this.#socket?.bufferedBytes ?? 0;
  }

  send(frame: Frame, onFlushed?: () => void): void {
    this.#socket?.send(frame, onFlushed);
  }

  ping(say?: string): void {
    this.#socket?.ping(say);
  }

  release(): boolean {
    return this.#socket?.release() ?? false;
  }

  close(): void {
    if (this.#socket) this.#socket.close();
    else
      queueMicrotask(() => {
        this.#fail(new Error('closed before it was open'));
      });
  }

  destroy(): void {
    this.#isGivenUp = true;
    this.#socket?.destroy();
  }

  #fail(error: Error): void {
    if (this.#isGivenUp) return;
    this.#isGivenUp = true;
    const isFinal = error instanceof AsrError && !error.retryable;
    this.#handlers.onEnd({ kind: 'failed', error, ...(isFinal && { isThrown: true }) });
  }
}
