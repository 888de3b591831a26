import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { WyomingConnection } from '../wyoming/connection';
import { allowedSenders } from './allowed-senders';
import { onceEach } from './once-each';
import { portError } from './port-error';
import { portOf } from './port-of';
import type { PortSource } from './source';
import { turnedAway } from './tcp';
import type { PortSourceOptions } from './tcp';

/** Voice commands have seconds; this bounds a client that never stops. */
const MAX_UTTERANCE_MS = 10 * 60_000;

export interface WyomingSourceOptions extends Omit<PortSourceOptions, 'hints'> {
  /** The models that are offered; the first is used where a client asks for none. */
  models: readonly string[];
  /** Default: ten minutes. */
  maxUtteranceMs?: number;
}

/**
 * A speech-to-text server of the Wyoming protocol, which Home Assistant speaks. Each utterance is a feed of its own,
 * and its text goes back to the client.
 */
export function wyomingSource(options: WyomingSourceOptions): PortSource {
  const { host, port, maxSenders, idleMs, models, maxUtteranceMs = MAX_UTTERANCE_MS } = options;
  const isAllowed = allowedSenders(options.allowedSenders ?? []);
  const name = `wyoming://${host}:${port}`;
  return {
    kind: 'port',
    name,
    listen: async ({ onFeed, onWarning, onFailure }) => {
      const sockets = new Set<Socket>();
      const warnOnce = onceEach(onWarning);
      const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
        if (!isAllowed(socket.remoteAddress ?? '')) {
          socket.destroy();
          warnOnce(turnedAway(socket.remoteAddress ?? ''), 'sender');
          return;
        }
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        new WyomingConnection(socket, { models, idleMs, maxUtteranceMs, onFeed, onWarning: warnOnce });
      });
      server.maxConnections = maxSenders;
      server.on('drop', (data) => {
        onWarning(
          `${data?.remoteAddress ?? 'A client'} was turned away: ${maxSenders} clients are connected.`,
        );
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
            for (const socket of sockets) socket.destroy();
            server.close(() => {
              resolve();
            });
          }),
      };
    },
  };
}
