import assert from 'node:assert/strict';
import type { LocalService } from '../../local-service/index';
import type { FlowNode } from '../support/node-red';
import {
  appendNodes,
  credentialsNode,
  errorOf,
  Flow,
  helper,
  observers,
  sessionNodes,
  TAB,
} from '../support/node-red';
import { useService } from '../support/node-red-service';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const PLACE = { x: 0, y: 0 };

/** The whole flow, as a deploy of `session` alone under another name would send it. */
function renamed(nodes: FlowNode[]): FlowNode[] {
  const changed = nodes.map((node): FlowNode => (node.id === 'session' ? { ...node, name: 'new' } : node));
  return [TAB, ...changed.map((node) => (node.z ? { ...PLACE, ...node } : node))];
}

describe('a deploy', () => {
  const rig = useService();
  let service: LocalService;

  beforeEach(async () => {
    service = await rig.serve({ utterances: ['Hello there.'] });
  });

  it('of the session node alone closes its session, and append audio finds the new one', async () => {
    const nodes = [credentialsNode(service.url), ...sessionNodes({ onDeploy: 'abort' }), ...appendNodes()];
    const flow = await Flow.start(nodes);
    flow.send('append', { payload: silence(500) });
    await flow.message('interim');

    await helper.setFlows(renamed(nodes), 'nodes');
    await waitUntil(() => service.connectionCount === 0, 'the old session to close');

    flow.send('append', { payload: silence(3000) });
    await waitUntil(
      () => flow.received('final').some(({ payload }) => payload === 'Hello there.'),
      'a final of the new session',
    );
    assert.equal(service.sessions.length, 2);
  });

  it('of the session node alone gives the last final to the nodes that stay, before it closes', async () => {
    const nodes = [credentialsNode(service.url), ...sessionNodes(), ...appendNodes()];
    const flow = await Flow.start(nodes);
    // The silence that would end the sentence is missing.
    flow.send('append', { payload: silence(900) });
    await flow.message('interim');
    await helper.setFlows(renamed(nodes), 'nodes');
    assert.deepEqual(
      flow.received('final').map(({ payload }) => payload),
      ['Hello there.'],
    );
    const last = flow.received('events').at(-1)!.payload as { type: string; aborted: boolean };
    assert.deepEqual([last.type, last.aborted], ['finished', false]);
    await waitUntil(() => service.connectionCount === 0, 'the old session to close');
  });

  it('drops unfinished text where sessions abort on deploy', async () => {
    const nodes = [credentialsNode(service.url), ...sessionNodes({ onDeploy: 'abort' }), ...appendNodes()];
    const flow = await Flow.start(nodes);
    flow.send('append', { payload: silence(900) });
    await flow.message('interim');
    await helper.setFlows(renamed(nodes), 'nodes');
    await waitUntil(() => service.connectionCount === 0, 'the session to close');
    assert.deepEqual(flow.received('final'), []);
  });

  it('takes no more audio while sessions finish', async () => {
    const nodes = [
      credentialsNode(service.url),
      ...sessionNodes({ keyType: 'msg', key: 'topic' }),
      ...appendNodes(),
      ...observers([]),
    ];
    const flow = await Flow.start(nodes);
    flow.send('append', { payload: silence(900), topic: 'a' });
    await flow.message('interim');
    const closing = helper.getNode('session')!.close(false);
    for (const topic of ['a', 'b']) flow.send('append', { payload: silence(900), topic });
    const caught = await flow.messages('caught', 2);
    assert.ok(caught.every((msg) => errorOf(msg).code === 'ENDED_EARLY'));
    await closing;
    assert.deepEqual(
      flow.received('final').map(({ payload }) => payload),
      ['Hello there.'],
    );
    assert.equal(service.sessions.length, 1);
  });

  it('repeated many times during speech leaves nothing behind', async () => {
    const nodes = [credentialsNode(service.url), ...sessionNodes(), ...appendNodes()].map((node) =>
      node.z ? { ...PLACE, ...node } : node,
    );
    const flow = await Flow.start(nodes);
    for (let i = 0; i < 25; i++) {
      flow.send('append', { payload: silence(500) });
      if (i % 2 === 0) await waitUntil(() => service.connectionCount > 0, 'a session');
      await helper.setFlows([TAB, ...nodes], 'full');
    }
    await waitUntil(() => service.connectionCount === 0, 'all sessions to close');
  });

  it('of a subflow with session and append audio inside gives each instance a session of its own', async () => {
    const inner = { z: 'subflow', ...PLACE };
    const subflow: FlowNode[] = [
      {
        id: 'subflow',
        type: 'subflow',
        name: 'listener',
        in: [{ ...PLACE, wires: [{ id: 'append' }] }],
        out: [{ ...PLACE, wires: [{ id: 'session', port: 1 }] }],
      },
      { ...sessionNodes({ wires: [[], [], [], []] })[0]!, ...inner },
      { ...appendNodes({ wires: [[]] })[0]!, ...inner },
      { id: 'one', type: 'subflow:subflow', z: 'tab', wires: [['texts']] },
      { id: 'two', type: 'subflow:subflow', z: 'tab', wires: [['texts']] },
      { id: 'texts', type: 'helper', z: 'tab' },
    ];
    const flow = await Flow.start([credentialsNode(service.url), ...subflow]);
    flow.send('one', { payload: silence(3000), _msgid: 'm1' });
    flow.send('two', { payload: silence(3000), _msgid: 'm2' });
    const texts = await flow.messages('texts', 2);
    assert.deepEqual(new Set(texts.map(({ _msgid }) => _msgid)), new Set(['m1', 'm2']));
    assert.equal(service.sessions.length, 2);
  });
});
