import assert from 'node:assert/strict';
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

  it('asks for a password in front of the page with the microphone and of http in', async () => {
    await nodeRed.deploy([
      { id: 'tab', type: 'tab' },
      { id: 'in', type: 'http in', z: 'tab', url: '/transcribe', method: 'post', wires: [['append']] },
      { id: 'append', type: 'asr-append-audio', z: 'tab', session: '', wires: [[]] },
    ]);
    for (const [method, page] of [
      ['GET', '/asr/microphone/'],
      ['POST', '/transcribe'],
    ] as const) {
      const { status } = await nodeRed.request(method, page);
      assert.equal(status, 401, page);
    }
    const authorization = `Basic ${Buffer.from('user:password').toString('base64')}`;
    const { status } = await nodeRed.request('GET', '/asr/microphone/', { headers: { authorization } });
    assert.equal(status, 200);
  });
});
