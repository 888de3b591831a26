import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket, { WebSocketServer } from 'ws';
import type { AddressInfo } from 'node:net';
import { scaledClock } from '../support/clocks';
import { leaveNothingOpen } from '../support/open-resources';
import { waitUntil } from '../support/wait-until';
import { FaultProxy } from './fault-proxy';
import type { Fault } from './fault-proxy';

describe('the proxy that makes the network fail', () => {
  let server: WebSocketServer;
  let proxy: FaultProxy;
  let client: WebSocket;
  let served: WebSocket;
  const closes: { client?: number; service?: number } = {};
  const heard: string[] = [];

  /** A client and a server that answers each message with the same. */
  async function start(...faults: Fault[]): Promise<void> {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    server.on('connection', (socket) => {
      served = socket;
      socket.on('error', () => undefined);
      socket.on('message', (data, isBinary) => {
        socket.send(data, { binary: isBinary });
      });
      socket.on('close', (code) => (closes.service = code));
    });
    const { port } = server.address() as AddressInfo;
    proxy = await FaultProxy.start({ port, planFor: () => ({ faults }), clock: scaledClock(20) });
    client = new WebSocket(proxy.url, { perMessageDeflate: false });
    client.on('error', () => undefined);
    client.on('close', (code) => (closes.client = code));
    client.on('message', (data: Buffer) => heard.push(data.toString()));
    await once(client, 'open');
  }

  /** Sends texts of 100 letters until something ends the connection. */
  async function talk(): Promise<void> {
    const timer = setInterval(() => {
      if (client.readyState === WebSocket.OPEN) client.send('a'.repeat(100));
    }, 1);
    try {
      await waitUntil(
        () => closes.client !== undefined && closes.service !== undefined,
        'both ends to close',
      );
    } finally {
      clearInterval(timer);
    }
  }

  /** A second call finds nothing left to end. */
  async function stop(): Promise<void> {
    client.terminate();
    served.terminate();
    await proxy.close();
    await new Promise((resolve) => {
      server.close(resolve);
    });
    delete closes.client;
    delete closes.service;
    heard.length = 0;
  }

  afterEach(stop);
  leaveNothingOpen();

  it('carries everything both ways where nothing is planned', async () => {
    await start();
    for (const text of ['one', 'two', 'x'.repeat(200_000)]) client.send(text);
    await waitUntil(() => heard.length === 3, 'the answers');
    assert.equal(heard[2]?.length, 200_000);
    client.close(1000);
    await once(client, 'close');
    assert.deepEqual(closes.client, 1000);
    assert.ok(proxy.carried.up > 200_000);
    assert.ok(proxy.carried.down > 200_000);
  });

  it('cuts and resets after the bytes that were asked for, for both ends', async () => {
    await start({ do: 'cut', direction: 'up', afterBytes: 3000 });
    await talk();
    assert.deepEqual(closes, { client: 1006, service: 1006 });
    assert.deepEqual(proxy.happened, ['0 cut up 3000']);
    await stop();

    await start({ do: 'reset', direction: 'down', afterBytes: 2000 });
    await talk();
    assert.deepEqual(proxy.happened, ['0 reset down 2000']);
  });

  it('corrupts in either direction so that the other end notices', async () => {
    for (const direction of ['up', 'down'] as const) {
      await start({ do: 'corrupt', direction, afterBytes: 2000 });
      await talk();
      assert.match(proxy.happened[0] ?? '', new RegExp(`^0 corrupt ${direction} `));
      assert.ok(heard.every((text) => text === 'a'.repeat(100)));
      await stop();
    }
  });

  it('puts a message that is no JSON, or a close frame, between two others', async () => {
    await start(
      { do: 'garbage', direction: 'down', afterBytes: 1000 },
      { do: 'close', direction: 'down', afterBytes: 3000, code: 1012 },
    );
    await talk();
    assert.equal(closes.client, 1012);
    assert.equal(heard.filter((text) => text !== 'a'.repeat(100)).length, 1);
  });

  it('leaves a link half open: neither end receives anything, and neither is closed', async () => {
    await start({ do: 'halfOpen', direction: 'up', afterBytes: 1000 });
    const { port } = server.address() as AddressInfo;
    for (let i = 0; i < 20; i++) client.send('a'.repeat(100));
    await waitUntil(() => proxy.happened.length === 1, 'the fault');
    // A message that does not pass the proxy shows that both ends have had time to react.
    const probe = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(probe, 'open');
    probe.terminate();
    assert.ok(heard.length < 10);
    assert.deepEqual(closes, {});
    assert.equal(client.readyState, WebSocket.OPEN);
  });

  it('delays and throttles on its clock, and loses nothing', async () => {
    await start(
      { do: 'delay', direction: 'up', afterBytes: 500, ms: 1000 },
      { do: 'throttle', direction: 'down', afterBytes: 1000, bytesPerSecond: 2000 },
    );
    for (let i = 0; i < 20; i++) client.send(String(i));
    await waitUntil(() => heard.length === 20, 'all of it');
    assert.deepEqual(
      heard,
      Array.from({ length: 20 }, (_, index) => String(index)),
    );
  });

  it('refuses connections', async () => {
    await start();
    const refusing = await FaultProxy.start({
      port: 1,
      planFor: () => ({ refuse: true, faults: [] }),
      clock: scaledClock(1),
    });
    const refused = new WebSocket(refusing.url);
    await assert.rejects(once(refused, 'open'));
    assert.equal(refusing.accepted, 1);
    await refusing.close();
  });
});
