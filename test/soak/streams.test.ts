import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { decodeAudio } from '../../lib';
import type { AudioFormatHints, AudioSource } from '../../lib';
import { ffmpegPath } from '../support/audio-fixtures';
import { collectGarbage } from '../support/collect-garbage';
import { withEnvironment } from '../support/environment';
import { JFK_PCM } from '../support/jfk';

const CHUNK_BYTES = 32 * 1024;
const SECONDS_PER_HOUR = 3600;
const BYTES_PER_SECOND = 32_000;
const HOUR_BYTES = SECONDS_PER_HOUR * BYTES_PER_SECOND;
/** An hour has 115 MB. */
const MAX_GROWTH_BYTES = 6 * 1024 * 1024;
const RAW: AudioFormatHints = { rate: 16_000, encoding: 's16le', isRecording: false };

/** So many bytes of speech without end, each chunk in memory of its own, as sockets give them. */
function* speech(bytes: number): Iterable<Buffer> {
  for (let given = 0; given < bytes; given += CHUNK_BYTES) {
    const from = given % (JFK_PCM.length - CHUNK_BYTES);
    const even = from - (from % 2);
    yield Buffer.from(JFK_PCM.subarray(even, even + Math.min(CHUNK_BYTES, bytes - given)));
  }
}

/** Decodes all of it, and compares what the process holds early with what it holds at the end. */
async function growthOf(
  source: AudioSource,
  hints: AudioFormatHints,
): Promise<{ growth: number; seconds: number }> {
  let samples = 0;
  let early: number | undefined;
  let late = 0;
  const look = async (): Promise<number> => {
    // What the first collection finds, the system has back only after another.
    await collectGarbage();
    await collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  for await (const pcm of decodeAudio(source, { strings: 'url', hints, rateHz: 16_000 })) {
    samples += pcm.length / 2;
    const seconds = samples / 16_000;
    if (early === undefined && seconds > SECONDS_PER_HOUR / 10) early = await look();
    else if (early !== undefined && late === 0 && seconds > 0.95 * SECONDS_PER_HOUR) late = await look();
  }
  return { growth: late - (early ?? 0), seconds: samples / 16_000 };
}

describe('an hour of a stream, as fast as it goes', function () {
  this.timeout(60_000);
  const closing: (() => void)[] = [];

  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  async function portOf(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    return (server.address() as AddressInfo).port;
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
      'a TCP connection',
      async () => {
        const server = createTcpServer((socket) => {
          Readable.from(speech(HOUR_BYTES)).pipe(socket);
        });
        return connect(await portOf(server), '127.0.0.1');
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
      // G.722 has a quarter of the bytes, and takes any.
      const source = Readable.from(speech(HOUR_BYTES / 4));
      const { growth, seconds } = await growthOf(source, { fileName: 'a.g722', isRecording: true });
      assert.ok(seconds > 0.99 * SECONDS_PER_HOUR, `${seconds} s`);
      assert.ok(growth < MAX_GROWTH_BYTES, `grew by ${growth} bytes`);
    });
  });
});
