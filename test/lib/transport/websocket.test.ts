import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type WebSocket from 'ws';
import { connectWebSocket } from '../../../lib/transport/websocket';
import type { Socket, SocketEnd } from '../../../lib/transport/socket';
import { leaveNothingOpen } from '../../support/open-resources';
import { quickestMs } from '../../support/quickest';
import { waitUntil } from '../../support/wait-until';
import { turns } from '../../support/turns';

type Upgrade = (socket: Duplex, accept: () => Promise<WebSocket>, url: string) => void;

describe('connectWebSocket', () => {
  let server: Server;
  let onUpgrade: Upgrade;
  const raw = new Set<Duplex>();
  const sockets: Socket[] = [];

  beforeEach(async () => {
    const webSockets = new WebSocketServer({ noServer: true });
    server = createServer();
    server.on('upgrade', (request, socket: Duplex, head) => {
      raw.add(socket);
      socket.on('error', () => undefined);
      const accept = () =>
        new Promise<WebSocket>((resolve) => {
          webSockets.handleUpgrade(request, socket, head, resolve);
        });
      onUpgrade(socket, accept, request.url ?? '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const socket of raw) socket.destroy();
    raw.clear();
    await new Promise((resolve) => server.close(resolve));
  });
  leaveNothingOpen();

  /** Connects, and notes everything it is told. */
  function connect(headers: Record<string, string> = {}, host = '127.0.0.1') {
    const told: string[] = [];
    const ends: SocketEnd[] = [];
    const { port } = server.address() as AddressInfo;
    const socket = connectWebSocket(
      { url: `ws://${host}:${port}/path?model=m`, headers },
      {
        onOpen: () => told.push('open'),
        onText: (text) => told.push(`text ${text}`),
        onBinary: (byteLength) => told.push(`binary ${byteLength}`),
        onPong: () => told.push('pong'),
        onEnd: (end) => {
          told.push('end');
          ends.push(end);
        },
      },
    );
    sockets.push(socket);
    const end = async () => {
      await waitUntil(() => ends.length > 0, 'the end');
      return ends[0]!;
    };
    return { socket, told, ends, end };
  }

  it('distinguishes text from binary messages, though both arrive as buffers', async () => {
    onUpgrade = (_socket, accept) => {
      void accept().then((peer) => {
        peer.send('grüße');
        peer.send(Buffer.from('{"type":"error"}'));
        peer.close(4000, 'done');
      });
    };
    const { told, end } = connect();
    assert.deepEqual(await end(), { kind: 'closed', closeCode: 4000, reason: 'done' });
    assert.deepEqual(told, ['open', 'text grüße', 'binary 16', 'end']);
  });

  it('follows no redirect, which would carry the key to another host', async () => {
    const urls: string[] = [];
    onUpgrade = (socket, _accept, url) => {
      urls.push(url);
      const { port } = server.address() as AddressInfo;
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:${port}/other\r\nContent-Length: 0\r\n\r\n`);
    };
    const { end } = connect({ Authorization: 'Bearer sk-x' });
    assert.deepEqual(await end(), { kind: 'refused', httpStatus: 302, body: '' });
    assert.deepEqual(urls, ['/path?model=m']);
  });

  it("reads no more of a refusal's body than a message needs", async () => {
    onUpgrade = (socket) => {
      socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 100000000\r\n\r\n');
      socket.write('x'.repeat(100_000));
    };
    const end = await connect().end();
    assert.ok(end.kind === 'refused' && end.httpStatus === 403 && end.body.length < 200_000);
  });

  it('reports a refusal whose body is cut off', async () => {
    onUpgrade = (socket) => {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 1000\r\n\r\nNo API-key');
    };
    const end = await connect().end();
    assert.ok(end.kind === 'refused' && end.httpStatus === 401 && end.body === 'No API-key');
  });

  it('reports the end of a connection once, before and after the upgrade', async () => {
    onUpgrade = (socket) => socket.destroy();
    const early = connect();
    assert.equal((await early.end()).kind, 'failed');
    onUpgrade = (socket, accept) => {
      void accept().then(() => socket.destroy());
    };
    const late = connect();
    const end = await late.end();
    assert.ok(end.kind === 'closed' && end.closeCode === 1006);
    await turns();
    assert.equal(early.ends.length + late.ends.length, 2);
  });

  it('ends a connection on text that is no UTF-8, and on an oversized message', async () => {
    for (const junk of [Buffer.of(0xc3, 0x28), Buffer.alloc(5 * 1024 * 1024, 0x20)]) {
      onUpgrade = (_socket, accept) => {
        void accept().then((peer) => {
          peer.on('error', () => undefined);
          peer.send(junk, { binary: false });
        });
      };
      const end = await connect().end();
      assert.ok(end.kind === 'closed' && end.closeCode === 1006 && end.error, JSON.stringify(end));
    }
  });

  it('closes within a second, also where the peer does not answer', async () => {
    onUpgrade = (socket, accept) => {
      void accept().then((peer) => {
        peer.pause();
        socket.pause();
      });
    };
    const tookMs = await quickestMs(1500, async () => {
      const { socket, told, end } = connect();
      await waitUntil(() => told.includes('open'), 'the connection');
      socket.close();
      assert.equal((await end()).kind, 'closed');
    });
    assert.ok(tookMs < 1500, `took ${tookMs} ms`);
  });

  const states: [name: string, upgrade: Upgrade, ready: (told: string[]) => boolean][] = [
    ['while it connects', () => undefined, () => true],
    ['while the upgrade has no answer', () => undefined, () => raw.size > 0],
    ['while it is open', (_socket, accept) => void accept(), (told) => told.includes('open')],
  ];
  for (const [name, upgrade, ready] of states) {
    for (const way of ['destroy', 'close'] as const) {
      it(`can ${way} ${name} without throwing, and calls no handler after destroy()`, async () => {
        onUpgrade = upgrade;
        const { socket, told } = connect();
        await waitUntil(() => ready(told), 'the state');
        const before = told.length;
        socket[way]();
        if (way === 'close') await waitUntil(() => told.at(-1) === 'end', 'the end');
        socket.destroy();
        socket.close();
        socket.send('late');
        socket.ping();
        socket.destroy();
        await turns();
        assert.equal(told.length, before + (way === 'close' ? 1 : 0));
      });
    }
  }

  it('sends the given bytes, and says when the operating system has taken them', async () => {
    const received: string[] = [];
    onUpgrade = (_socket, accept) => {
      void accept().then((peer) =>
        peer.on('message', (data: Buffer, isBinary) =>
          received.push(isBinary ? `${data.length}` : data.toString()),
        ),
      );
    };
    const { socket, told } = connect();
    socket.send('too early');
    await waitUntil(() => told.includes('open'), 'the connection');
    let flushed = false;
    socket.send('text', () => (flushed = true));
    const audio = Buffer.alloc(100, 1);
    socket.send(audio);
    audio.fill(2);
    await waitUntil(() => received.length === 2 && flushed, 'both messages');
    assert.deepEqual(received, ['text', '100']);
    assert.equal(socket.bufferedBytes, 0);
    socket.ping();
    await waitUntil(() => told.includes('pong'), 'the pong');
  });

  /** The first byte of the payload as it is on the wire, for a message that begins with `a`. */
  async function firstByteSent(host: string): Promise<number> {
    let sent: Buffer | undefined;
    onUpgrade = (socket, accept) => {
      // The bytes are read before the server gets them, because it removes the mask in place.
      socket.on('data', (bytes: Buffer) => (sent ??= Buffer.from(bytes)));
      void accept();
    };
    const { socket, told } = connect({}, host);
    await waitUntil(() => told.includes('open'), 'the connection');
    socket.send('a'.repeat(100));
    await waitUntil(() => sent !== undefined, 'the message');
    // Two bytes of head and four of the mask's key come before it.
    return sent?.[6] ?? NaN;
  }

  it('sends unmasked frames to this machine, where no proxy can read them', async () => {
    assert.equal(await firstByteSent('127.0.0.1'), 'a'.charCodeAt(0));
  });

  it('masks frames over an unencrypted network', async () => {
    // This is the same machine under an address that does not show it. One key in 256 leaves a byte unchanged.
    const bytes = [];
    for (let i = 0; i < 4; i += 1) bytes.push(await firstByteSent('0.0.0.0'));
    assert.ok(
      bytes.some((byte) => byte !== 'a'.charCodeAt(0)),
      String(bytes),
    );
  });
});
