import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import WebSocket from 'ws';
import { CALL_SCRIPTS } from '../support/call-frames';
import { Flow, helper } from '../support/node-red';
import type { FlowNode, Init } from '../support/node-red';
import { useService } from '../support/node-red-service';
import { waitUntil } from '../support/wait-until';

const TWILIO = CALL_SCRIPTS[0]!;
const core = createRequire(__filename);
const CORE_NODES = [
  'network/22-websocket',
  'common/25-status',
  'function/10-function',
  'function/10-switch',
].map((file) => core(`@node-red/nodes/core/${file}.js`) as Init);
/** What a test puts in place of nodes that it does not need. */
const LEFT_OUT = ['tab', 'comment', 'catch', 'http in', 'http response', 'template', 'websocket out'];

/** An example with its debug nodes as helper nodes, at this service. */
function example(name: string, address: string): FlowNode[] {
  const file = path.join(__dirname, '../../examples', `${name}.json`);
  const nodes = JSON.parse(readFileSync(file, 'utf8')) as FlowNode[];
  return nodes
    .filter(({ type }) => !LEFT_OUT.includes(type))
    .map((node): FlowNode => ({
      ...node,
      ...(typeof node.z === 'string' && { z: 'tab' }),
      ...(node.type === 'debug' && { type: 'helper' }),
      ...(node.type === 'asr-credentials' && { address }),
    }));
}

describe('the examples of telephone calls', () => {
  const rig = useService();

  it('make a transcript with both sides when the call has ended', async () => {
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
    const text = nodes.find(({ name }) => name === 'the transcript')!;
    const { payload } = await flow.message(text.id);
    ws.close();
    assert.match(String(payload), /^(Caller|Agent): Hello\./);
    assert.match(String(payload), /Caller: /);
    assert.match(String(payload), /Agent: /);
  });

  it('flag an angry caller while the call goes on', async () => {
    const service = await rig.serve({ utterances: [{ text: 'This is enough!', emotion: 'angry' }] });
    const nodes = example('Telephone call to captions', service.url);
    const flow = await Flow.start(nodes, {}, CORE_NODES);
    const ws = new WebSocket(`${helper.url().replace(/^http/, 'ws')}/ws/calls`);
    await new Promise((resolve) => ws.once('open', resolve));
    for (const message of TWILIO.before) ws.send(message);
    for (let index = 0; index < 80; index += 1)
      ws.send(TWILIO.media(Buffer.alloc(160, 0xff), 'inbound', index));
    const flag = nodes.find(({ name }) => name === 'an angry caller')!;
    await waitUntil(() => flow.received(flag.id).length === 1, 'the flag');
    assert.equal((flow.received(flag.id)[0]!.call as { callId: string }).callId, TWILIO.callId);
    ws.close();
  });
});
