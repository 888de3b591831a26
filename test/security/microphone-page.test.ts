import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { startHost } from '../browser/support/host';
import type { NodeRed } from '../hosts/support/node-red';
import { answerTo } from '../support/raw-http';

const PAGE = '/microphone/';

/** A stranger's request to the page, and the status of the answer. */
const ATTACKS: [what: string, method: string, target: string, headers: object, answer: RegExp][] = [
  ['a POST', 'POST', PAGE, { 'Content-Type': 'application/json' }, /^HTTP\/1\.1 404 /],
  ['a path out of it', 'GET', `${PAGE}../../../../etc/passwd`, {}, /^HTTP\/1\.1 40[034] /],
  ['a path out of it, encoded', 'GET', `${PAGE}..%2f..%2froute.js`, {}, /^HTTP\/1\.1 40[034] /],
  ['a malformed encoding', 'GET', `${PAGE}%E0%A4%A`, {}, /^HTTP\/1\.1 40[04] /],
  ['a way to another site', 'GET', `${PAGE}/evil.example`, {}, /^HTTP\/1\.1 404 /],
  ['a range that no file has', 'GET', `${PAGE}main.js`, { Range: 'bytes=99999999-' }, /^HTTP\/1\.1 416 /],
  ['a header that is too long', 'GET', PAGE, { Cookie: 'x'.repeat(100_000) }, /^HTTP\/1\.1 431 /],
  [
    'an upgrade that nobody waits for',
    'GET',
    PAGE,
    { Connection: 'Upgrade', Upgrade: 'websocket' },
    /^(HTTP\/1\.1 [24]\d\d |$)/,
  ],
];

describe('the page with the microphone under attack', function () {
  this.timeout(60_000);
  let nodeRed: NodeRed;
  let port: number;

  before(async () => {
    nodeRed = await startHost();
    port = Number(new URL(nodeRed.url).port);
    await nodeRed.deploy([
      { id: 'tab', type: 'tab' },
      { id: 'microphone', type: 'asr-microphone', z: 'tab', kind: 'browser', wires: [[]] },
    ]);
  });

  after(() => nodeRed.stop());

  async function isServed(): Promise<void> {
    const answer = await answerTo(port, PAGE, { headers: { Connection: 'close' } });
    assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*frame-ancestors 'self'/);
  }

  for (const [what, method, target, headers, answer] of ATTACKS) {
    it(`answers as it should: ${what}`, async () => {
      const said = await answerTo(port, target, { method, headers: { Connection: 'close', ...headers } });
      assert.match(said, answer);
      assert.doesNotMatch(said, /root:|registerType|location:/i);
      await isServed();
    });
  }

  it('is served beside a thousand requests that are half written or never read', async () => {
    const sockets: Socket[] = Array.from({ length: 1000 }, (_, index) => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      socket.pause();
      const head = `GET ${PAGE}main.js HTTP/1.1\r\nHost: a\r\n`;
      socket.write(index % 2 === 0 ? head : `${head}\r\n`);
      return socket;
    });
    try {
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      await isServed();
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    await isServed();
  });
});
