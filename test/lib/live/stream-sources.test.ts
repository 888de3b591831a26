import assert from 'node:assert/strict';
import type { WebSocket } from 'ws';
import type { AsrError } from '../../../lib';
import { httpSource } from '../../../lib/live/sources/http';
import { webSocketSource } from '../../../lib/live/sources/websocket';
import { JFK_PCM } from '../../support/jfk';
import { leaveNothingOpen } from '../../support/open-resources';
import { standStill } from '../../support/stand-still';
import { waitUntil } from '../../support/wait-until';
import { bytesOf, useLiveServers } from '../../support/live-servers';

const STALL_MS = 5000;
const never = new AbortController().signal;
const SECRET = 'pa55word';

describe('an http source', () => {
  const servers = useLiveServers();
  leaveNothingOpen();
  const connect = (address: string, stallMs = STALL_MS, signal = never) =>
    httpSource({ address, stallMs }).connect(signal);

  it('gives the bytes of the stream, with the content type of the server', async () => {
    const url = await servers.http((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/L16;rate=8000' }).end(JFK_PCM.subarray(0, 100_000));
    });
    const feed = servers.keep(await connect(`${url}/live?token=${SECRET}`));
    assert.deepEqual(await bytesOf(feed), JFK_PCM.subarray(0, 100_000));
    assert.equal(feed.hints.mimeType, 'audio/L16;rate=8000');
    assert.equal(feed.sender, `${url}/live`);
  });

  it('follows redirects, sends the user and password of the address, and asks for no metadata', async () => {
    const asked: (string | undefined)[] = [];
    const url = await servers.http((request, response) => {
      asked.push(request.headers.authorization, request.headers['icy-metadata'] as string | undefined);
      if (request.url === '/') response.writeHead(302, { location: '/real' }).end();
      else response.writeHead(200, { 'icy-name': 'Radio' }).end(JFK_PCM.subarray(0, 1000));
    });
    const feed = servers.keep(await connect(url.replace('//', `//camera:${SECRET}@`)));
    assert.equal((await bytesOf(feed)).length, 1000);
    const basic = `Basic ${Buffer.from(`camera:${SECRET}`).toString('base64')}`;
    assert.deepEqual(asked, [basic, undefined, basic, undefined]);
    assert.ok(!feed.sender.includes(SECRET));
  });

  for (const [name, type, list] of [
    ['an M3U playlist', 'audio/x-mpegurl', '#EXTM3U\n#EXTINF:-1,Radio\n/stream\n'],
    ['a bare list of addresses', 'text/plain', 'stream\r\n'],
    ['a PLS playlist', 'audio/x-scpls', '[playlist]\nNumberOfEntries=1\nTitle1=Radio\nFile1=/stream\n'],
  ] as const) {
    it(`follows ${name}`, async () => {
      const url = await servers.http((request, response) => {
        if (request.url === '/stream') response.end(JFK_PCM.subarray(0, 1000));
        else response.writeHead(200, { 'content-type': type }).end(list);
      });
      const feed = servers.keep(await connect(`${url}/radio.m3u`));
      assert.equal((await bytesOf(feed)).length, 1000);
    });
  }

  it('says of HLS that ffmpeg plays it, and gives up on playlists that name themselves', async () => {
    const url = await servers.http((request, response) => {
      response.end(request.url === '/hls' ? '#EXTM3U\n#EXT-X-VERSION:3\n' : '#EXTM3U\n/again\n');
    });
    await assert.rejects(connect(`${url}/hls`), { code: 'BAD_AUDIO', message: /HLS.*FFmpeg/ });
    await assert.rejects(connect(`${url}/again`), { code: 'BAD_AUDIO', message: /more than 3 playlists/ });
  });

  it('marks errors that may pass as retryable, and repeats no secrets of the address', async () => {
    const url = await servers.http((request, response) => {
      if (request.url?.startsWith('/page'))
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      else response.writeHead(Number(request.url?.slice(1, 4))).end();
    });
    const failure = async (path: string): Promise<AsrError> => {
      const address = `${url}${path}?key=${SECRET}`.replace('//', `//user:${SECRET}@`);
      const error = await connect(address).then(
        () => assert.fail('connected'),
        (reason: unknown) => reason as AsrError,
      );
      assert.ok(!`${error.message}${error.stack}`.includes(SECRET));
      return error;
    };
    assert.equal((await failure('/404')).retryable, false);
    assert.equal((await failure('/503')).retryable, true);
    assert.equal((await failure('/page')).retryable, false);
    assert.match((await failure('/401')).message, /401/);
    assert.equal((await failure('/200')).retryable, true);
  });

  it('says of an old SHOUTcast server that ffmpeg can read it', async () => {
    const url = await servers.tcp((socket) => socket.end('ICY 200 OK\r\nicy-name:Radio\r\n\r\nabc'));
    await assert.rejects(connect(url), { message: /SHOUTcast.*FFmpeg/ });
  });

  it('reports a stream that falls silent as lost', async () => {
    const url = await servers.http((_request, response) => {
      response.write(JFK_PCM.subarray(0, 1000));
    });
    const feed = servers.keep(await connect(url, 1000));
    await assert.rejects(bytesOf(feed), { code: 'CONNECTION_LOST', retryable: true, message: /nothing for/ });
  });

  it('does not count the time that the reader takes as silence', async () => {
    const url = await servers.http((_request, response) => {
      response.write(JFK_PCM.subarray(0, 1000), () => response.end(JFK_PCM.subarray(1000, 2000)));
    });
    const silent = await servers.http((_request, response) => {
      response.write(JFK_PCM.subarray(0, 1000));
    });
    const feed = servers.keep(await connect(url, 1000));
    let bytes = 0;
    for await (const chunk of feed.chunks) {
      bytes += chunk.length;
      // This chunk is held for longer than the time after which a stream counts as lost.
      const other = servers.keep(await connect(silent, 1000));
      await assert.rejects(bytesOf(other), { code: 'CONNECTION_LOST' });
    }
    assert.equal(bytes, 2000);
  });

  it('stops connecting at the signal, and leaves nothing', async () => {
    const stopping = new AbortController();
    const url = await servers.http(() => {
      stopping.abort();
    });
    await assert.rejects(connect(url, STALL_MS, stopping.signal));
  });

  it('can be closed while it is read, and twice', async () => {
    let gone = false;
    const url = await servers.http((request, response) => {
      request.on('close', () => (gone = true));
      response.write(JFK_PCM.subarray(0, 1000));
    });
    const feed = await connect(url);
    const reading = bytesOf(feed).catch(() => undefined);
    await feed.close();
    await feed.close();
    await reading;
    await waitUntil(() => gone, 'the server to see the end');
  });

  it('refuses anything but an http address, without repeating it', () => {
    for (const address of ['', 'radio', `rtsp://user:${SECRET}@camera/1`]) {
      assert.throws(
        () => httpSource({ address, stallMs: STALL_MS }),
        (error: AsrError) => error.code === 'INVALID_OPTION' && !error.message.includes(SECRET),
      );
    }
  });
});

