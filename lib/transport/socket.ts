import type { LookupFunction } from 'node:net';
import { errorOf } from '../base/error-details';
import type { ProxyChoice } from '../base/proxy';
import type { Frame } from '../vocabulary/frame';

/** How a connection ended. It is reported exactly once, whatever happened. */
export type SocketEnd =
  /** The server answered the upgrade with an HTTP status other than 101. */
  | { kind: 'refused'; httpStatus: number; body: string }
  /**
   * No connection was made, because of the name, the route, TLS or a refusal. `isThrown`: the function that connects
   * has thrown.
   */
  | { kind: 'failed'; error: Error; isThrown?: true }
  /** The connection was open and has closed; 1006 when it broke off. */
  | { kind: 'closed'; closeCode: number; reason: string; error?: Error };

/** The handlers of a connection. None is called after `onEnd`, nor after `destroy()`. */
export interface SocketHandlers {
  onOpen: () => void;
  /** A text message has arrived. The service sends no binary ones; those call `onBinary`. */
  onText: (text: string) => void;
  onBinary: (byteLength: number) => void;
  /** The answer to a ping, with the text of that ping. */
  onPong: (said?: string) => void;
  onEnd: (end: SocketEnd) => void;
  /** There is no room for the connection now; it is made as soon as there is. Only a pool calls it. */
  onWaiting?: (reason: string) => void;
}

/** One WebSocket connection with one owner. */
export interface Socket {
  /** Bytes that were sent and that the operating system has not taken yet. */
  readonly bufferedBytes: number;
  /** Sends one message. `onFlushed` is called once the operating system has taken it. */
  send: (frame: Frame, onFlushed?: () => void) => void;
  /**
   * @param say Comes back with the answer, because a peer may leave out answers to all pings but the newest (RFC
   * 6455, 5.5.3).
   */
  ping: (say?: string) => void;
  /** Gives an open connection back to a pool; returns false, with no effect, when no pool takes it. */
  release: () => boolean;
  /** Starts the closing handshake; `onEnd` follows within a second. */
  close: () => void;
  /** Closes at once; no handler is called any more. */
  destroy: () => void;
}

export interface ConnectRequest {
  url: string;
  headers: Record<string, string>;
  /** By default the environment decides. */
  proxy?: ProxyChoice;
  /** Looks up the addresses of the host's name. Default: the operating system. */
  lookup?: LookupFunction;
}

/** Opens a connection. It does not throw: every failure arrives at `onEnd`. */
export type ConnectSocket = (request: ConnectRequest, handlers: SocketHandlers) => Socket;

/** Stands for a connection that was never made. */
export const NO_SOCKET: Socket = {
  bufferedBytes: 0,
  send: () => undefined,
  ping: () => undefined,
  release: () => false,
  close: () => undefined,
  destroy: () => undefined,
};

/** Reports what `connect` throws at `onEnd`, because an injected one may throw. */
export function neverThrowing(connect: ConnectSocket): ConnectSocket {
  return (request, handlers) => {
    try {
      return connect(request, handlers);
    } catch (thrown) {
      const error = errorOf(thrown);
      let isWanted = true;
      const giveUp = (): void => {
        isWanted = false;
      };
      // Runs after the caller has got its socket.
      queueMicrotask(() => {
        if (isWanted) handlers.onEnd({ kind: 'failed', error, isThrown: true });
      });
      return { ...NO_SOCKET, destroy: giveUp };
    }
  };
}
