import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import type { INode } from 'n8n-workflow';
import WebSocket from 'ws';
import { ROOT } from '../../hosts/support/packed';
import { CALL_ARRIVALS, heardWhole, shortCall } from '../../support/call-arrivals';
import { CALL_SCRIPTS } from '../../support/call-frames';
import { withEnvironment } from '../../support/environment';
import { JFK_PCM, assertSaysJfk, saysJfk } from '../../support/jfk';
import { freePort } from '../../support/live-audio';
import { paced } from '../../support/paced';
import { AUDIO_SOCKET_CALL_ID, audioSocketCall, placeCall } from '../../support/place-call';
import { answerTo } from '../../support/raw-http';
import { waitUntil } from '../../support/wait-until';
import { WyomingClient } from '../../support/wyoming-client';
import { WyomingSatellite } from '../../support/wyoming-satellite';
import { useN8n } from '../support/n8n-rig';
import { useTriggerHost } from './trigger-host';
import type { ActiveTrigger } from './trigger-host';

const RECOGNISED_WITHIN_MS = 60_000;

async function dial(port: number, path: string): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  await new Promise((resolve, reject) => {
    ws.once('open', resolve).once('error', reject);
  });
  return ws;
}

/** Waits for the words of the recording among the items from this one on. */
async function heard(trigger: ActiveTrigger, from: number, source: string): Promise<Record<string, unknown>> {
  const items = () => trigger.items.slice(from).filter((item) => item.source === source);
  const text = (): string =>
    items()
      .map((item) => item.text as string)
      .join(' ');
  await waitUntil(() => saysJfk(text()), 'the words', RECOGNISED_WITHIN_MS);
  return items()[0]!;
}

