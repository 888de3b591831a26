import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { satelliteSource } from '../../lib/live/sources/satellite';
import { collectGarbage } from '../support/collect-garbage';
import { useListening } from '../support/listening-rig';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { takeEvent, wyomingEvent } from '../support/wyoming-client';
import { WyomingSatellite } from '../support/wyoming-satellite';

const MAX_GROWTH_BYTES = 40_000_000;
const INFO = wyomingEvent('info', { satellite: { name: 'kitchen' } });
const CHUNK = { rate: 16_000, width: 2, channels: 1 };

/** What a satellite of a stranger may do on its connections, which it answers itself. */
interface Stranger {
  port: number;
  sockets: Socket[];
}

describe('a Wyoming satellite that means harm', () => {
  const servers: [Server, Socket[]][] = [];
  const satellites: WyomingSatellite[] = [];
  afterEach(async () => {
    for (const satellite of satellites.splice(0)) await satellite.close();
    for (const [server, sockets] of servers.splice(0)) {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  // Registered behind, because it looks for what is left open.
  const { rig, listen } = useListening();

  async function stranger(onSocket: (socket: Socket, count: number) => void): Promise<Stranger> {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      // It sees the end of a connection only where it reads.
      socket.on('error', () => undefined).resume();
      onSocket(socket, sockets.length);
    });
    servers.push([server, sockets]);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { port: (server.address() as AddressInfo).port, sockets };
  }

  const REFUSED: [what: string, bytes: Buffer, said: RegExp][] = [
    ['a header without end', Buffer.alloc(200_000, 0x61), /larger line/],
    [
      'an announced payload without bounds',
      Buffer.from('{"type":"audio-chunk","payload_length":99999999999}\n'),
      /larger payload_length/,
    ],
    [
      'announced data without bounds',
      Buffer.from('{"type":"info","data_length":999999999}\n'),
      /larger data_length/,
    ],
    ['a negative length', Buffer.from('{"type":"info","data_length":-5}\n'), /"data_length"/],
    ['another protocol', Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), /object as JSON/],
    [
      'audio of an impossible format',
      Buffer.concat([INFO, wyomingEvent('audio-chunk', { ...CHUNK, rate: 1e9 }, Buffer.alloc(64))]),
      /1000 to 768000 Hz/,
    ],
  ];
  for (const [what, bytes, said] of REFUSED) {
    it(`is left at once: ${what}`, async () => {
      await rig.serve({ utterances: [] });
      const { port, sockets } = await stranger((socket) => socket.write(bytes));
      const { listening, failures, badItems, warnings } = listen(
        satelliteSource({ address: `127.0.0.1:${port}` }),
      );
      const started = listening.start().catch((error: unknown) => failures.push(error as never));
      await waitUntil(
        () => said.test([...[...failures, ...badItems].map(({ message }) => message), ...warnings].join()),
        'the reason',
      );
      await waitUntil(() => sockets[0]!.destroyed, 'the end of the connection');
      await listening.close();
      await started;
    });
  }

  it('does not make this side keep what is never whole: headers that go on, and payloads that stop', async () => {
    await rig.serve({ utterances: [] });
    const head = Buffer.from('{"type":"audio-chunk","payload_length":1048576}\n');
    const { port, sockets } = await stranger((socket) => {
      socket.write(Buffer.concat([INFO, head, Buffer.alloc(1_000_000)]));
    });
    await collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const { listening } = listen(satelliteSource({ address: `127.0.0.1:${port}`, pingMs: 200 }));
    await listening.start();
    // One that sends nothing more is lost at the second ping, whatever it had begun.
    await waitUntil(() => sockets.length > 5, 'connections again');
    await waitUntil(() => sockets.slice(0, 4).every(({ destroyed }) => destroyed), 'the ends of the former');
    await listening.close();
    await collectGarbage();
    assert.ok(process.memoryUsage().heapUsed - before < MAX_GROWTH_BYTES);
  });

  it('is given up when it takes the connection and says nothing', async () => {
    await rig.serve({ utterances: [] });
    const { port, sockets } = await stranger(() => undefined);
    const { listening } = listen(satelliteSource({ address: `127.0.0.1:${port}`, answerMs: 50 }));
    await assert.rejects(listening.start(), { code: 'CONNECTION_LOST', message: /did not answer/ });
    await waitUntil(() => sockets.every(({ destroyed }) => destroyed), 'the end of the connection');
  });

  it('is left when it asks and asks and reads no answer', async () => {
    await rig.serve({ utterances: [] });
    const ping = wyomingEvent('ping', { text: 'x'.repeat(100_000) });
    const { port, sockets } = await stranger((socket) => {
      socket.write(INFO);
      socket.pause();
      const ask = (): void => {
        while (!socket.destroyed && socket.write(ping));
      };
      socket.on('drain', ask);
      ask();
    });
    const { listening } = listen(satelliteSource({ address: `127.0.0.1:${port}` }));
    await listening.start();
    await waitUntil(() => sockets.length > 1, 'another connection', 20_000);
  }).timeout(30_000);

  it('waits with its audio and its pings while recognition is behind, and loses none of them', async () => {
    const satellite = new WyomingSatellite();
    satellites.push(satellite);
    const port = await satellite.listen();
    const source = satelliteSource({ address: `127.0.0.1:${port}`, pingMs: 200 });
    const feed = await source.connect(new AbortController().signal);
    try {
      await satellite.wait('run-satellite');
      const spoken = silence(60_000);
      for (let at = 0; at < spoken.length; at += 64_000) {
        satellite.send('audio-chunk', CHUNK, spoken.subarray(at, at + 64_000));
      }
      satellite.send('ping', { text: 'still there?' });
      const pings = satellite.of('ping').length;
      // Nothing of it is read, and it is not taken for lost.
      await satellite.wait('ping', pings + 5);
      assert.deepEqual(satellite.of('pong'), []);
      assert.equal(satellite.connections, 1);
      let bytes = 0;
      for await (const chunk of feed.chunks) {
        bytes += chunk.length;
        if (bytes === spoken.length) break;
      }
      assert.equal((await satellite.wait('pong'))[0]!.data.text, 'still there?');
      assert.equal(satellite.connections, 1);
    } finally {
      await feed.close();
    }
  });

  it('gets no more than the program’s own words: nothing of the machine, the service or the key', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    let heard = Buffer.alloc(0);
    const { port } = await stranger((socket) => {
      socket.on('data', (bytes) => (heard = Buffer.concat([heard, bytes])));
      socket.write(INFO);
      for (let count = 0; count < 60; count += 1)
        socket.write(wyomingEvent('audio-chunk', CHUNK, silence(50)));
    });
    const { listening, texts } = listen(
      satelliteSource({ address: `127.0.0.1:${port}` }),
      { apiKey: 'sk-secret' },
      100,
    );
    await listening.start();
    await waitUntil(() => texts().length > 0 && heard.includes('transcript'), 'the text');
    await listening.close();
    const types = new Set<string>();
    for (let taken = takeEvent(heard); taken; taken = takeEvent(taken.rest)) types.add(taken.event.type);
    assert.deepEqual(
      [...types].filter((type) => type !== 'ping').sort(),
      ['describe', 'pause-satellite', 'run-satellite', 'transcript'].sort(),
    );
    assert.ok(!heard.includes('sk-secret'));
  });
});
