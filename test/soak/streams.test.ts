import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { IExecuteFunctions } from 'n8n-workflow';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { decodeAudio } from '../../lib';
import type { AudioFormatHints, AudioSource } from '../../lib';
import { httpSource } from '../../lib/live/sources/http';
import type { AudioFeed, OpenPort, PortSource, StreamSource } from '../../lib/live/sources/source';
import { tcpSource } from '../../lib/live/sources/tcp';
import { udpSource } from '../../lib/live/sources/udp';
import { webSocketSource } from '../../lib/live/sources/websocket';
import { audioInput } from '../../nodes/n8n/shared/audio-input';
import { ffmpegPath } from '../support/audio-fixtures';
import { withEnvironment } from '../support/environment';
import { JFK_PCM } from '../support/jfk';
import { memoryAtRest } from '../support/process-measures';
import { waitUntil } from '../support/wait-until';

const CHUNK_BYTES = 32 * 1024;
const SECONDS_PER_HOUR = 3600;
const BYTES_PER_SECOND = 32_000;
const HOUR_BYTES = SECONDS_PER_HOUR * BYTES_PER_SECOND;
/** An hour of audio has 115 MB. */
const MAX_GROWTH_BYTES = 6 * 1024 * 1024;
const DATAGRAM_BYTES = 16_000;
const PORT = { host: '127.0.0.1', port: 0, maxSenders: 1, idleMs: 60_000, hints: {} };
const RAW: AudioFormatHints = { rate: 16_000, encoding: 's16le', isRecording: false };

/** This many bytes of endless speech, each chunk in memory of its own, as sockets deliver it. */
function* speech(bytes: number): Iterable<Buffer> {
  for (let given = 0; given < bytes; given += CHUNK_BYTES) {
    const from = given % (JFK_PCM.length - CHUNK_BYTES);
    const even = from - (from % 2);
    yield Buffer.from(JFK_PCM.subarray(even, even + Math.min(CHUNK_BYTES, bytes - given)));
  }
}

async function tell(socket: WebSocket): Promise<void> {
  for (const chunk of speech(HOUR_BYTES)) {
    const sent = new Promise<Error | undefined>((resolve) => {
      socket.send(chunk, resolve);
    });
    if (await sent) return;
  }
  socket.close(1000);
}

/** A datagram is lost while earlier ones are unread, so each is sent when the one before has been read. */
async function* inStep(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
  send: (datagram: Uint8Array) => Promise<void>,
): AsyncIterable<Uint8Array> {
  let given = 0;
  for await (const chunk of chunks) {
    yield chunk;
    given += bytes;
    if (given >= HOUR_BYTES) return;
    const from = given % (JFK_PCM.length - bytes);
    await send(JFK_PCM.subarray(from - (from % 2), from - (from % 2) + Math.min(bytes, HOUR_BYTES - given)));
  }
}

/** Decodes all of it, and compares the memory of the process early and at the end. */
async function growthOf(
  source: AudioSource,
  hints: AudioFormatHints,
): Promise<{ growth: number; seconds: number }> {
  let samples = 0;
  let early: number | undefined;
  let late = 0;
  for await (const pcm of decodeAudio(source, { strings: 'url', hints, rateHz: 16_000 })) {
    samples += pcm.length / 2;
    const seconds = samples / 16_000;
    if (early === undefined && seconds > SECONDS_PER_HOUR / 10) early = await memoryAtRest();
    else if (early !== undefined && late === 0 && seconds > 0.95 * SECONDS_PER_HOUR)
      late = await memoryAtRest();
  }
  return { growth: late - (early ?? 0), seconds: samples / 16_000 };
}

