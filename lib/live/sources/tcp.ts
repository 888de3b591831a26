import type { Socket } from 'node:net';
import type { AudioFormatHints } from '../../audio/format';
import { AsrError } from '../../vocabulary/errors';
import { allowedSenders } from './allowed-senders';
import { openSocketPort } from './open-port';
import { beginsWithToken } from './port-token';
import { watchSilence } from './silence-watch';
import type { AudioFeed, PortSource } from './source';

/** A token is one short line, so a device that has one has sent it by then. */
const TOKEN_WAIT_MS = 5000;

export interface PortSourceOptions {
  /** The address of this machine that devices reach. `127.0.0.1` is for this machine only. */
  host: string;
  port: number;
  /** How many senders may be connected at once; more are turned away. */
  maxSenders: number;
  /** A sender that sends nothing for this long has ended its stream. */
  idleMs: number;
  hints: AudioFormatHints;
  /** Addresses and networks that may send, such as `192.168.1.0/24`. Default: everybody who reaches the port. */
  allowedSenders?: readonly string[];
}

export interface TcpSourceOptions extends PortSourceOptions {
  /** What each connection must send first, as a line that ends with `\n`. Default: no token. */
  token?: string;
}

/** A TCP port. Each connection is a stream of its own and ends with it. */
export function tcpSource(options: TcpSourceOptions): PortSource {
  const { host, port, maxSenders, idleMs, hints, token } = options;
  const isAllowed = allowedSenders(options.allowedSenders ?? []);
  const name = `tcp://${host}:${port}`;
  return {
    kind: 'port',
    name,
    listen: (events) => {
      const { onFeed } = events;
      const withoutToken = new Set<Socket>();
      return openSocketPort(
        {
          name,
          host,
          port,
          maxSenders,
          isAllowed,
          tooMany: (address = 'a device') =>
            `${address} was turned away: ${maxSenders} devices send already.`,
          onSocket: (socket, warnOnce) => {
            if (!token) {
              onFeed(new TcpFeed(socket, hints, idleMs));
              return;
            }
            const { remoteAddress = '' } = socket;
            withoutToken.add(socket);
            socket.on('error', () => {
              // Its end is all that matters here; the feed reports errors of a stream.
            });
            void beginsWithToken(socket, token, Math.min(idleMs, TOKEN_WAIT_MS)).then((isRight) => {
              // The port itself was closed.
              if (!withoutToken.delete(socket)) return;
              if (isRight) {
                onFeed(new TcpFeed(socket, hints, idleMs));
                return;
              }
              socket.destroy();
              warnOnce(`${remoteAddress} was turned away: it did not begin with the token.`, 'token');
            });
          },
          endConnections: () => {
            // Its other connections are closed by whoever reads them.
            for (const socket of withoutToken) socket.destroy();
            withoutToken.clear();
          },
        },
        events,
      );
    },
  };
}

class TcpFeed implements AudioFeed {
  readonly sender: string;
  readonly hints: AudioFormatHints;
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #error: Error | undefined;

  constructor(socket: Socket, hints: AudioFormatHints, idleMs: number) {
    this.sender = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`;
    this.hints = hints;
    this.#socket = socket;
    const isUnread = () => socket.readableLength > 0;
    watchSilence(socket, idleMs, isUnread, () => {
      socket.destroy();
    });
    socket.on('error', (error) => {
      this.#error = error;
    });
    this.#closed = new Promise((resolve) => {
      socket.on('close', () => {
        resolve();
      });
    });
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return this.#read();
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#closed;
  }

  async *#read(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      const chunks: AsyncIterable<Uint8Array> = this.#socket;
      yield* chunks;
    } catch (error) {
      // A device that was switched off, or silent for too long, has ended its stream as if it had closed it.
      if (!this.#error && this.#socket.destroyed) return;
      throw new AsrError('CONNECTION_LOST', `The connection of ${this.sender} broke off.`, {
        cause: error,
        retryable: true,
      });
    }
  }
}
