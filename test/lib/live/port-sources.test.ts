import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { PortSource } from '../../../lib/live/sources/source';
import { tcpSource } from '../../../lib/live/sources/tcp';
import type { PortSourceOptions, TcpSourceOptions } from '../../../lib/live/sources/tcp';
import { udpSource } from '../../../lib/live/sources/udp';
import { JFK_PCM } from '../../support/jfk';
import { leaveNothingOpen } from '../../support/open-resources';
import { standStill } from '../../support/stand-still';
import { waitUntil } from '../../support/wait-until';
import {
  bytesOf,
  openPort,
  useLiveServers,
  type LiveServers,
  type PortRecord,
} from '../../support/live-servers';

const OPTIONS: PortSourceOptions = {
  host: '127.0.0.1',
  port: 0,
  maxSenders: 2,
  idleMs: 5000,
  hints: { rate: 16_000 },
};

/** Opens the source; it is closed with the servers of the test. */
async function listenUntilEnd(servers: LiveServers, source: PortSource): Promise<PortRecord> {
  const record = await openPort(source);
  servers.keep({
    close: async () => {
      for (const feed of record.feeds) await feed.close();
      await record.open.close();
    },
  });
  return record;
}

describe('a TCP port', () => {
  const servers = useLiveServers();
  const devices: Socket[] = [];
  afterEach(() => {
    for (const device of devices.splice(0)) device.destroy();
  });
  leaveNothingOpen();

  const listen = (options: Partial<TcpSourceOptions> = {}) =>
    listenUntilEnd(servers, tcpSource({ ...OPTIONS, ...options }));

  function device(port: number): Socket {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    devices.push(socket);
    return socket;
  }

  it('gives each connection as a stream of its own, from its beginning to its end', async () => {
    const { open, feeds } = await listen();
    device(open.port).end(JFK_PCM.subarray(0, 50_000));
    device(open.port).end(JFK_PCM.subarray(50_000, 60_000));
    await waitUntil(() => feeds.length === 2, 'both devices');
    const lengths = await Promise.all(feeds.map(async (feed) => (await bytesOf(feed)).length));
    assert.deepEqual(lengths.sort(), [10_000, 50_000]);
    assert.match(feeds[0]!.sender, /^127\.0\.0\.1:\d+$/);
  });

  it('turns away more than its cap, and says so', async () => {
    const { open, feeds, warnings } = await listen();
    device(open.port);
    device(open.port);
    await waitUntil(() => feeds.length === 2, 'both devices');
    const third = device(open.port);
    await new Promise((resolve) => third.once('close', resolve));
    assert.equal(feeds.length, 2);
    assert.match(warnings[0]!, /2 devices send already/);
  });

  it('ends the stream of a device that falls silent, and of one whose connection breaks', async () => {
    const { open, feeds } = await listen({ idleMs: 50 });
    device(open.port);
    await waitUntil(() => feeds.length === 1, 'the device');
    assert.equal((await bytesOf(feeds[0]!)).length, 0);
    const patient = await listen();
    const broken = device(patient.open.port);
    broken.write(Buffer.alloc(10));
    await waitUntil(() => patient.feeds.length === 1, 'the device');
    const read = bytesOf(patient.feeds[0]!);
    broken.resetAndDestroy();
    await assert.rejects(read, { code: 'CONNECTION_LOST' });
  });

  it('lets a device wait whose audio is not read, and ends its stream when it falls silent behind that', async () => {
    const { open, feeds } = await listen({ idleMs: 100 });
    const pcm = Buffer.alloc(1_000_000, 7);
    device(open.port).write(pcm);
    await waitUntil(() => feeds.length === 1, 'the device');
    let bytes = 0;
    for await (const chunk of feeds[0]!.chunks) {
      if (bytes === 0) {
        const beganMs = performance.now();
        await waitUntil(() => performance.now() - beganMs > 350, 'three times the idle time');
      }
      bytes += chunk.length;
    }
    assert.equal(bytes, pcm.length);
  });

  it('hears a device whose audio came while the program stood still for longer than the idle time', async () => {
    const { open, feeds } = await listen({ idleMs: 100 });
    const sender = device(open.port);
    await waitUntil(() => feeds.length === 1, 'the device');
    const read = bytesOf(feeds[0]!);
    sender.write(Buffer.alloc(1000));
    standStill(300);
    assert.equal((await read).length, 1000);
  });

  it('takes audio from allowed senders, and turns others away with one warning', async () => {
    const { open, feeds, warnings } = await listen({ allowedSenders: ['192.0.2.7', '198.51.100.0/24'] });
    for (let i = 0; i < 3; i++) {
      const stranger = device(open.port);
      stranger.write(Buffer.alloc(100));
      await new Promise((resolve) => stranger.once('close', resolve));
    }
    assert.deepEqual(warnings, ['127.0.0.1 was turned away: it is not among the senders that are allowed.']);
    assert.equal(feeds.length, 0);
    const here = await listen({ allowedSenders: ['127.0.0.0/8'] });
    device(here.open.port).end(Buffer.alloc(100));
    await waitUntil(() => here.feeds.length === 1, 'the device');
  });

  it('takes the audio after the right token, also where it comes in pieces', async () => {
    const { open, feeds, warnings } = await listen({ token: 'sesame' });
    device(open.port).end(Buffer.concat([Buffer.from('sesame\n'), JFK_PCM.subarray(0, 5000)]));
    const slow = device(open.port);
    slow.write('ses');
    await waitUntil(() => feeds.length === 1, 'the first device');
    slow.end(Buffer.concat([Buffer.from('ame\n'), JFK_PCM.subarray(0, 300)]));
    await waitUntil(() => feeds.length === 2, 'the second device');
    assert.deepEqual(await bytesOf(feeds[0]!), JFK_PCM.subarray(0, 5000));
    assert.deepEqual(await bytesOf(feeds[1]!), JFK_PCM.subarray(0, 300));
    assert.deepEqual(warnings, []);
  });

  it('closes connections with a wrong token, a part of it or none, with one warning that has no token', async () => {
    const { open, feeds, warnings } = await listen({ token: 'sesame', idleMs: 50, maxSenders: 9 });
    for (const bytes of ['SESAME\n', 'sesame!\n', 'sesam', 'GET / HTTP/1.1\r\n\r\n', '']) {
      const stranger = device(open.port);
      if (bytes) stranger.write(bytes);
      await new Promise((resolve) => stranger.once('close', resolve));
    }
    assert.equal(feeds.length, 0);
    assert.deepEqual(warnings, ['127.0.0.1 was turned away: it did not begin with the token.']);
  });

  it('closes with connections that have not sent their token yet', async () => {
    const { open, warnings } = await listen({ token: 'sesame' });
    const waiting = device(open.port);
    await new Promise((resolve) => waiting.once('connect', resolve));
    const gone = new Promise((resolve) => waiting.once('close', resolve));
    await open.close();
    await gone;
    assert.deepEqual(warnings, []);
  });

  it('says why a port cannot be opened', async () => {
    const { open } = await listen();
    await assert.rejects(listen({ port: open.port }), { code: 'INVALID_OPTION', message: /already/ });
    await assert.rejects(listen({ host: '192.0.2.1' }), { message: /no address of this machine/ });
  });
});

