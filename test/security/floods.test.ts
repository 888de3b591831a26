import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { REALTIME, ServiceBench } from '../support/local-service';
import { memoryAtRest } from '../support/process-measures';
import { UPGRADE_HEADERS } from '../support/raw-http';
import { untilStill } from '../support/until-still';

const MAX_GROWTH_BYTES = 40_000_000;

/** A frame of a client with a mask of zeros (RFC 6455, 5.2). */
function frame(head: number, text: string): Buffer {
  const { length } = text;
  const size = length < 126 ? Buffer.of(0x80 | length) : Buffer.alloc(9, 0xff);
  if (length >= 126) size.writeBigUInt64BE(BigInt(length), 1);
  return Buffer.concat([Buffer.of(head), size, Buffer.alloc(4), Buffer.from(text)]);
}

describe('the local service under oversized and half-open connections', () => {
  const bench = new ServiceBench();
  const MIB = 1024 * 1024;
  const HUGE = Buffer.from([0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  const many = (bytes: Buffer): Buffer => Buffer.concat(Array<Buffer>(1000).fill(bytes));

  /** The bytes that one connection sends after its upgrade, as often as it can. */
  const FLOODS: [what: string, path: string, bytes: Buffer][] = [
    ['frames of Qwen that are too long', REALTIME, frame(0x81, 'x'.repeat(MIB))],
    ['frames of Qwen that are no JSON', REALTIME, many(frame(0x81, '{"type":'))],
    ['audio of Qwen without a configuration', REALTIME, frame(0x82, 'x'.repeat(64_000))],
    ['audio before a task', '/api-ws/v1/inference', frame(0x82, 'x'.repeat(64_000))],
    ['the head of a frame of 4 GiB', REALTIME, many(HUGE)],
    ['a message without an end', '/api-ws/v1/inference', frame(0x01, 'x'.repeat(MIB))],
  ];

  for (const [what, target, bytes] of FLOODS) {
    it(`keeps its memory, closes or holds a client back that never reads, and serves others: ${what}`, async () => {
      const service = await bench.start();
      const before = await memoryAtRest();
      const socket = connect(service.port, '127.0.0.1').on('error', () => undefined);
      const head = Object.entries({ Host: 'a', ...UPGRADE_HEADERS }).map(
        ([name, value]) => `${name}: ${value}`,
      );
      socket.write(`GET ${target} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`);
      let sent = 0;
      const flood = (): void => {
        while (!socket.destroyed && sent < 100 * MIB && socket.write(bytes)) sent += bytes.length;
        if (sent < 100 * MIB) socket.once('drain', flood);
      };
      flood();
      await untilStill(() => socket.bytesWritten, 'the flood to end');
      await (await bench.connect(service, REALTIME)).next('session.created');
      const growth = (await memoryAtRest()) - before;
      assert.ok(growth < MAX_GROWTH_BYTES, `${growth} bytes`);
      socket.destroy();
    });
  }

  it('serves others beside handshakes and bodies that never come to an end', async () => {
    const service = await bench.start();
    const open = Array.from({ length: 100 }, (_, index) => {
      const socket = connect(service.port, '127.0.0.1').on('error', () => undefined);
      const path = index % 2 === 0 ? REALTIME : '/api/v1/services/audio/asr/customization';
      const rest = index % 2 === 0 ? 'Upgrade: websocket\r\n' : 'Content-Length: 1000000000\r\n\r\n{"a":"';
      socket.write(`${index % 2 === 0 ? 'GET' : 'POST'} ${path} HTTP/1.1\r\nHost: a\r\n${rest}`);
      return socket;
    });
    await (await bench.connect(service, REALTIME)).next('session.created');
    for (const socket of open) socket.destroy();
  });
});
