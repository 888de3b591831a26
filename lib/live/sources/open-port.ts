import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { onceEach } from './once-each';
import { portError } from './port-error';
import type { OpenPort, PortEvents } from './source';

/**
 * Opens the port of a server, and tells its later failures.
 * @param endConnections Ends what the server itself would wait for when it is closed.
 * @throws AsrError `INVALID_OPTION` with `param` `port`
 */
export async function openPort(
  server: Server,
  { name, host, port }: { name: string; host: string; port: number },
  { onFailure }: Pick<PortEvents, 'onFailure'>,
  endConnections: () => void,
): Promise<OpenPort> {
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
        endConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** The port that a server listens on, which the system has chosen where 0 was asked for. */
function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The server listens on no port.');
  return address.port;
}

export interface SocketPortOptions {
  name: string;
  host: string;
  port: number;
  maxSenders: number;
  isAllowed: (address: string) => boolean;
  /** A client may end its side, and go on reading. Default: false. */
  allowHalfOpen?: boolean;
  /** The warning about a client too many; its address may be unknown. */
  tooMany: (address: string | undefined) => string;
  /** @param warnOnce Gives each kind of warning once, because a stranger may cause the same one without end. */
  onSocket: (socket: Socket, warnOnce: (message: string, kind?: string) => void) => void;
  /** Ends what would keep the port open when it is closed. Default: all connections. */
  endConnections?: () => void;
}

/** Opens a TCP port whose clients are checked and counted. @throws AsrError `INVALID_OPTION` with `param` `port` */
export function openSocketPort(options: SocketPortOptions, events: PortEvents): Promise<OpenPort> {
  const { maxSenders, isAllowed, allowHalfOpen = false, tooMany, onSocket } = options;
  const sockets = new Set<Socket>();
  const warnOnce = onceEach(events.onWarning);
  const server = createServer({ noDelay: true, allowHalfOpen }, (socket) => {
    const { remoteAddress = '' } = socket;
    if (isAllowed(remoteAddress)) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      onSocket(socket, warnOnce);
      return;
    }
    socket.destroy();
    warnOnce(turnedAway(remoteAddress), 'sender');
  });
  server.maxConnections = maxSenders;
  server.on('drop', (data) => {
    events.onWarning(tooMany(data?.remoteAddress));
  });
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return openPort(server, options, events, options.endConnections ?? endAll);
}

/** The warning about the first sender that is not in the list of allowed ones. */
export function turnedAway(address: string): string {
  return `${address || 'A device'} was turned away: it is not among the senders that are allowed.`;
}