describe('a UDP port', () => {
  const servers = useLiveServers();
  const devices: ReturnType<typeof createSocket>[] = [];
  afterEach(() => {
    for (const device of devices.splice(0)) device.close();
  });
  leaveNothingOpen();

  const listen = (options: Partial<PortSourceOptions> = {}) =>
    listenUntilEnd(servers, udpSource({ ...OPTIONS, ...options }));

  /** Sends one datagram, and waits until it is on its way. */
  function device(port: number): (datagram: Uint8Array) => Promise<void> {
    const socket = createSocket('udp4');
    devices.push(socket);
    return (datagram) =>
      new Promise((resolve) => {
        socket.send(datagram, port, '127.0.0.1', () => {
          resolve();
        });
      });
  }

  it('takes datagrams from allowed senders only', async () => {
    const { open, feeds, warnings } = await listen({ allowedSenders: ['192.0.2.7'] });
    const send = device(open.port);
    for (let i = 0; i < 3; i++) await send(Buffer.alloc(100));
    await waitUntil(() => warnings.length > 0, 'the warning');
    assert.match(warnings[0]!, /127\.0\.0\.1 was turned away/);
    assert.equal(feeds.length, 0);
  });

  it('gives the datagrams of one address as one stream, which an empty datagram ends', async () => {
    const { open, feeds } = await listen();
    const [first, second] = [device(open.port), device(open.port)];
    await first(Buffer.alloc(320, 1));
    await waitUntil(() => feeds.length === 1, 'the first device');
    await second(Buffer.alloc(640, 2));
    await first(Buffer.alloc(320, 1));
    await first(Buffer.alloc(0));
    await second(Buffer.alloc(0));
    await waitUntil(() => feeds.length === 2, 'both devices');
    const [a, b] = await Promise.all(feeds.map(bytesOf));
    assert.deepEqual(a, Buffer.alloc(640, 1));
    assert.deepEqual(b, Buffer.alloc(640, 2));
  });

  it('keeps the next stream of an address whose last one is still being read', async () => {
    const { open, feeds } = await listen();
    const send = device(open.port);
    await send(Buffer.alloc(320, 1));
    await send(Buffer.alloc(0));
    await send(Buffer.alloc(320, 2));
    await waitUntil(() => feeds.length === 2, 'both streams');
    // Its reader lets go of it when it has read all.
    assert.equal((await bytesOf(feeds[0]!)).length, 320);
    await feeds[0]!.close();
    await send(Buffer.alloc(320, 2));
    await send(Buffer.alloc(0));
    assert.equal((await bytesOf(feeds[1]!)).length, 640);
    assert.equal(feeds.length, 2);
  });

  it('ends a stream by silence, and begins another with what comes after it', async () => {
    const { open, feeds } = await listen({ idleMs: 50 });
    const send = device(open.port);
    await send(Buffer.alloc(320));
    await waitUntil(() => feeds.length === 1, 'the device');
    assert.equal((await bytesOf(feeds[0]!)).length, 320);
    await send(Buffer.alloc(320));
    await waitUntil(() => feeds.length === 2, 'the device again');
  });

  it('turns away more senders than its cap, and says so once each', async () => {
    const { open, feeds, warnings } = await listen();
    for (let i = 0; i < 2; i++) await device(open.port)(Buffer.alloc(320));
    await waitUntil(() => feeds.length === 2, 'both devices');
    const third = device(open.port);
    for (let i = 0; i < 5; i++) await third(Buffer.alloc(320));
    await waitUntil(() => warnings.length === 1, 'the warning');
    assert.equal(feeds.length, 2);
  });

  it('turns away more senders than its cap, and says so again where there was room meanwhile', async () => {
    const { open, feeds, warnings } = await listen();
    const full = async (count: number) => {
      const senders = [device(open.port), device(open.port)];
      for (const send of senders) await send(Buffer.alloc(320));
      await waitUntil(() => feeds.length === count, 'both devices');
      for (let i = 0; i < 3; i++) await device(open.port)(Buffer.alloc(320));
      return senders;
    };
    const [first, second] = await full(2);
    await waitUntil(() => warnings.length === 2, 'as many warnings as senders');
    await first!(Buffer.alloc(0));
    await second!(Buffer.alloc(0));
    await Promise.all(feeds.map(bytesOf));
    await full(4);
    await waitUntil(() => warnings.length === 4, 'warnings again');
  });

  it('keeps the newest datagrams when nobody reads, and warns once that some are lost', async () => {
    const { open, feeds, warnings } = await listen();
    const send = device(open.port);
    const piece = 32 * 1024;
    // Datagrams that the system drops never arrive here, so the test sends until the queue is full.
    for (let i = 0; i < 400 && warnings.length === 0; i++) {
      await send(Buffer.alloc(piece, i % 256));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.match(warnings[0]!, /faster than/);
    await send(Buffer.alloc(0));
    let length = 0;
    for await (const chunk of feeds[0]!.chunks) length += chunk.length;
    assert.ok(length > 0 && length <= 1024 * 1024);
    assert.equal(warnings.length, 1);
  });

  it('says why a port cannot be opened', async () => {
    const { open } = await listen();
    await assert.rejects(listen({ port: open.port }), { code: 'INVALID_OPTION', message: /already/ });
  });
});
