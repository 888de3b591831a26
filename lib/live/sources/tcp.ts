import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { AudioFormatHints } from '../../audio/format';
import { AsrError } from '../../vocabulary/errors';
import { allowedSenders } from './allowed-senders';
import { portError } from './port-error';
import { portOf } from './port-of';
import { beginsWithToken } from './port-token';
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
    listen: async ({ onFeed, onWarning, onFailure }) => {
      let hasTurnedAway = false;
      let hasRefusedToken = false;
      const withoutToken = new Set<Socket>();
      const server = createServer({ noDelay: true }, (socket) => {
        const { remoteAddress = '' } = socket;
        if (!isAllowed(remoteAddress)) {
          socket.destroy();
          // The warning comes once, because a stranger may connect without end.
          if (!hasTurnedAway) onWarning(turnedAway(remoteAddress));
          hasTurnedAway = true;
          return;
        }
        if (!token) {
          onFeed(new TcpFeed(socket, hints, idleMs));
          return;
        }
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
          if (!hasRefusedToken)
            onWarning(`${remoteAddress} was turned away: it did not begin with the token.`);
          hasRefusedToken = true;
        });
      });
      server.maxConnections = maxSenders;
      server.on('drop', (data) => {
        const from = data?.remoteAddress ?? 'a device';
        onWarning(`${from} was turned away: ${maxSenders} devices send already.`);
      });
      server.listen(port, host);
      await once(server, 'listening').catch((error: unknown) => {
        throw portError(name, error);
      });
      server.on('error', (error) => {
        onFailure(portError(name, error));
      });
      return {
        port: portOf(server),
        close: () =>
          new Promise((resolve) => {
            // Its other connections are closed by whoever reads them.
            for (const socket of withoutToken) socket.destroy();
            withoutToken.clear();
            server.close(() => {
              resolve();
            });
          }),
      };
    },
  };
}

/** The warning about the first sender that is not in the list of allowed ones. */
export function turnedAway(address: string): string {
  return `${address || 'A device'} was turned away: it is not among the senders that are allowed.`;
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
    socket.setTimeout(idleMs, () => {
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
      yield* this.#socket as AsyncIterable<Uint8Array>;
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