describe('calls and satellites at the trigger', function () {
  // Fetches the recogniser at first use.
  this.timeout(600_000);
  this.slow(20_000);
  const host = useTriggerHost(() => rig);
  const rig = useN8n();

  it('start an execution for each sentence of a call, with the ids and parameters of the call', async () => {
    await rig.serve(undefined, { engine: 'recogniser' });
    const port = await freePort();
    const trigger = await host.activate({ source: 'calls', port, options: { path: '/calls' } });
    for (const script of CALL_SCRIPTS) {
      const from = trigger.items.length;
      await placeCall(await dial(port, '/calls'), script);
      const { call } = await heard(trigger, from, script.key('inbound'));
      const { provider, callId, track } = call as Record<string, unknown>;
      assert.deepEqual([provider, callId, track], [script.provider, script.callId, 'inbound']);
    }
    assert.deepEqual(trigger.failedExecutions, []);
  });

  it('start one execution when a call has ended, with what both sides have said in order', async () => {
    await rig.serve({
      utterances: [
        { text: 'Hello.', atMs: 0, endMs: 300 },
        { text: 'Bye.', atMs: 2000, endMs: 2200 },
      ],
    });
    const port = await freePort();
    const trigger = await host.activate({
      source: 'calls',
      port,
      model: 'fun-asr-realtime',
      events: ['ended'],
      options: { path: '/calls' },
    });
    const twilio = CALL_SCRIPTS[0]!;
    const ws = await dial(port, '/calls');
    for (const message of twilio.before) ws.send(message);
    for (let index = 0; index < 200; index += 1) {
      const piece = Buffer.alloc(160, 0xff);
      ws.send(twilio.media(piece, 'inbound', index));
      // The other side begins a second later.
      ws.send(twilio.media(piece, 'outbound', index + 50));
    }
    for (const message of twilio.after) ws.send(message);
    ws.close();
    await waitUntil(() => trigger.items.length > 0, 'the end of the call');
    const [item, ...others] = trigger.items;
    assert.deepEqual(others, []);
    const { call, sentences } = item as {
      call: { callId: string };
      sentences: { track: string; text: string }[];
    };
    assert.equal(call.callId, twilio.callId);
    assert.deepEqual(
      sentences.map(({ track, text }) => `${track}: ${text}`),
      ['inbound: Hello.', 'outbound: Hello.', 'inbound: Bye.', 'outbound: Bye.'],
    );
  });

  for (const [arrival, send] of Object.entries(CALL_ARRIVALS)) {
    it(`are heard whole, the messages of every provider ${arrival}`, async () => {
      const service = await rig.serve({ utterances: [] }, { keepAudio: true });
      const port = await freePort();
      const trigger = await host.activate({ source: 'calls', port, options: { path: '/calls' } });
      for (const script of CALL_SCRIPTS) {
        const from = service.sessions.length;
        const { messages, sides } = shortCall(script);
        const ws = await dial(port, '/calls');
        send(ws, messages);
        ws.close();
        await heardWhole(() => service.sessions.slice(from), sides);
      }
      assert.deepEqual(trigger.failedExecutions, []);
    });
  }

  it('hear a call of Asterisk over AudioSocket', async () => {
    await rig.serve(undefined, { engine: 'recogniser' });
    const port = await freePort();
    const trigger = await host.activate({ source: 'audioSocket', port });
    const socket = connect(port, '127.0.0.1');
    for await (const bytes of audioSocketCall()) socket.write(bytes);
    const { call } = await heard(trigger, 0, `${AUDIO_SOCKET_CALL_ID}/inbound`);
    assert.equal((call as { callId: string }).callId, AUDIO_SOCKET_CALL_ID);
    socket.destroy();
  });

  it('answer a client of Wyoming, and start an execution with the same text', async () => {
    await rig.serve(undefined, { engine: 'recogniser' });
    const port = await freePort();
    const trigger = await host.activate({ source: 'wyoming', port });
    const client = new WyomingClient(port);
    client.send('transcribe', { language: 'en' });
    client.speak(JFK_PCM);
    const [transcript] = await client.wait('transcript', 1, RECOGNISED_WITHIN_MS);
    const { text } = transcript!.data as { text: string };
    assertSaysJfk(text);
    await waitUntil(() => trigger.items.map((item) => item.text as string).join(' ') === text, 'the items');
    client.socket.destroy();
  });

  it('hear a satellite of Wyoming, which gets each text back', async () => {
    await rig.serve(undefined, { engine: 'recogniser' });
    const satellite = new WyomingSatellite();
    try {
      const address = `127.0.0.1:${await satellite.listen()}`;
      const trigger = await host.activate({ source: 'satellite', satelliteAddress: address });
      await satellite.wait('run-satellite');
      satellite.wake();
      for await (const chunk of paced(JFK_PCM, 3200)) satellite.speak(chunk);
      await heard(trigger, 0, `wyoming://${address}`);
      await satellite.wait('transcript', trigger.items.length);
      const texts = satellite.of('transcript').map(({ data }) => data.text);
      assert.deepEqual(
        texts,
        trigger.items.map(({ text }) => text),
      );
    } finally {
      await satellite.close();
    }
  });

  for (const name of [
    'Call to ticket while it is spoken',
    'Call to captions on a page',
    'Angry caller while the call goes on',
    'Call transcript with both sides',
    'Assist command to workflow',
  ]) {
    it(`listen as the example says: ${name}`, async () => {
      await rig.serve();
      const file = path.join(ROOT, 'examples/n8n', `${name}.json`);
      const { nodes } = JSON.parse(readFileSync(file, 'utf8')) as { nodes: INode[] };
      const { parameters } = nodes.find(({ type }) => type.endsWith('.asrTrigger'))!;
      const port = await freePort();
      await host.activate({ ...parameters, port });
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.destroy();
    });
  }

  it('are turned away without the token that the operator has set', async () => {
    await rig.serve();
    await withEnvironment({ FLOW_ASR_CALLS_TOKEN: 'operators-secret' }, async () => {
      const port = await freePort();
      await host.activate({ source: 'calls', port });
      assert.match(await answerTo(port, '/'), /^HTTP\/1\.1 401 /);
      (await dial(port, '/?token=operators-secret')).terminate();
    });
  });
});
