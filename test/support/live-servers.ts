import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { WebSocketServer } from 'ws';
import type { ServerOptions, WebSocket } from 'ws';
import type { AudioFeed, OpenPort, PortEvents, PortSource } from '../../lib/live/sources/source';

/** Servers that deliver audio. After each test, first what the test opened is closed and then the servers. */
export interface LiveServers {
  /** `http://127.0.0.1:PORT`. */
  http: (answer: (request: IncomingMessage, response: ServerResponse) => void) => Promise<string>;
  /** `ws://127.0.0.1:PORT`. */
  webSocket: (onConnect: (socket: WebSocket) => void, options?: ServerOptions) => Promise<string>;
  /** `http://127.0.0.1:PORT` of something that is no HTTP server. */
  tcp: (onConnect: (socket: Socket) => void) => Promise<string>;
  /** Feeds and ports to close when the test is over. */
  keep: <T extends { close: () => Promise<void> }>(owned: T) => T;
}

/** Registers the hook. */
export function useLiveServers(): LiveServers {
  const closing: (() => Promise<void>)[] = [];
  const owned: { close: () => Promise<void> }[] = [];

  afterEach(async () => {
    for (const thing of owned.splice(0)) await thing.close();
    for (const close of closing.splice(0)) await close();
  });

  return {
    http: async (answer) => {
      const server = createServer(answer);
      closing.push(
        () =>
          new Promise((resolve) => {
            server.close(() => {
              resolve();
            });
            server.closeAllConnections();
          }),
      );
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    webSocket: async (onConnect, options = {}) => {
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
      server.on('connection', onConnect);
      closing.push(
        () =>
          new Promise((resolve) => {
            for (const client of server.clients) client.terminate();
            server.close(() => {
              resolve();
            });
          }),
      );
      await new Promise((resolve) => server.once('listening', resolve));
      return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    tcp: async (onConnect) => {
      const sockets = new Set<Socket>();
      const server = createTcpServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        onConnect(socket);
      });
      closing.push(
        () =>
          new Promise((resolve) => {
            for (const socket of sockets) socket.destroy();
            server.close(() => {
              resolve();
            });
          }),
      );
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    keep: (thing) => {
      owned.push(thing);
      return thing;
    },
  };
}

/** All bytes of a feed, until it ends. */
export async function bytesOf(feed: AudioFeed): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of feed.chunks) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The events of a port. */
export interface PortRecord {
  open: OpenPort;
  feeds: AudioFeed[];
  warnings: string[];
}

export async function openPort(source: PortSource, events: Partial<PortEvents> = {}): Promise<PortRecord> {
  const feeds: AudioFeed[] = [];
  const warnings: string[] = [];
  const open = await source.listen({
    onFeed: (feed) => feeds.push(feed),
    onWarning: (message) => warnings.push(message),
    onFailure: (error) => warnings.push(error.message),
    ...events,
  });
  return { open, feeds, warnings };
}
