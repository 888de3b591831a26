import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { AsrError } from '../../../lib';
import { ffmpegSource } from '../../../lib/live/sources/ffmpeg';
import type { FfmpegSourceOptions } from '../../../lib/live/sources/ffmpeg';
import { ffmpegPath } from '../../support/audio-fixtures';
import { JFK_PCM } from '../../support/jfk';
import { leaveNothingOpen } from '../../support/open-resources';
import { wav } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';
import { bytesOf, useLiveServers } from '../../support/live-servers';

const JFK_FILE = path.join(__dirname, '../../fixtures/jfk.wav');
const SECRET = 'pa55word';
const never = new AbortController().signal;

/** The ffmpeg processes of this test run that were given this input. */
function running(input: string): string[] {
  return execFileSync('ps', ['-eo', 'ppid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.trim().startsWith(`${process.pid} `) && line.includes(input));
}

describe('an ffmpeg source', () => {
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

  it('gives the samples of a file at the rate of the session', async () => {
    const feed = servers.keep(await source(JFK_FILE).connect(never));
    assert.deepEqual(await bytesOf(feed), JFK_PCM);
    const half = servers.keep(await source(JFK_FILE, { rateHz: 8000 }).connect(never));
    assert.ok(Math.abs((await bytesOf(half)).length - JFK_PCM.length / 2) < 64);
    assert.deepEqual(half.hints, { rate: 8000, channels: 1, encoding: 's16le' });
  });

  it('is killed when it is closed while it plays', async () => {
    const url = await servers.http((_request, response) => {
      response.write(wav(JFK_PCM).subarray(0, 200_000));
    });
    const feed = servers.keep(await source(`${url}/live.wav`).connect(never));
    assert.equal(feed.sender, `${url}/live.wav`);
    const first = await feed.chunks[Symbol.asyncIterator]().next();
    assert.ok(!first.done && first.value.length > 0);
    assert.equal(running(url).length, 1);
    await feed.close();
    assert.deepEqual(running(url), []);
    await feed.close();
  });

  it('is killed while it connects, when nobody wants it any more', async () => {
    const url = await servers.http(() => undefined);
    const stopping = new AbortController();
    const connecting = source(`${url}/silent`).connect(stopping.signal);
    await waitUntil(() => running(url).length === 1, 'ffmpeg to run');
    stopping.abort();
    await assert.rejects(connecting);
    assert.deepEqual(running(url), []);
  });

  it('is killed when it gives nothing, which counts as lost', async () => {
    const url = await servers.http(() => undefined);
    await assert.rejects(source(`${url}/silent`, { stallMs: 300 }).connect(never), {
      code: 'CONNECTION_LOST',
      retryable: true,
      message: /no audio for too long/,
    });
    assert.deepEqual(running(url), []);
  });

  it('says what ffmpeg said, without the secrets of the address', async () => {
    const url = await servers.http((_request, response) => response.writeHead(403).end());
    const input = `${url}/cam?key=${SECRET}`.replace('//', `//admin:${SECRET}@`);
    await assert.rejects(
      source(input).connect(never),
      (error: AsrError) =>
        error.code === 'CONNECTION_LOST' &&
        error.retryable &&
        /403|Forbidden|denied/i.test(error.message) &&
        !`${error.message}${error.stack}`.includes(SECRET),
    );
    assert.ok(!source(input).name.includes(SECRET));
  });

  it('says what to do where there is no ffmpeg', async () => {
    await assert.rejects(source(JFK_FILE, { program: '/no/such/ffmpeg' }).connect(never), {
      code: 'INVALID_OPTION',
      retryable: false,
      message: /no ffmpeg.*apt install/,
    });
  });

  it('runs no other program, and nothing of the input is an option', async () => {
    for (const program of ['/bin/sh', 'ffmpeg;ls', '/usr/bin/env']) {
      assert.throws(() => source(JFK_FILE, { program }), { code: 'INVALID_OPTION' });
    }
    assert.throws(() => source('x', { format: '-y out' }), { code: 'INVALID_OPTION' });
    assert.throws(() => source('  '), { code: 'INVALID_OPTION' });
    await assert.rejects(source('-version').connect(never), { code: 'CONNECTION_LOST' });
  });

  it('opens no file of this machine for a server that asks for it', async () => {
    const list = `#EXTM3U\n#EXT-X-TARGETDURATION:11\n#EXTINF:11,\nfile://${JFK_FILE}\n#EXT-X-ENDLIST\n`;
    const url = await servers.http((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.apple.mpegurl' }).end(list);
    });
    await assert.rejects(source(`${url}/list.m3u8`).connect(never), { code: 'CONNECTION_LOST' });
  });
});
