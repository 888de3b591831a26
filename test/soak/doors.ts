import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { readAudio } from '../../lib';
import { httpSource } from '../../lib/live/sources/http';
import type { AudioFeed, OpenPort, PortSource, StreamSource } from '../../lib/live/sources/source';
import { tcpSource } from '../../lib/live/sources/tcp';
import { udpSource } from '../../lib/live/sources/udp';
import { webSocketSource } from '../../lib/live/sources/websocket';

/** A way by which audio comes in: bytes that are written on one side are read on the other. */
export interface Door {
  write: (chunk: Uint8Array) => Promise<void>;
  chunks: AsyncIterable<Uint8Array>;
  close: () => Promise<void>;
}

const HINTS = { rate: 16_000, encoding: 's16le' };
const NEVER_MS = 2 ** 31 - 1;
const PORT = { host: '127.0.0.1', port: 0, maxSenders: 1, idleMs: NEVER_MS, hints: HINTS };

/** All ways but appended bytes, which need no door. */
export const DOORS: readonly (() => Promise<Door>)[] = [stream, tcp, udp, webSocket, http];

function stream(): Promise<Door> {
  const readable = new PassThrough();
  return Promise.resolve({
    write: (chunk) => written((done) => readable.write(chunk, done)),
    chunks: readAudio(readable, { hints: HINTS }),
    close: async () => {
      readable.end();
      await Promise.resolve();
    },
  });
}

async function tcp(): Promise<Door> {
  const { open, first } = await listen(tcpSource(PORT));
  const socket = connect(open.port, '127.0.0.1');
  const feed = await first;
  return {
    write: (chunk) => written((done) => socket.write(chunk, done)),
    chunks: feed.chunks,
    close: async () => {
      socket.destroy();
      await feed.close();
      await open.close();
    },
  };
}

async function udp(): Promise<Door> {
  const { open, first } = await listen(udpSource(PORT));
  const socket = createSocket('udp4');
  const write = (chunk: Uint8Array): Promise<void> =>
    written((done) => {
      socket.send(chunk, open.port, '127.0.0.1', done);
    });
  // The first datagram makes the sender known.
  await write(new Uint8Array(2));
  const feed = await first;
  return {
    write,
    chunks: feed.chunks,
    close: async () => {
      socket.close();
      await feed.close();
      await open.close();
    },
  };
}

async function webSocket(): Promise<Door> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  const address = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const feed = await opened(webSocketSource({ address, hints: HINTS }));
  const [socket] = await connected;
  return {
    write: (chunk) =>
      written((done) => {
        socket.send(chunk, done);
      }),
    chunks: feed.chunks,
    close: async () => {
      await feed.close();
      server.close();
    },
  };
}

async function http(): Promise<Door> {
  let answer: ServerResponse | undefined;
  const server = createServer((_request, response) => {
    answer = response;
    response.writeHead(200, { 'content-type': 'audio/L16;rate=16000' });
    // A source is connected once the first bytes have come.
    response.write(new Uint8Array(2));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const feed = await opened(httpSource({ address, stallMs: NEVER_MS }));
  return {
    write: (chunk) => written((done) => answer?.write(chunk, done)),
    chunks: feed.chunks,
    close: async () => {
      await feed.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** This also ends where the other side is gone, because only the memory matters. */
function written(write: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    write(resolve);
  });
}

function opened(source: StreamSource): Promise<AudioFeed> {
  return source.connect(new AbortController().signal);
}

async function listen(source: PortSource): Promise<{ open: OpenPort; first: Promise<AudioFeed> }> {
  let onFeed: (feed: AudioFeed) => void = () => undefined;
  const first = new Promise<AudioFeed>((resolve) => (onFeed = resolve));
  const open = await source.listen({ onFeed, onWarning: () => undefined, onFailure: () => undefined });
  return { open, first };
}
