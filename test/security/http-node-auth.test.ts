import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';
import { startHost } from '../browser/support/host';
import type { NodeRed } from '../hosts/support/node-red';

/** The hash of "password". */
const HASH = '$2b$04$ZPHtHt3A/bNM.MXUMN4Gj.L/8L.1dEbEWzrtjdvZho00XIpMlRXrq';

describe("Node-RED's httpNodeAuth", function () {
  this.timeout(60_000);
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await startHost({ FLOW_ASR_TEST_HTTP_NODE_AUTH: HASH });
  });

  after(() => nodeRed.stop());

  it('asks for a password in front of http in', async () => {
    await nodeRed.deploy([
      { id: 'tab', type: 'tab' },
      { id: 'in', type: 'http in', z: 'tab', url: '/transcribe', method: 'post', wires: [['append']] },
      { id: 'append', type: 'asr-append-audio', z: 'tab', session: '', wires: [[]] },
    ]);
    assert.equal((await nodeRed.request('POST', '/transcribe')).status, 401);
  });

  it('is passed by the page of a microphone node, whose ticket opens the WebSocket, below httpNodeRoot', async () => {
    const behindRoot = await startHost({
      FLOW_ASR_TEST_HTTP_NODE_AUTH: HASH,
      FLOW_ASR_TEST_HTTP_NODE_ROOT: '/nodes',
    });
    try {
      await behindRoot.deploy([
        { id: 'tab', type: 'tab' },
        { id: 'mic', type: 'asr-microphone', z: 'tab', kind: 'browser', path: '/speak', wires: [[]] },
      ]);
      const page = { 'x-asr-page': '0'.repeat(32) };
      const ticketFor = (headers: Record<string, string>) =>
        behindRoot.request('POST', '/nodes/speak/ticket', { headers });
      for (const [method, target] of [
        ['GET', '/nodes/speak/'],
        ['POST', '/nodes/speak/ticket'],
      ] as const) {
        assert.equal((await behindRoot.request(method, target, { headers: page })).status, 401, target);
      }
      const authorization = `Basic ${Buffer.from('user:password').toString('base64')}`;
      const { status, body } = await ticketFor({ ...page, authorization });
      assert.equal(status, 200);
      const { ticket } = JSON.parse(body.toString()) as { ticket: string };
      const url = `${behindRoot.url.replace(/^http/, 'ws')}/nodes/speak/socket`;
      const socket = new WebSocket(url, ['asr-microphone', ticket], { origin: behindRoot.url });
      await once(socket, 'open');
      socket.terminate();
    } finally {
      await behindRoot.stop();
    }
  });
});
