import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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

const FIXTURES = path.join(__dirname, '../../fixtures');
const JFK_FILE = path.join(FIXTURES, 'jfk.wav');
const SECRET = 'pa55word';
const never = new AbortController().signal;

/** The ffmpeg processes of this test run that were given this input. */
function running(input: string): string[] {
  return execFileSync('ps', ['-eo', 'ppid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.trim().startsWith(`${process.pid} `) && line.includes(input));
}

/** test/security/ffmpeg-source.test.ts tests what the source refuses. */
describe('an ffmpeg source', () => {
  const servers = useLiveServers();
  leaveNothingOpen();
  const source = (input: string, options: Partial<FfmpegSourceOptions> = {}) =>
    ffmpegSource({
      input,
      rtspTransport: 'tcp',
      inRealTime: false,
      program: ffmpegPath(),
      fileFolders: [FIXTURES],
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

  it('is killed while it connects, when the connection is given up', async () => {
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

  it('passes on what ffmpeg says, without the secrets of the address', async () => {
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

  it('opens devices by their own names', () => {
    const devices = [
      ['alsa', 'default'],
      ['alsa', 'plughw:CARD=Device,DEV=0'],
      ['pulse', 'alsa_input.usb-0d8c_USB-00.mono-fallback'],
      ['avfoundation', ':0'],
      ['dshow', 'audio=Microphone (USB Audio)'],
    ];
    for (const [format, input] of devices) assert.equal(source(input!, { format: format! }).name, input);
  });

  it('opens files in the folders that the operator names, and none outside of them by a link or by ..', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
    try {
      const allowed = path.join(folder, 'allowed');
      await mkdir(allowed);
      await copyFile(JFK_FILE, path.join(allowed, 'jfk.wav'));
      await symlink(JFK_FILE, path.join(allowed, 'link.wav'));
      execFileSync('mkfifo', [path.join(allowed, 'fifo.wav')]);
      const feed = servers.keep(
        await source(path.join(allowed, 'jfk.wav'), { fileFolders: [allowed] }).connect(never),
      );
      assert.deepEqual(await bytesOf(feed), JFK_PCM);
      const refused = ['link.wav', '../allowed/../../etc/passwd', 'missing.wav', 'fifo.wav', '.'];
      for (const name of refused) {
        assert.throws(
          () => source(`${allowed}/${name}`, { fileFolders: [allowed] }),
          { code: 'INVALID_OPTION', param: 'input' },
          name,
        );
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('opens no other file that a playlist or a link names', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
    try {
      const lists = {
        'list.m3u8': `#EXTM3U\n#EXT-X-TARGETDURATION:11\n#EXTINF:11,\nfile://${JFK_FILE}\n#EXT-X-ENDLIST\n`,
        'list.ffconcat': `ffconcat version 1.0\nfile '${JFK_FILE}'\n`,
        'list.txt': `ffconcat version 1.0\nfile jfk.wav\n`,
      };
      await copyFile(JFK_FILE, path.join(folder, 'jfk.wav'));
      for (const [name, text] of Object.entries(lists)) {
        await writeFile(path.join(folder, name), text);
        const opened = source(path.join(folder, name), { fileFolders: [folder] });
        await assert.rejects(opened.connect(never), { code: 'CONNECTION_LOST' }, name);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('plays WAV, MP3, Ogg and HLS of a server', async () => {
    const url = await servers.http((request, response) => {
      const isList = request.url?.endsWith('.m3u8');
      const list = '#EXTM3U\n#EXT-X-TARGETDURATION:11\n#EXTINF:11,\nsegment.ts\n#EXT-X-ENDLIST\n';
      if (isList) response.writeHead(200, { 'content-type': 'application/vnd.apple.mpegurl' }).end(list);
      else response.end(encoded(path.extname(request.url ?? '').slice(1)));
    });
    for (const name of ['a.wav', 'a.mp3', 'a.ogg', 'list.m3u8']) {
      const feed = servers.keep(await source(`${url}/${name}`).connect(never));
      const { length } = await bytesOf(feed);
      assert.ok(Math.abs(length - JFK_PCM.length) < 0.02 * JFK_PCM.length, `${length} bytes of ${name}`);
    }
  });
});

/** The recording in the container of this file extension. */
function encoded(ending: string): Buffer {
  const format = ending === 'ts' ? ['-c:a', 'mp2', '-f', 'mpegts'] : ['-f', ending];
  return execFileSync(ffmpegPath(), ['-loglevel', 'error', '-i', JFK_FILE, ...format, 'pipe:1'], {
    maxBuffer: 1e7,
  });
}
