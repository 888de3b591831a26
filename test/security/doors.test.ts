import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tcpSource } from '../../lib/live/sources/tcp';
import { udpSource } from '../../lib/live/sources/udp';
import { collectGarbage } from '../support/collect-garbage';
import { freePort } from '../support/live-audio';
import { useListening } from '../support/listening-rig';
import { REALTIME, ServiceBench } from '../support/local-service';
import { memoryAtRest } from '../support/process-measures';
import { answerTo, UPGRADE_HEADERS } from '../support/raw-http';
import { silence } from '../support/scripted-audio';
import { untilStill } from '../support/until-still';
import { waitUntil } from '../support/wait-until';

const MAX_GROWTH_BYTES = 40_000_000;

/** A stranger's request and the answer: a status, or nothing where the connection is closed. */
interface Attack {
  what: string;
  method?: string;
  target: string;
  headers?: Record<string, string>;
  answer: RegExp;
}

const EVIL = { ...UPGRADE_HEADERS, Origin: 'https://evil.example' };
const CLOSE = { Connection: 'close' };
const ATTACKS: Attack[] = [
  { what: 'a plain request', target: '/', headers: CLOSE, answer: /^HTTP\/1\.1 426 / },
  {
    what: 'a path out of the folder',
    target: '/../../../etc/passwd',
    headers: CLOSE,
    answer: /^HTTP\/1\.1 426 /,
  },
  {
    what: 'the same in another encoding',
    target: '/%2e%2e/%2e%2e/etc/passwd',
    headers: CLOSE,
    answer: /^HTTP\/1\.1 426 /,
  },
  { what: 'a path that is a host', target: '//evil.example/', headers: CLOSE, answer: /^HTTP\/1\.1 426 / },
  {
    what: 'a request for another server',
    target: 'http://evil.example/',
    headers: CLOSE,
    answer: /^HTTP\/1\.1 426 /,
  },
  ...['TRACE', 'PUT', 'DELETE', 'PATCH'].map((method) => ({
    what: `the method ${method}`,
    method,
    target: '/',
    headers: CLOSE,
    answer: /^HTTP\/1\.1 426 /,
  })),
  {
    what: 'a tunnel',
    method: 'CONNECT',
    target: 'evil.example:25',
    headers: CLOSE,
    answer: /^(HTTP\/1\.1 40\d |$)/,
  },
  { what: 'a web page of another host', target: REALTIME, headers: EVIL, answer: /^HTTP\/1\.1 403 / },
  { what: 'no key', target: REALTIME, headers: UPGRADE_HEADERS, answer: /^HTTP\/1\.1 401 / },
  {
    what: 'a wrong key',
    target: REALTIME,
    headers: { ...UPGRADE_HEADERS, Authorization: 'Bearer sk-wrong' },
    answer: /^HTTP\/1\.1 40[13] /,
  },
  {
    what: 'an address that is too long',
    target: `/${'x'.repeat(100_000)}`,
    headers: CLOSE,
    answer: /^HTTP\/1\.1 431 /,
  },
  {
    what: 'a header that is too long',
    target: '/',
    headers: { ...CLOSE, A: 'x'.repeat(100_000) },
    answer: /^HTTP\/1\.1 431 /,
  },
  {
    what: 'a length and chunks at once',
    method: 'POST',
    target: '/',
    headers: { ...CLOSE, 'Content-Length': '5', 'Transfer-Encoding': 'chunked' },
    answer: /^(HTTP\/1\.1 40\d |$)/,
  },
];

describe('the local service under attack', () => {
  const bench = new ServiceBench();

  for (const { what, method = 'GET', target, headers = {}, answer } of ATTACKS) {
    it(`answers as it should: ${what}`, async () => {
      const service = await bench.start({ apiKey: 'sk-right' });
      const said = await answerTo(service.port, target, { method, headers });
      assert.match(said, answer);
      assert.ok(!said.includes('sk-right'));
      assert.doesNotMatch(said, /root:|node_modules|at .*\.[jt]s:\d+/);
      await (
        await bench.connect(service, REALTIME, { authorization: 'Bearer sk-right' })
      ).next('session.created');
    });
  }

  it('keeps its memory under requests that are never ended, and serves others meanwhile', async () => {
    const service = await bench.start({ apiKey: 'sk-right' });
    await collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const open: Socket[] = [];
    for (let count = 0; count < 200; count += 1) {
      const socket = connect(service.port, '127.0.0.1').on('error', () => undefined);
      // Half of them are silent; the others begin a request and never end it.
      if (count % 2 === 0) socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-');
      open.push(socket);
    }
    await (
      await bench.connect(service, REALTIME, { authorization: 'Bearer sk-right' })
    ).next('session.created');
    await collectGarbage();
    assert.ok(process.memoryUsage().heapUsed - before < MAX_GROWTH_BYTES);
    for (const socket of open) socket.destroy();
  });
});

