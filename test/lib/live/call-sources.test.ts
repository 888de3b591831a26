import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import { MAX_CALL_MESSAGE_BYTES } from '../../../lib/live/calls/call-messages';
import { audioSocketSource } from '../../../lib/live/sources/audiosocket';
import { callsSource } from '../../../lib/live/sources/calls';
import type { CallsSourceOptions } from '../../../lib/live/sources/calls';
import type { PortSource } from '../../../lib/live/sources/source';
import { audioSocketPacket } from '../../support/audiosocket-packets';
import { CALL_SCRIPTS } from '../../support/call-frames';
import { bytesOf, openPort, useLiveServers } from '../../support/live-servers';
import type { LiveServers, PortRecord } from '../../support/live-servers';
import { leaveNothingOpen } from '../../support/open-resources';
import { answerTo, UPGRADE_HEADERS } from '../../support/raw-http';
import { waitUntil } from '../../support/wait-until';

const OPTIONS = { host: '127.0.0.1', port: 0, maxSenders: 2, idleMs: 5000 };
const TWILIO = CALL_SCRIPTS[0]!;
const PIECES = [Buffer.alloc(160, 1), Buffer.alloc(160, 2)];
const PUBLIC_URL = 'wss://calls.example/voice';
const AUTH_TOKEN = 'twilio-auth-token';
const SIGNATURE = createHmac('sha1', AUTH_TOKEN).update(PUBLIC_URL).digest('base64');

async function listen(servers: LiveServers, source: PortSource): Promise<PortRecord> {
  const record = await openPort(source);
  servers.keep({
    close: async () => {
      await record.open.close();
      for (const feed of record.feeds) await feed.close();
    },
  });
  return record;
}

