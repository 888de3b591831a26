import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AsrError, decodeAudio, describeAudio, readAudio } from '../../../lib';
import type { DecodeAudioOptions } from '../../../lib';
import { fixture } from '../../support/audio-fixtures';
import { JFK_PCM } from '../../support/jfk';
import { wav } from '../../support/scripted-audio';
import { fetchAudio } from '../../../lib/audio/fetch';
import { waitUntil } from '../../support/wait-until';

describe('audio behind an address', () => {
  const seen: IncomingMessage[] = [];
  let server: Server;
  let base = '';
  let otherBase = '';

  before(async () => {
    server = createServer((request, response) => {
      seen.push(request);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    base = `http://127.0.0.1:${port}`;
    otherBase = `http://localhost:${port}`;
  });
  beforeEach(() => {
    seen.length = 0;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  function answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const path = url.replace(/\?.*/, '');
    const status = /^\/status\/(\d+)/.exec(path)?.[1];
    if (status) response.writeHead(Number(status)).end('no');
    else if (path === '/a.wav') response.setHeader('content-type', 'audio/wav').end(wav(JFK_PCM));
    else if (path === '/l16') {
      response
        .setHeader('content-type', 'audio/L16;rate=16000;channels=1')
        .end(Buffer.from(JFK_PCM).swap16());
    } else if (path === '/a.ogg') response.end(fixture('a.ogg', '-c:a libopus -ar 48000'));
    else if (path === '/login')
      response.setHeader('content-type', 'text/html; charset=utf-8').end('<p>Log in');
    else if (path === '/page') response.end('<!DOCTYPE html><html><body>Not found</body></html>');
    else if (path === '/empty') response.end();
    else if (path === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else if (path === '/moved') response.writeHead(301, { location: '/a.wav' }).end();
    else if (path === '/away') response.writeHead(307, { location: `${otherBase}/a.wav` }).end();
    else if (path === '/file') response.writeHead(302, { location: 'file:///etc/hostname' }).end();
    else if (path === '/secret') {
      const isRight = headers.authorization === `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
      if (isRight) response.end(wav(JFK_PCM));
      else response.writeHead(401).end();
    } else if (path === '/slow') response.write(wav(JFK_PCM).subarray(0, 1000));
    else if (path === '/broken') {
      response.writeHead(200, { 'content-length': '1000000' });
      response.write(Buffer.alloc(1000));
      setImmediate(() => response.destroy());
    }
  }

  async function decode(path: string, options: DecodeAudioOptions = {}): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of decodeAudio(path, options)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async function failure(path: string, options: DecodeAudioOptions = {}): Promise<AsrError> {
    try {
      await decode(path.startsWith('http') ? path : base + path, options);
    } catch (error) {
      assert.ok(error instanceof AsrError, String(error));
      return error;
    }
    throw new Error('It was read.');
  }

  it('is fetched and decoded, also where only the content type tells its format', async () => {
    for (const path of ['/a.wav', '/moved', '/l16'])
      assert.ok((await decode(base + path)).equals(JFK_PCM), path);
    assert.equal((await describeAudio(`${base}/a.ogg`)).codec, 'opus');
  });

  it('is fetched with the user and password of the address, which go to no other host', async () => {
    const address = base.replace('//', '//me:p%40ss@');
    assert.ok((await decode(`${address}/secret`)).equals(JFK_PCM));
    await decode(`${address}/away`);
    const [first, second] = seen.slice(-2);
    assert.ok(first?.headers.authorization);
    assert.equal(second?.headers.authorization, undefined);
    await decode(`${base}/away`, { headers: { 'x-token': 'secret' } });
    assert.equal(seen.at(-2)?.headers['x-token'], 'secret');
    assert.equal(seen.at(-1)?.headers['x-token'], undefined);
  });

  const answers: [path: string, said: RegExp][] = [
    ['/status/401', /answered 401 .*user and password/],
    ['/status/403', /answered 403 .*signed link/],
    ['/status/404', /answered 404 .*no audio at this address/],
    ['/status/429', /answered 429 .*too often/],
    ['/status/503', /answered 503 .*later/],
    ['/status/304', /answered 304/],
    ['/login', /an HTML page and no audio.*login/],
    ['/page', /an HTML page.*login or an error/],
    ['/empty', /empty/],
    ['/loop', /more than 5 times/],
    ['/file', /neither http nor https/],
    ['/broken', /terminated|aborted|closed|other side/i],
    ['http://127.0.0.1:1/a.wav', /Cannot fetch the audio from http:\/\/127\.0\.0\.1:1\/a\.wav/],
    ['http://no such host/', /no valid URL/],
  ];
  for (const [path, said] of answers) {
    it(`is refused with a message of its own where it is ${path}`, async () => {
      const error = await failure(path, { strings: 'url' });
      assert.equal(error.code, 'BAD_AUDIO');
      assert.match(error.message, said);
    });
  }

  it('is refused without repeating the secrets in its address', async () => {
    const error = await failure(`${base.replace('//', '//me:hunter2@')}/status/403?token=hunter2`);
    assert.doesNotMatch(JSON.stringify([error.message, String(error.cause)]), /hunter2/);
    assert.equal(error.httpStatus, 403);
  });

  it('can be aborted while the server sends nothing', async () => {
    const stop = new AbortController();
    const reader = readAudio(`${base}/slow`, { signal: stop.signal })[Symbol.asyncIterator]();
    await reader.next();
    const waiting = reader.next();
    stop.abort();
    await assert.rejects(waiting, { code: 'ABORTED' });
    await waitUntil(() => seen.at(-1)?.destroyed === true, 'the connection to be closed');
  });

  it('is given up where its server stops in the middle, and where it never ends', async () => {
    const read = async (path: string, limits: { idleMs?: number; totalMs?: number }): Promise<void> => {
      let bytes = 0;
      for await (const chunk of fetchAudio(`${base}${path}`, limits)) bytes += chunk.length;
      assert.fail(`It ended after ${bytes} bytes.`);
    };
    await assert.rejects(read('/slow', { idleMs: 50 }), {
      code: 'BAD_AUDIO',
      message: /has sent nothing for 0.05 s/,
    });
    await assert.rejects(read('/slow', { totalMs: 0, idleMs: 1000 }), {
      code: 'BAD_AUDIO',
      message: /had not ended after/,
    });
    await waitUntil(() => seen.slice(-2).every(({ destroyed }) => destroyed), 'the connections to be closed');
  });
});
