import assert from 'node:assert/strict';
import { startLocalService, type LocalService } from '../../local-service';
import { eventually } from '../support/eventually';
import { waitUntil } from '../support/wait-until';
import { NODE_RED_4, NodeRed, type FlowNode } from './support/node-red';
import { userFolderWithPackage } from './support/packed';

const DEPLOYS = 200;
/** Deploys before the first count, so that what Node-RED and the service open once does not count. */
const WARM_UP_DEPLOYS = 5;

const SETTLED_WITHIN_MS = 60_000;
/** How often in a row the same resources must be open. */
const SETTLED_LOOKS = 10;

describe('a Node-RED that is redeployed again and again', () => {
  let service: LocalService;
  let nodeRed: NodeRed;

  before(async () => {
    service = await startLocalService({ engine: 'script', script: { utterances: ['Hello.'] } });
    nodeRed = await NodeRed.start(await userFolderWithPackage(), NODE_RED_4);
  });

  after(async () => {
    await nodeRed.stop();
    await service.close();
  });

  it(`has nothing left of the sessions that ${DEPLOYS} redeploys found open`, async function () {
    this.timeout(300_000);
    await redeploy(WARM_UP_DEPLOYS);
    const before = await resourcesAtRest();

    await redeploy(DEPLOYS);

    assert.deepEqual(await resourcesAtRest(), before);
    assert.equal(service.sessions.length, WARM_UP_DEPLOYS + DEPLOYS, 'one session for each deploy');
    assert.deepEqual(nodeRed.errors(), []);
  });

  /** Every flow opens a session when it starts; the next deploy finds it open. */
  async function redeploy(times: number): Promise<void> {
    for (let count = 0; count < times; count += 1) {
      const opened = service.sessions.length;
      await nodeRed.deploy(flow(count));
      await waitUntil(() => service.sessions.length > opened && isOpen(), 'the session of the flow');
    }
  }

  function isOpen(): boolean {
    return service.sessions.at(-1)!.sent.some(({ type }) => type === 'session.updated');
  }

  /** Counts without a session in the flow, when all sockets are closed. */
  async function resourcesAtRest(): Promise<string[]> {
    await nodeRed.deploy([{ id: 'tab', type: 'tab' }]);
    await waitUntil(() => service.connectionCount === 0, 'all connections to be closed');
    // Node-RED writes files and closes its own sockets for a moment after a deploy.
    let last = '';
    let looks = 0;
    const settled = async () => {
      const names = (await nodeRed.resources()).sort();
      looks = String(names) === last ? looks + 1 : 0;
      last = String(names);
      return looks >= SETTLED_LOOKS && names;
    };
    return eventually(settled, 'looks that show the same resources', SETTLED_WITHIN_MS);
  }

  function flow(count: number): FlowNode[] {
    return [
      { id: 'tab', type: 'tab' },
      { id: 'credentials', type: 'asr-credentials', region: 'local', address: service.url },
      {
        id: 'start',
        type: 'inject',
        z: 'tab',
        // A full deploy makes every node of the tab anew in any case. A user would have changed something.
        name: `deploy ${count}`,
        props: [{ p: 'action', v: 'start', vt: 'str' }],
        once: true,
        onceDelay: 0,
        wires: [['session']],
      },
      { id: 'session', type: 'asr-session', z: 'tab', connection: 'credentials', wires: [[], [], [], []] },
    ];
  }
});