describe('a WebSocket source', () => {
  const servers = useLiveServers();
  leaveNothingOpen();

  it('gives binary messages and ignores text', async () => {
    const url = await servers.webSocket((socket) => {
      socket.send('{"hello":1}');
      socket.send(JFK_PCM.subarray(0, 1000));
      socket.send('between');
      socket.send(JFK_PCM.subarray(1000, 2000));
      socket.close(1000);
    });
    const source = webSocketSource({ address: `${url}/audio?key=${SECRET}`, hints: { rate: 8000 } });
    const feed = servers.keep(await source.connect(never));
    assert.deepEqual(await bytesOf(feed), JFK_PCM.subarray(0, 2000));
    assert.deepEqual([feed.sender, feed.hints.rate], [`${url}/audio`, 8000]);
  });

  it('asks for the subprotocol', async () => {
    const asked: string[] = [];
    const url = await servers.webSocket((socket) => asked.push(socket.protocol));
    const source = webSocketSource({ address: url, subprotocol: 'audio.v1', hints: {} });
    servers.keep(await source.connect(never));
    await waitUntil(() => asked.length === 1, 'the connection');
    assert.deepEqual(asked, ['audio.v1']);
  });

  it('reports the source as lost when the connection breaks off', async () => {
    const url = await servers.webSocket((socket) => {
      socket.send(Buffer.alloc(10), () => {
        socket.terminate();
      });
    });
    const feed = servers.keep(await webSocketSource({ address: url, hints: {} }).connect(never));
    await assert.rejects(bytesOf(feed), { code: 'CONNECTION_LOST', closeCode: 1006, retryable: true });
  });

  it('notices a dead link that was never closed', async () => {
    const url = await servers.webSocket((socket) => {
      socket.pause();
    });
    const source = webSocketSource({ address: url, hints: {}, pingIntervalMs: 30 });
    const feed = servers.keep(await source.connect(never));
    await assert.rejects(bytesOf(feed), { code: 'CONNECTION_LOST', message: /does not answer/ });
  });

  it('distinguishes a refusal that stays from one that may pass', async () => {
    for (const [status, retryable] of [
      [401, false],
      [503, true],
    ] as const) {
      const url = await servers.http((_request, response) => response.writeHead(status).end());
      const address = url.replace('http', 'ws').replace('//', `//user:${SECRET}@`);
      await assert.rejects(
        webSocketSource({ address, hints: {} }).connect(never),
        (error: AsrError) =>
          error.httpStatus === status && error.retryable === retryable && !error.message.includes(SECRET),
      );
    }
  });

  it('makes a sender wait that is faster than the reader, and loses nothing', async () => {
    const total = 64;
    const piece = Buffer.alloc(256 * 1024, 1);
    let sender: WebSocket | undefined;
    const url = await servers.webSocket((socket) => {
      sender = socket;
      for (let i = 0; i < total; i++) socket.send(piece);
      socket.close(1000);
    });
    const feed = servers.keep(await webSocketSource({ address: url, hints: {} }).connect(never));
    await waitUntil(() => sender !== undefined, 'the connection');
    let bytes = 0;
    let hasWaited = false;
    for await (const chunk of feed.chunks) {
      bytes += chunk.length;
      hasWaited ||= sender!.bufferedAmount > 0;
    }
    assert.equal(bytes, total * piece.length);
    assert.ok(hasWaited);
  });

  it('takes no sender for dead whose answer to a ping came while the program stood still', async () => {
    let pings = 0;
    const url = await servers.webSocket((socket) => {
      socket.on('ping', () => {
        pings += 1;
        standStill(250);
        if (pings === 3) socket.close(1000);
      });
    });
    const source = webSocketSource({ address: url, hints: {}, pingIntervalMs: 100 });
    assert.equal((await bytesOf(servers.keep(await source.connect(never)))).length, 0);
    assert.equal(pings, 3);
  });

  it('stops connecting at the signal', async () => {
    const stopping = new AbortController();
    const url = (
      await servers.tcp(() => {
        stopping.abort();
      })
    ).replace('http', 'ws');
    await assert.rejects(webSocketSource({ address: url, hints: {} }).connect(stopping.signal));
  });
});