describe('an hour of a stream, as fast as it goes', function () {
  this.timeout(60_000);
  const closing: (() => void)[] = [];

  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  async function portOf(server: Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  async function opened(source: StreamSource): Promise<AudioSource> {
    const feed = await source.connect(new AbortController().signal);
    closing.push(() => void feed.close());
    return feed.chunks;
  }

  async function portWithFeed(source: PortSource): Promise<{ open: OpenPort; feed: Promise<AudioFeed> }> {
    let open: OpenPort | undefined;
    const feed = new Promise<AudioFeed>((resolve, reject) => {
      source
        .listen({ onFeed: resolve, onWarning: () => undefined, onFailure: reject })
        .then((port) => (open = port), reject);
    });
    await waitUntil(() => open !== undefined, 'the port');
    closing.push(() => void open?.close());
    void feed.then((came) => closing.push(() => void came.close()));
    return { open: open!, feed };
  }

  const doors: [name: string, open: () => Promise<AudioSource>][] = [
    ['a readable stream', () => Promise.resolve(Readable.from(speech(HOUR_BYTES)))],
    ['a web stream', () => Promise.resolve(Readable.toWeb(Readable.from(speech(HOUR_BYTES))) as AudioSource)],
    [
      'an address',
      async () => {
        const server = createServer((_request, response) => {
          Readable.from(speech(HOUR_BYTES)).pipe(response);
        });
        return `http://127.0.0.1:${await portOf(server)}/`;
      },
    ],
    [
      'a device at the TCP port',
      async () => {
        const { open, feed } = await portWithFeed(tcpSource(PORT));
        const socket = connect(open.port, '127.0.0.1');
        closing.push(() => socket.destroy());
        Readable.from(speech(HOUR_BYTES)).pipe(socket);
        return (await feed).chunks;
      },
    ],
    [
      'a device at the UDP port',
      async () => {
        const { open, feed } = await portWithFeed(udpSource(PORT));
        const socket = createSocket('udp4');
        closing.push(() => socket.close());
        const send = (bytes: Uint8Array): Promise<void> =>
          new Promise((resolve) => {
            socket.send(bytes, open.port, '127.0.0.1', () => {
              resolve();
            });
          });
        await send(JFK_PCM.subarray(0, DATAGRAM_BYTES));
        return inStep((await feed).chunks, DATAGRAM_BYTES, send);
      },
    ],
    [
      'a WebSocket that is listened to',
      async () => {
        const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
        closing.push(() => {
          for (const client of server.clients) client.terminate();
          server.close();
        });
        server.on('connection', (socket) => void tell(socket));
        await once(server, 'listening');
        const address = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
        return opened(webSocketSource({ address, hints: RAW }));
      },
    ],
    [
      'a web radio that is listened to',
      async () => {
        const server = createServer((_request, response) => {
          response.writeHead(200, { 'content-type': 'audio/L16;rate=16000' });
          Readable.from(speech(HOUR_BYTES)).pipe(response);
        });
        return opened(httpSource({ address: `http://127.0.0.1:${await portOf(server)}/`, stallMs: 10_000 }));
      },
    ],
    [
      "a file of n8n's storage",
      async () => {
        const folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-hour-'));
        closing.push(() => {
          rmSync(folder, { recursive: true, force: true });
        });
        const file = path.join(folder, 'binary_data');
        await pipeline(Readable.from(speech(HOUR_BYTES)), createWriteStream(file));
        const helpers = {
          assertBinaryData: () => ({ id: 'filesystem-v2:1', mimeType: 'audio/L16', data: '' }),
          getBinaryStream: () => Promise.resolve(createReadStream(file)),
        };
        const getNodeParameter = (_name: string, _item: number, fallback: unknown) => fallback;
        const context = { helpers, getNodeParameter } as unknown as IExecuteFunctions;
        return (await audioInput(context, 0)).audio;
      },
    ],
  ];
  for (const [name, open] of doors) {
    it(`leaves nothing in memory: ${name}`, async () => {
      const { growth, seconds } = await growthOf(await open(), RAW);
      assert.equal(Math.round(seconds), SECONDS_PER_HOUR);
      assert.ok(growth < MAX_GROWTH_BYTES, `grew by ${growth} bytes`);
    });
  }

  it('leaves nothing in memory: what ffmpeg decodes', async () => {
    await withEnvironment({ FFMPEG_PATH: ffmpegPath() }, async () => {
      // G.722 has a quarter of the bytes, and every byte is valid.
      const source = Readable.from(speech(HOUR_BYTES / 4));
      const { growth, seconds } = await growthOf(source, { fileName: 'a.g722', isRecording: true });
      assert.ok(seconds > 0.99 * SECONDS_PER_HOUR, `${seconds} s`);
      assert.ok(growth < MAX_GROWTH_BYTES, `grew by ${growth} bytes`);
    });
  });
});