describe('the server for telephone calls', () => {
  const servers = useLiveServers();
  const opened: (WebSocket | Socket)[] = [];
  afterEach(() => {
    for (const one of opened.splice(0))
      if (one instanceof WebSocket) one.terminate();
      else one.destroy();
  });
  leaveNothingOpen();

  const serve = (options: Partial<CallsSourceOptions> = {}) =>
    listen(servers, callsSource({ ...OPTIONS, ...options }));

  async function dial(port: number, path = '/'): Promise<WebSocket> {
    const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`).on('error', () => undefined);
    opened.push(ws);
    await new Promise((resolve, reject) => {
      ws.once('open', resolve).once('close', reject);
    });
    return ws;
  }

  for (const script of CALL_SCRIPTS) {
    it(`gives each track as a feed with the ids of its call: ${script.provider}, ${script.encoding}`, async () => {
      const { open, feeds, warnings } = await serve();
      const ws = await dial(open.port);
      for (const message of script.before) ws.send(message);
      PIECES.forEach((piece, index) => {
        ws.send(script.media(piece, 'inbound', index));
      });
      for (const message of script.after) ws.send(message);
      if (script.after.length === 0) ws.close();
      await waitUntil(() => feeds.length === 1, 'the feed');
      const [feed] = feeds;
      assert.equal(feed!.sender, script.key('inbound'));
      assert.deepEqual(feed!.hints, { encoding: script.encoding, rate: script.rateHz, channels: 1 });
      assert.equal((feed!.details!.call as { callId: string }).callId, script.callId);
      assert.deepEqual(await bytesOf(feed!), Buffer.concat(PIECES));
      assert.deepEqual(warnings, []);
    });
  }

  const REQUESTS: [
    what: string,
    options: Partial<CallsSourceOptions>,
    target: string,
    headers: Record<string, string>,
    status: number,
  ][] = [
    ['any path where none is set', {}, '/x', {}, 101],
    ['its path', { path: '/calls' }, '/calls', {}, 101],
    ['its path with an end and a query', { path: '/calls/' }, '/calls/?a=1', {}, 101],
    ['another path', { path: '/calls' }, '/call', {}, 404],
    ['a path that is a host', { path: '/calls' }, '//evil.example/calls', {}, 404],
    ['a request for another server', { path: '/calls' }, 'http://evil.example/calls', {}, 404],
    ['a bearer token', { token: 'abc' }, '/', { Authorization: 'Bearer abc' }, 101],
    ['a token in the query', { token: 'a b' }, '/?x=1&token=a%20b', {}, 101],
    ['a token behind any path', { token: 'abc' }, '/calls/abc', {}, 101],
    ['a token behind the path', { path: '/calls', token: 'abc' }, '/calls/abc', {}, 101],
    ['no token', { token: 'abc' }, '/', {}, 401],
    ['a wrong token', { token: 'abc' }, '/?token=abd', { Authorization: 'Bearer abcd' }, 401],
    ['a wrong token behind the path', { path: '/calls', token: 'abc' }, '/calls/abd', {}, 404],
    ['a broken escape', { path: '/calls', token: 'abc' }, '/calls/%E0%A4%A', {}, 404],
    [
      'a signature of Twilio',
      { twilio: { authToken: AUTH_TOKEN, publicUrl: PUBLIC_URL } },
      '/voice',
      { 'X-Twilio-Signature': SIGNATURE },
      101,
    ],
    [
      'a signature of another address',
      { twilio: { authToken: AUTH_TOKEN, publicUrl: 'wss://other.example/' } },
      '/voice',
      { 'X-Twilio-Signature': SIGNATURE },
      401,
    ],
    [
      'a signature with another key',
      { twilio: { authToken: 'another', publicUrl: PUBLIC_URL } },
      '/voice',
      { 'X-Twilio-Signature': SIGNATURE },
      401,
    ],
    ['no signature', { twilio: { authToken: AUTH_TOKEN, publicUrl: PUBLIC_URL } }, '/voice', {}, 401],
    [
      'a token instead of the signature',
      { token: 'abc', twilio: { authToken: AUTH_TOKEN, publicUrl: PUBLIC_URL } },
      '/?token=abc',
      {},
      101,
    ],
    ['a page of another site', {}, '/', { Origin: 'https://evil.example' }, 403],
    ['a client that names its own host', {}, '/', { Origin: 'http://service' }, 101],
    ['somebody who is not allowed', { allowedSenders: ['10.0.0.0/8'] }, '/', {}, 403],
    ['somebody who is allowed', { allowedSenders: ['127.0.0.1'] }, '/', {}, 101],
  ];
  for (const [what, options, target, headers, status] of REQUESTS) {
    it(`answers ${status} to ${what}`, async () => {
      const { open, warnings } = await serve(options);
      const said = await answerTo(open.port, target, { headers: { ...UPGRADE_HEADERS, ...headers } });
      assert.match(said, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.equal(warnings.length, status === 101 ? 0 : 1);
      assert.doesNotMatch(said + warnings.join(' '), /abc|twilio-auth-token/);
    });
  }

  for (const [what, request] of [
    ['a plain request', { method: 'GET', headers: { Connection: 'close' } }],
    ['a post', { method: 'POST', headers: { Connection: 'close', 'Content-Length': '0' } }],
  ] as const) {
    it(`asks for a WebSocket where it gets ${what}`, async () => {
      const { open } = await serve();
      assert.match(await answerTo(open.port, '/', request), /^HTTP\/1\.1 426 /);
    });
  }

  it('turns away more calls than its cap, and says so', async () => {
    const { open, warnings } = await serve();
    await dial(open.port);
    await dial(open.port);
    assert.match(await answerTo(open.port, '/'), /^HTTP\/1\.1 503 /);
    assert.match(warnings[0]!, /2 calls are connected already/);
  });

  it('ends a connection that never begins a call, one that falls silent, and one whose message is too large', async () => {
    const { open, feeds } = await serve({ idleMs: 2000, maxSenders: 5 });
    const silent = await dial(open.port);
    const stopped = await dial(open.port);
    const large = await dial(open.port);
    for (const message of TWILIO.before) stopped.send(message);
    stopped.send(TWILIO.media(PIECES[0]!, 'inbound', 0));
    large.send('x'.repeat(MAX_CALL_MESSAGE_BYTES + 1));
    await waitUntil(
      () => [silent, stopped, large].every(({ readyState }) => readyState === WebSocket.CLOSED),
      'their ends',
    );
    assert.deepEqual(await bytesOf(feeds[0]!), PIECES[0]);
  });

  it('lets a sender wait whose audio is not taken, and loses none of it', async () => {
    const { open, feeds } = await serve();
    const ws = await dial(open.port);
    ws.send('{"sampleRate":8000,"callSid":"c1"}');
    const sent = Buffer.alloc(12 * 1024 * 1024, 3);
    for (let at = 0; at < sent.length; at += 65_536) ws.send(sent.subarray(at, at + 65_536));
    await waitUntil(() => feeds.length === 1 && ws.bufferedAmount > 0, 'the sender to wait');
    ws.close();
    assert.equal((await bytesOf(feeds[0]!)).length, sent.length);
  });

  it('says a broken message once for each connection', async () => {
    const { open, warnings } = await serve();
    const ws = await dial(open.port);
    for (const message of TWILIO.before) ws.send(message);
    for (let count = 0; count < 20; count += 1)
      ws.send('{"event":"media","streamSid":"S","media":{"payload":"?"}}');
    ws.close();
    await waitUntil(() => warnings.length > 0 && ws.readyState === WebSocket.CLOSED, 'the warning');
    assert.ok(warnings.length <= 2, warnings.join('\n'));
  });

  it('refuses a public address that is none of a WebSocket', () => {
    assert.throws(
      () => callsSource({ ...OPTIONS, twilio: { authToken: 'a', publicUrl: 'https://calls.example/' } }),
      { code: 'INVALID_OPTION', param: 'publicUrl' },
    );
  });

  it('closes silent connections and running calls with its port', async () => {
    const { open, feeds } = await serve();
    const ws = await dial(open.port);
    ws.send('{"sampleRate":8000,"callSid":"c1"}');
    ws.send(PIECES[0]!);
    const halfOpen = connect(open.port, '127.0.0.1').on('error', () => undefined);
    opened.push(halfOpen);
    await waitUntil(() => feeds.length === 1 && halfOpen.readyState === 'open', 'both');
    await open.close();
    await waitUntil(() => halfOpen.closed && ws.readyState === WebSocket.CLOSED, 'their ends');
  });
});

describe('the port for AudioSocket', () => {
  const servers = useLiveServers();
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  leaveNothingOpen();

  const UUID = audioSocketPacket(0x01, Buffer.from('40325ec25efd4bd3805f53576e581d13', 'hex'));
  const serve = (options: object = {}) => listen(servers, audioSocketSource({ ...OPTIONS, ...options }));

  function call(port: number): Socket {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    return socket;
  }

  it('gives a call as a feed, and another one where the rate changes', async () => {
    const { open, feeds, warnings } = await serve();
    const socket = call(open.port);
    for (const packet of [
      UUID,
      audioSocketPacket(0x10, Buffer.from([1, 2, 3])),
      audioSocketPacket(0x03, Buffer.from('5')),
      audioSocketPacket(0x10, Buffer.from([4])),
      audioSocketPacket(0x12, Buffer.from([5, 6])),
      audioSocketPacket(0x00, Buffer.alloc(0)),
    ]) {
      for (const byte of packet) socket.write(Buffer.from([byte]));
    }
    await waitUntil(() => feeds.length === 2, 'both feeds');
    assert.deepEqual(await bytesOf(feeds[0]!), Buffer.from([1, 2, 3, 4]));
    assert.deepEqual(await bytesOf(feeds[1]!), Buffer.from([5, 6]));
    assert.equal(feeds[0]!.sender, '40325ec2-5efd-4bd3-805f-53576e581d13/inbound');
    assert.deepEqual(
      feeds.map(({ hints }) => hints.rate),
      [8000, 16_000],
    );
    await waitUntil(() => socket.closed, 'the end of the connection');
    assert.deepEqual(warnings, []);
  });

  it('turns away what is no call, what says nothing, and more than its cap, and hears calls afterwards', async () => {
    const { open, feeds, warnings } = await serve({ idleMs: 60 });
    const garbage = ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01', ''].map((bytes) => {
      const socket = call(open.port);
      socket.write(bytes);
      return socket;
    });
    await waitUntil(() => garbage.every(({ closed }) => closed), 'their ends');
    assert.ok(warnings.some((warning) => warning.includes('AudioSocket(UUID,host:port)')));
    call(open.port).write(Buffer.concat([UUID, audioSocketPacket(0x10, Buffer.from([1, 2]))]));
    await waitUntil(() => feeds.length === 1, 'the call');
    assert.deepEqual(await bytesOf(feeds[0]!), Buffer.from([1, 2]));
  });

  it('closes its calls with its port, without hanging up', async () => {
    const { open } = await serve();
    const socket = call(open.port);
    const said: Buffer[] = [];
    socket.on('data', (bytes) => said.push(bytes));
    socket.write(UUID);
    await waitUntil(() => socket.readyState === 'open', 'the connection');
    await open.close();
    await waitUntil(() => socket.closed, 'the end');
    assert.deepEqual(said, []);
  });
});
