import type { LookupFunction } from 'node:net';
import type { ProxyChoice } from '../base/proxy';
import type { Frame } from '../vocabulary/frame';

/** How a connection ended. Comes exactly once, whatever happened. */
export type SocketEnd =
  /** The server answered the upgrade with an HTTP status other than 101. */
  | { kind: 'refused'; httpStatus: number; body: string }
  /** No connection was made: name, route, TLS, refusal. `isThrown`: what should make connections is at fault. */
  | { kind: 'failed'; error: Error; isThrown?: true }
  /** The connection was open and is closed; 1006 when it broke off. */
  | { kind: 'closed'; closeCode: number; reason: string; error?: Error };

/** What a connection tells its owner. Nothing is called after `onEnd`, nor after `destroy()`. */
export interface SocketHandlers {
  onOpen: () => void;
  /** A text message. The service sends no binary ones; those are `onBinary`. */
  onText: (text: string) => void;
  onBinary: (byteLength: number) => void;
  onPong: () => void;
  onEnd: (end: SocketEnd) => void;
  /** There is no room for the connection now; it is made as soon as there is. Only a pool says so. */
  onWaiting?: (reason: string) => void;
}

/** One WebSocket connection with one owner. */
export interface Socket {
  /** Bytes handed over that the operating system has not taken yet. */
  readonly bufferedBytes: number;
  /** Sends one message; `onFlushed` is called once the operating system has it. */
  send: (frame: Frame, onFlushed?: () => void) => void;
  ping: () => void;
  /** Gives an open connection back to a pool; false when there is none that takes it, and nothing happened. */
  release: () => boolean;
  /** Starts the closing handshake, with a bound: `onEnd` follows within a second. */
  close: () => void;
  /** Closes at once; no handler is called any more. */
  destroy: () => void;
}

export interface ConnectRequest {
  url: string;
  headers: Record<string, string>;
  /** Left out, the environment decides. */
  proxy?: ProxyChoice;
  /** Finds the addresses of the host's name. Default: the operating system. */
  lookup?: LookupFunction;
}

/** Opens a connection. Throws nothing: every failure arrives at `onEnd`. */
export type ConnectSocket = (request: ConnectRequest, handlers: SocketHandlers) => Socket;

/** A connection that was never there. */
const NO_SOCKET: Socket = {
  bufferedBytes: 0,
  send: () => undefined,
  ping: () => undefined,
  release: () => false,
  close: () => undefined,
  destroy: () => undefined,
};

/** The same, with what it throws told at `onEnd`: one that was injected may not keep its promise. */
export function neverThrowing(connect: ConnectSocket): ConnectSocket {
  return (request, handlers) => {
    try {
      return connect(request, handlers);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      let isWanted = true;
      const giveUp = (): void => {
        isWanted = false;
      };
      // After the caller has got its socket.
      queueMicrotask(() => {
        if (isWanted) handlers.onEnd({ kind: 'failed', error, isThrown: true });
      });
      return { ...NO_SOCKET, destroy: giveUp };
    }
  };
}
