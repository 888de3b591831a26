import { createServer, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { AsrError } from '../../vocabulary/errors';
import { MAX_CALL_MESSAGE_BYTES } from '../calls/call-messages';
import type { CallFormat } from '../calls/call-events';
import { allowedSenders } from './allowed-senders';
import { callRefusal } from './call-access';
import type { AccessRefusal, CallAccess } from './call-access';
import { CallConnection } from './call-connection';
import { onceEach } from './once-each';
import { openPort, turnedAway } from './open-port';
import type { PortSource } from './source';
import type { PortSourceOptions } from './tcp';

/** A request is a few hundred bytes, so it is there by then. */
const REQUEST_WITHIN_MS = 5000;
const LOOK_FOR_SLOW_EVERY_MS = 1000;
/** Connections that have not become a call yet. */
const MAX_REQUESTS = 200;

const STATUS_OF: Readonly<Record<AccessRefusal, number>> = {
  notFound: 404,
  unauthorized: 401,
  foreignPage: 403,
};
const REASON_OF: Readonly<Record<AccessRefusal, string>> = {
  notFound: 'it asked for another path',
  unauthorized: 'it has neither the token nor a valid signature of Twilio for the public address',
  foreignPage: 'it is a page of another web site',
};

export interface CallsSourceOptions extends Omit<PortSourceOptions, 'hints'>, CallAccess {
  /** The format of binary messages where the provider does not say it. Default: 16-bit mono at 8000 Hz. */
  binaryFormat?: CallFormat;
}

/**
 * A WebSocket server for the calls of a telephone provider. Each track of a call is a feed of its own. Providers
 * demand TLS, which a proxy in front of it ends.
 * @throws AsrError `INVALID_OPTION`
 */
export function callsSource(options: CallsSourceOptions): PortSource {
  const { host, port, maxSenders, idleMs, twilio } = options;
  const { binaryFormat = { encoding: 's16le', rateHz: 8000, channels: 1 } } = options;
  const isAllowed = allowedSenders(options.allowedSenders ?? []);
  if (twilio && !/^wss?:\/\//.test(twilio.publicUrl)) {
    throw new AsrError(
      'INVALID_OPTION',
      'Expected the public address to be the one that Twilio connects to, such as wss://example.com/calls.',
      { param: 'publicUrl' },
    );
  }
  const name = `ws://${host}:${port}${options.path ? `/${options.path.replace(/^\/+/, '')}` : ''}`;
  return {
    kind: 'port',
    name,
    listen: ({ onFeed, onWarning, onFailure }) => {
      const connections = new Set<CallConnection>();
      const warnOnce = onceEach(onWarning);
      const server = createServer(
        { connectionsCheckingInterval: LOOK_FOR_SLOW_EVERY_MS },
        (_request, response) => {
          response.writeHead(426, { Upgrade: 'websocket', Connection: 'close' }).end();
        },
      );
      server.headersTimeout = REQUEST_WITHIN_MS;
      server.requestTimeout = REQUEST_WITHIN_MS;
      server.maxConnections = maxSenders + MAX_REQUESTS;
      const upgrades = new WebSocketServer({
        noServer: true,
        maxPayload: MAX_CALL_MESSAGE_BYTES,
        perMessageDeflate: false,
      });
      server.on('upgrade', (request, socket, head) => {
        socket.on('error', () => undefined);
        const { remoteAddress = '', remotePort = 0 } = request.socket;
        const refusal = callRefusal(request, options);
        if (!isAllowed(remoteAddress)) {
          warnOnce(turnedAway(remoteAddress), 'sender');
          refuse(socket, 403);
        } else if (refusal) {
          warnOnce(`${remoteAddress} was turned away: ${REASON_OF[refusal]}.`, refusal);
          refuse(socket, STATUS_OF[refusal]);
        } else if (connections.size >= maxSenders) {
          onWarning(`${remoteAddress} was turned away: ${maxSenders} calls are connected already.`);
          refuse(socket, 503);
        } else {
          upgrades.handleUpgrade(request, socket, head, (ws) => {
            const sender = `${remoteAddress}:${remotePort}`;
            const connection = new CallConnection(
              ws,
              { sender, idleMs, binaryFormat, onFeed, onWarning },
              () => connections.delete(connection),
            );
            connections.add(connection);
          });
        }
      });
      return openPort(server, { name, host, port }, { onFailure }, () => {
        for (const connection of connections) connection.terminate();
        server.closeAllConnections();
      });
    },
  };
}

function refuse(socket: Duplex, status: number): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
  // One that does not close its side is not waited for.
  socket.once('finish', () => socket.destroy());
}
