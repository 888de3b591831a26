import assert from 'node:assert/strict';
import WebSocket from 'ws';
import type { HotWordList } from '../../lib';
import { CALL_SCRIPTS } from '../support/call-frames';
import { coreNodes, exampleFlow, nodeNamed, SCRIPTED_EXAMPLES } from '../support/example-flow';
import type { ScriptedExample } from '../support/example-flow';
import { freePort } from '../support/live-audio';
import { Flow, helper } from '../support/node-red';
import type { FlowNode } from '../support/node-red';
import { useService } from '../support/node-red-service';
import { waitUntil } from '../support/wait-until';
import { WyomingClient } from '../support/wyoming-client';

const TWILIO = CALL_SCRIPTS[0]!;
const CORE_NODES = coreNodes(
  'network/22-websocket',
  'common/20-inject',
  'common/25-status',
  'function/10-function',
  'function/10-switch',
  'function/15-change',
);

describe('the example', () => {
  const rig = useService();
  const tried = new Set<ScriptedExample>();

  function example(name: ScriptedExample, address: string): FlowNode[] {
    tried.add(name);
    return exampleFlow(name, address);
  }

  it('"Telephone call to transcript" gives both sides of a call when it has ended', async () => {
    const service = await rig.serve({ utterances: ['Hello.', 'Good morning.'] });
    const nodes = example('Telephone call to transcript', service.url);
    const flow = await Flow.start(nodes, {}, CORE_NODES);
    const ws = new WebSocket(`${helper.url().replace(/^http/, 'ws')}/ws/calls-to-transcript`);
    await new Promise((resolve) => ws.once('open', resolve));
    for (const message of TWILIO.before) ws.send(message);
    const silence = Buffer.alloc(160, 0xff);
    for (let index = 0; index < 60; index += 1) {
      ws.send(TWILIO.media(silence, 'inbound', index));
      ws.send(TWILIO.media(silence, 'outbound', index));
    }
    for (const message of TWILIO.after) ws.send(message);
    const { payload } = await flow.message(nodeNamed(nodes, 'the transcript').id);
    ws.close();
    assert.match(String(payload), /^(Caller|Agent): Hello\./);
    assert.match(String(payload), /Caller: /);
    assert.match(String(payload), /Agent: /);
  });

  it('"Telephone call to captions" flags an angry caller while the call goes on', async () => {
    const service = await rig.serve({ utterances: [{ text: 'This is enough!', emotion: 'angry' }] });
    const nodes = example('Telephone call to captions', service.url);
    const flow = await Flow.start(nodes, {}, CORE_NODES);
    const ws = new WebSocket(`${helper.url().replace(/^http/, 'ws')}/ws/calls`);
    await new Promise((resolve) => ws.once('open', resolve));
    for (const message of TWILIO.before) ws.send(message);
    for (let index = 0; index < 80; index += 1)
      ws.send(TWILIO.media(Buffer.alloc(160, 0xff), 'inbound', index));
    const flag = nodeNamed(nodes, 'an angry caller').id;
    await waitUntil(() => flow.received(flag).length === 1, 'the flag');
    assert.equal((flow.received(flag)[0]!.call as { callId: string }).callId, TWILIO.callId);
    ws.close();
  });

  for (const [command, place] of [
    ['Turn the lights off.', 'about light'],
    ['What time is it?', 'other commands'],
  ] as const) {
    it(`"Home Assistant commands" answers Home Assistant, and puts “${command}” to “${place}”`, async () => {
      const service = await rig.serve({ utterances: [command] });
      const nodes = example('Home Assistant commands', service.url);
      const port = await freePort();
      const server = nodes.find(({ type }) => type === 'asr-wyoming-server')!;
      server.port = String(port);
      const flow = await Flow.start(nodes, {}, CORE_NODES);
      await waitUntil(() => flow.badgeTexts(server.id).at(-1) === 'listening', 'the badge', 15_000);
      const client = new WyomingClient(port);
      client.speak(Buffer.alloc(32_000));
      const [transcript] = await client.wait('transcript');
      client.socket.destroy();
      assert.equal(transcript!.data.text, command);
      assert.equal((await flow.message(nodeNamed(nodes, place).id)).payload, command);
    }).timeout(30_000);
  }

  it('"Hot words" makes a list, gives it other words, reads and deletes it', async () => {
    const service = await rig.serve({});
    const nodes = example('Hot words', service.url);
    const flow = await Flow.start(nodes, {}, CORE_NODES);
    const answers = nodeNamed(nodes, 'the list').id;
    const click = async (name: string, count: number): Promise<HotWordList> => {
      flow.send(nodeNamed(nodes, name).id, {});
      const messages = await flow.messages(answers, count);
      return messages.at(-1)!.payload as HotWordList;
    };
    const created = await click('create', 1);
    assert.equal(created.words.length, 3);
    const changed = await click('replace by the callers of today', 2);
    assert.deepEqual(
      [changed.id, changed.words.map(({ text }) => text)],
      [created.id, ['Anna Meyer', 'Bert']],
    );
    assert.deepEqual(await click('read', 3), changed);
    assert.deepEqual(await click('delete', 4), { id: created.id });
  });

  it('is tried here for each that names a script', () => {
    assert.deepEqual([...tried].sort(), [...SCRIPTED_EXAMPLES].sort());
  });
});
