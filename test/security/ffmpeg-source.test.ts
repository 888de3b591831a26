import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ffmpegSource } from '../../lib/live/sources/ffmpeg';
import type { FfmpegSourceOptions } from '../../lib/live/sources/ffmpeg';
import { ffmpegPath } from '../support/audio-fixtures';
import { leaveNothingOpen } from '../support/open-resources';
import { useLiveServers } from '../support/live-servers';
import { memoryAtRest } from '../support/process-measures';
import { untilStill } from '../support/until-still';

const JFK_FILE = path.join(__dirname, '../fixtures/jfk.wav');
const MAX_GROWTH_BYTES = 40_000_000;
const never = new AbortController().signal;

/** Inputs of somebody who may fill in the field: FILE is a file of this machine, OUT one that does not exist yet. */
const INPUTS: [input: string, format?: string][] = [
  ['anullsrc,ametadata=print:file=OUT', 'lavfi'],
  ['amovie=FILE', 'lavfi'],
  ['FILE', 'lavfi'],
  ['FILE', 's16le'],
  ['FILE', 'data'],
  ['FILE', 'concat'],
  ['FILE', 'image2'],
  ['FILE', 'oss'],
  ['FILE', 'alsa,lavfi'],
  ['FILE', 'ALSA '],
  ["file:'FILE'", 'alsa'],
  ['file:FILE', 'alsa'],
  ['tee:default,OUT,raw', 'alsa'],
  ['plug:tee:default,OUT,raw', 'alsa'],
  ['plug:{type file file "OUT"}', 'alsa'],
  ['FILE', 'pulse'],
  ['FILE', 'constructor'],
  ['FILE'],
  ['file:FILE'],
  ['file://FILE'],
  ['concat:FILE|FILE'],
  ['subfile,,start,0,end,100,,:FILE'],
  ['async:FILE'],
  ['cache:FILE'],
  ['crypto:FILE'],
  ['data:audio/wav;base64,AAAA'],
  ['pipe:0'],
  ['fd:'],
  ['unix:/run/x.sock'],
  ['tee:OUT'],
  ['async:http://127.0.0.1/'],
  ['concat:http://127.0.0.1/|FILE'],
  ['ffrtmphttp://127.0.0.1/'],
  ['gopher://127.0.0.1/'],
  ['ftp://127.0.0.1/'],
  ['-i FILE'],
  ['-version'],
  ['  '],
];

const SILENCE = /no audio for too long/;

/** The answer of the server at the address that the workflow names. */
const SERVERS: [what: string, answer: (response: ServerResponse) => void, why: RegExp][] = [
  ['nothing at all', () => undefined, SILENCE],
  [
    'a head without an end',
    (response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\nX-');
    },
    SILENCE,
  ],
  [
    'the beginning of a recording, and then silence',
    (response) => {
      response.write('RIFF\0\0\0\0WAVE');
    },
    SILENCE,
  ],
  ['a refusal', (response) => response.writeHead(403).end(), /403|Forbidden|denied/i],
  ['a web page', (response) => response.end('<!doctype html><title>Log in</title>'), /./],
  [
    'a redirect to a file',
    (response) => response.writeHead(302, { location: `file://${JFK_FILE}` }).end(),
    /./,
  ],
  [
    'a playlist that names a file',
    (response) =>
      response
        .writeHead(200, { 'content-type': 'application/vnd.apple.mpegurl' })
        .end(`#EXTM3U\n#EXT-X-TARGETDURATION:11\n#EXTINF:11,\nfile://${JFK_FILE}\n#EXT-X-ENDLIST\n`),
    /./,
  ],
  [
    'a script that names a file',
    (response) => response.end(`ffconcat version 1.0\nfile '${JFK_FILE}'\n`),
    /./,
  ],
];

describe('the FFmpeg source under attack', () => {
  const servers = useLiveServers();
  leaveNothingOpen();
  const source = (input: string, options: Partial<FfmpegSourceOptions> = {}) =>
    ffmpegSource({
      input,
      rtspTransport: 'tcp',
      inRealTime: false,
      program: ffmpegPath(),
      rateHz: 16_000,
      stallMs: 10_000,
      ...options,
    });

  for (const [input, format] of INPUTS) {
    it(`refuses before it starts: ${JSON.stringify(input)}${format ? ` as ${format}` : ''}`, () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-'));
      const out = path.join(folder, 'out');
      try {
        const named = input.replaceAll('FILE', JFK_FILE).replaceAll('OUT', out);
        assert.throws(() => source(named, { ...(format !== undefined && { format }) }), {
          code: 'INVALID_OPTION',
        });
        assert.equal(existsSync(out), false);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  for (const program of ['/bin/sh', 'ffmpeg;ls', '/usr/bin/env', 'ffmpeg -y']) {
    it(`runs no other program: ${program}`, () => {
      assert.throws(() => source('http://127.0.0.1/', { program }), { code: 'INVALID_OPTION' });
    });
  }

  for (const [what, answer, why] of SERVERS) {
    it(`gives a server up that answers with ${what}`, async () => {
      const url = await servers.http((_request, response) => {
        answer(response);
      });
      // A busy machine takes its time until FFmpeg says what it thinks of an answer.
      const stallMs = why === SILENCE ? 700 : 20_000;
      await assert.rejects(source(`${url}/a.m3u8`, { stallMs }).connect(never), {
        code: 'CONNECTION_LOST',
        message: why,
      });
    });
  }

  it('holds a bounded part of a stream that never ends and that nobody reads', async () => {
    let sentBytes = 0;
    const block = Buffer.alloc(64 * 1024);
    const url = await servers.http((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/wav' });
      const head = Buffer.from(
        '52494646ffffffff57415645666d74201000000001000100803e0000007d00000200100064617461ffffffff',
        'hex',
      );
      response.write(head);
      const write = (): void => {
        while (!response.destroyed && response.write(block)) sentBytes += block.length;
        response.once('drain', write);
      };
      write();
    });
    const before = await memoryAtRest();
    const feed = servers.keep(await source(`${url}/endless.wav`).connect(never));
    await feed.chunks[Symbol.asyncIterator]().next();
    await untilStill(() => sentBytes, 'the server to be held back');
    assert.ok((await memoryAtRest()) - before < MAX_GROWTH_BYTES);
    assert.ok(sentBytes < MAX_GROWTH_BYTES, `${sentBytes} bytes`);
  });
});