describe("a trigger's ports under attack", () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  const { rig, listen } = useListening();
  const OPTIONS = { host: '127.0.0.1', maxSenders: 5, idleMs: 300, hints: { rate: 16_000 } };

  it('turn away what is no audio and what stays silent, and hear a device afterwards (TCP)', async () => {
    await rig.serve({ utterances: ['Hello.'], loop: true });
    const port = await freePort();
    const { listening, texts, failures } = listen(tcpSource({ ...OPTIONS, port }));
    await listening.start();
    const garbage = [
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
      '\x16\x03\x01\x02\0',
      '<!doctype html><html>',
      '\0'.repeat(10),
      '',
    ];
    for (const bytes of garbage) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      socket.write(Buffer.from(bytes, 'latin1'));
      sockets.push(socket);
    }
    await waitUntil(
      () => sockets.every(({ destroyed, readableEnded }) => destroyed || readableEnded),
      'them to be gone',
    );
    const device = connect(port, '127.0.0.1');
    sockets.push(device);
    device.end(silence(700));
    await waitUntil(() => texts().includes('Hello.'), 'the device');
    assert.deepEqual(failures, []);
  });

  it('hold devices back that send more than the service takes, slowly or at once (TCP)', async () => {
    // The first connection checks the key.
    const hung = Array.from({ length: OPTIONS.maxSenders }, () => ({ upgrade: { hang: true as const } }));
    await rig.serve({ connections: [{}, ...hung] });
    const port = await freePort();
    const { listening } = listen(tcpSource({ ...OPTIONS, idleMs: 60_000, port }));
    await listening.start();
    const before = await memoryAtRest();
    const block = Buffer.alloc(256 * 1024, 1);
    for (let count = 0; count < OPTIONS.maxSenders; count += 1) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      sockets.push(socket);
      const write = (): void => {
        while (!socket.destroyed && socket.bytesWritten < 200_000_000 && socket.write(block));
        socket.once('drain', write);
      };
      write();
    }
    const written = () => sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
    await untilStill(written, 'all of them to be held back');
    const growth = (await memoryAtRest()) - before;
    // A minute of audio waits in each session, beside what sockets buffer.
    assert.ok(growth < OPTIONS.maxSenders * MAX_GROWTH_BYTES, `${growth} bytes`);
  });

  it('hear a device once those are gone that hold all places and say no token (TCP)', async () => {
    await rig.serve({ utterances: ['Hello.'], loop: true });
    const port = await freePort();
    const { listening, texts } = listen(tcpSource({ ...OPTIONS, port, token: 'sesame' }));
    await listening.start();
    const strangers = Array.from({ length: OPTIONS.maxSenders }, (_, count) => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      if (count % 2 === 0) socket.write('ses');
      return socket;
    });
    sockets.push(...strangers);
    strangers.forEach((socket) => socket.resume());
    // The wait for a token is no longer than the idle time of a sender.
    await waitUntil(() => strangers.every(({ destroyed }) => destroyed), 'them to be gone');
    const device = connect(port, '127.0.0.1');
    sockets.push(device);
    device.end(Buffer.concat([Buffer.from('sesame\n'), silence(700)]));
    await waitUntil(() => texts().includes('Hello.'), 'the device');
  });

  it('hold a bounded number of senders and bytes (UDP)', async () => {
    await rig.serve({ utterances: ['Hello.'], loop: true });
    const port = await freePort();
    const { listening, failures } = listen(udpSource({ ...OPTIONS, idleMs: 60_000, port }));
    await listening.start();
    const before = await memoryAtRest();
    const senders = Array.from({ length: 40 }, () => createSocket('udp4'));
    try {
      for (const sender of senders) {
        for (let count = 0; count < 20; count += 1) {
          await new Promise((resolve) => {
            sender.send(Buffer.alloc(1400, count), port, '127.0.0.1', resolve);
          });
        }
      }
      assert.ok((await memoryAtRest()) - before < MAX_GROWTH_BYTES);
      // As many as may send, and the one that checked the key.
      assert.ok(rig.service.sessions.length <= OPTIONS.maxSenders + 1);
      assert.deepEqual(failures, []);
    } finally {
      for (const sender of senders) sender.close();
    }
  });
});
