import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tcpSource } from '../../../lib/live/sources/tcp';
import type { PortSourceOptions } from '../../../lib/live/sources/tcp';
import { udpSource } from '../../../lib/live/sources/udp';
import { freePort } from '../../support/live-audio';
import { useListening } from '../../support/listening-rig';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

describe('listening at a port', () => {
  const devices: Socket[] = [];
  afterEach(() => {
    for (const device of devices.splice(0)) device.destroy();
  });
  const { rig, listen } = useListening();

  const OPTIONS: PortSourceOptions = {
    host: '127.0.0.1',
    port: 0,
    maxSenders: 3,
    idleMs: 5000,
    hints: { rate: 8000 },
  };

  it('recognises each TCP connection apart, at its own rate, to its last word', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const port = await freePort();
    const { listening, events, texts, gone } = listen(tcpSource({ ...OPTIONS, port }));
    await listening.start();
    for (let i = 0; i < 2; i++) {
      const device = connect(port, '127.0.0.1');
      devices.push(device);
      // No silence follows the words: the end of the connection is the end of the sentence.
      device.end(silence(700, 8000));
    }
    await waitUntil(() => texts().length === 2, 'the sentences of both');
    const senders = new Set(events.flatMap(([event, sender]) => (event.type === 'final' ? [sender] : [])));
    assert.equal(senders.size, 2);
    await waitUntil(() => gone.length === 3, 'both to be gone, and what looked whether the key is right');
  });

  it('ends the sentence of a device that sends nothing behind it, and hears the next one', async () => {
    await rig.serve({ utterances: ['Hello.', 'Again.'] });
    const port = await freePort();
    const { listening, texts } = listen(tcpSource({ ...OPTIONS, port }), {}, 50);
    await listening.start();
    const device = connect(port, '127.0.0.1');
    devices.push(device);
    device.write(silence(700, 8000));
    await waitUntil(() => texts().length === 1, 'the sentence');
    device.write(silence(2000, 8000));
    await waitUntil(() => texts().length === 2, 'the next one');
    assert.deepEqual(texts(), ['Hello.', 'Again.']);
  });

  it('goes on hearing a device of which some audio was refused, and says how much that was', async () => {
    await rig.serve({ utterances: [] });
    const port = await freePort();
    const { listening, warnings } = listen(tcpSource({ ...OPTIONS, port }), {
      overload: 'fail',
      maxHeldAudioMs: 300,
      pace: { burstMs: 100, multiple: 1 },
    });
    await listening.start();
    const device = connect(port, '127.0.0.1');
    devices.push(device);
    device.write(silence(10_000, 8000));
    await waitUntil(
      () => warnings.some((message) => message.includes('This audio was not taken')),
      'a refusal',
    );
    const room = () => warnings.find((message) => message.startsWith('There is room'));
    await waitUntil(() => {
      device.write(silence(20, 8000));
      return room() !== undefined;
    }, 'room');
    assert.match(room()!, /\d+ ms were refused of 127\.0\.0\.1:\d+\.$/);
    assert.equal(device.destroyed, false);
  });

  it('recognises each UDP sender apart', async () => {
    await rig.serve({ utterances: ['Hello.'], loop: true });
    const port = await freePort();
    const { listening, texts, gone } = listen(udpSource({ ...OPTIONS, port }));
    await listening.start();
    const sockets = [createSocket('udp4'), createSocket('udp4')];
    for (const socket of sockets) {
      for (const part of [silence(400, 8000), silence(400, 8000), Buffer.alloc(0)]) {
        await new Promise((resolve) => {
          socket.send(part, port, '127.0.0.1', resolve);
        });
      }
    }
    await waitUntil(() => texts().length === 2, 'the sentences of both');
    await waitUntil(() => gone.length === 3, 'both to be gone');
    for (const socket of sockets) socket.close();
  });

  it('tells of a device that sends no audio, and goes on with the others', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const port = await freePort();
    const { listening, badItems, texts, failures } = listen(tcpSource({ ...OPTIONS, port }));
    await listening.start();
    const send = (bytes: Buffer | string): void => {
      devices.push(connect(port, '127.0.0.1').end(bytes));
    };
    send('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: scanner\r\n\r\n');
    await waitUntil(() => badItems.length === 1, 'the complaint');
    assert.match(badItems[0]!.message, /^127\.0\.0\.1:\d+ sent no usable audio\. .*text/);
    send('');
    send(silence(700, 8000));
    await waitUntil(() => texts().length === 1, 'the sentence');
    assert.equal(badItems.length, 1);
    assert.deepEqual(failures, []);
  });

  it('does not start with a wrong key or with a port that is taken', async () => {
    await rig.serve({}, { apiKey: 'right' });
    const port = await freePort();
    await assert.rejects(listen(tcpSource({ ...OPTIONS, port })).listening.start(), {
      code: 'AUTHENTICATION',
    });
    const key = { apiKey: 'right' };
    await listen(tcpSource({ ...OPTIONS, port }), key).listening.start();
    await assert.rejects(listen(tcpSource({ ...OPTIONS, port }), key).listening.start(), {
      message: /listens there already/,
    });
  });

  it('can be closed while devices send', async () => {
    await rig.serve({ utterances: ['Hello.'], loop: true });
    const port = await freePort();
    const { listening, texts } = listen(tcpSource({ ...OPTIONS, port }));
    await listening.start();
    const device = connect(port, '127.0.0.1').on('error', () => undefined);
    devices.push(device);
    device.write(silence(5000, 8000));
    await waitUntil(() => texts().length >= 1, 'a sentence');
    await listening.close();
  });
});
