import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import WebSocket from 'ws';
import type { LocalService } from '../../local-service';
import { CALL_ARRIVALS, heardWhole, shortCall } from '../support/call-arrivals';
import { CALL_SCRIPTS, telephonePieces } from '../support/call-frames';
import { assertSaysJfk, saysJfk } from '../support/jfk';
import { freePort } from '../support/live-audio';
import {
  appendNodes,
  credentialsNode,
  Flow,
  helper,
  observers,
  onCall,
  sessionNodes,
  type FlowNode,
  type Init,
} from '../support/node-red';
import { useRecogniser, useService } from '../support/node-red-service';
import { AUDIO_SOCKET_CALL_ID, audioSocketCall, placeCall, recordingFor } from '../support/place-call';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const RECOGNISED_WITHIN_MS = 60_000;
const webSocketIn = createRequire(__filename)('@node-red/nodes/core/network/22-websocket.js') as Init;
const statusNode = createRequire(__filename)('@node-red/nodes/core/common/25-status.js') as Init;

/** `websocket in` → `append audio`, and the status of the former to the latter. */
function callFlow(service: LocalService, session: Partial<FlowNode> = {}): FlowNode[] {
  return [
    { id: 'listener', type: 'websocket-listener', path: '/calls', wholemsg: 'false' },
    { id: 'in', type: 'websocket in', z: 'tab', server: 'listener', client: '', wires: [['append']] },
    { id: 'status', type: 'status', z: 'tab', scope: ['in'], wires: [['append']] },
    credentialsNode(service.url),
    ...sessionNodes({ maxSessions: 20, ...session }),
    ...appendNodes(),
    ...observers(['append']),
  ];
}

async function startCalls(service: LocalService, session: Partial<FlowNode> = {}): Promise<Flow> {
  return Flow.start(callFlow(service, session), {}, [webSocketIn, statusNode]);
}

async function dial(): Promise<WebSocket> {
  const ws = new WebSocket(`${helper.url().replace(/^http/, 'ws')}/calls`);
  await new Promise((resolve, reject) => {
    ws.once('open', resolve).once('error', reject);
  });
  return ws;
}

describe('a telephone call into append audio', () => {
  describe('with a recogniser', function () {
    const recogniser = useRecogniser(this);

    it('is recognised through live audio where Asterisk sends it over AudioSocket, its bytes cut anywhere', async () => {
      const port = await freePort();
      const source = { source: 'audioSocket', port: String(port), wires: [['append']] };
      const flow = await Flow.start([
        { id: 'live', type: 'asr-live-audio', z: 'tab', ...source },
        credentialsNode(recogniser.service.url),
        ...sessionNodes({ keyType: 'msg', key: 'topic' }),
        ...appendNodes(),
        ...observers(['append']),
      ]);
      await waitUntil(() => flow.badgeTexts('live').includes('waiting for audio'), 'the port');
      const socket = connect(port, '127.0.0.1');
      try {
        for await (const bytes of audioSocketCall()) socket.write(bytes);
        const finals = () => flow.received('final');
        const text = () =>
          finals()
            .map(({ payload }) => String(payload))
            .join(' ');
        await waitUntil(() => saysJfk(text()), 'the words', RECOGNISED_WITHIN_MS);
        const { call } = finals()[0]! as { call?: { callId: string } };
        assert.equal(call?.callId, AUDIO_SOCKET_CALL_ID);
        assert.deepEqual(flow.received('caught'), []);
      } finally {
        socket.destroy();
      }
    });

    for (const script of CALL_SCRIPTS) {
      it(`is recognised from its start to its stop: ${script.provider}, ${script.encoding}`, async () => {
        const flow = await startCalls(recogniser.service);
        await placeCall(await dial(), script);
        const stopped = () =>
          flow
            .received('events')
            .filter(({ topic, asr }) => topic === script.key('inbound') && typeOf(asr) === 'finished');
        await waitUntil(() => stopped().length === 1, 'the end of the session', RECOGNISED_WITHIN_MS);
        const finals = flow.received('final').filter(({ topic }) => topic === script.key('inbound'));
        const text = finals.map(({ payload }) => String(payload)).join(' ');
        assertSaysJfk(text);
        const said = finals[0]!.call as Record<string, unknown>;
        assert.equal(said.provider, script.provider);
        assert.equal(said.callId, script.callId);
        assert.equal(said.track, 'inbound');
        assert.deepEqual(flow.received('caught'), []);
        await flow.messages(
          'appended',
          script.before.length + telephonePieces(recordingFor(script), script).length,
        );
      });
    }
  });

  describe('with a script', () => {
    const rig = useService();
    const TWILIO = CALL_SCRIPTS[0]!;
    const PIECE = Buffer.alloc(160, 0xff);

    for (const [arrival, send] of Object.entries(CALL_ARRIVALS)) {
      for (const script of CALL_SCRIPTS) {
        it(`is heard whole, its messages ${arrival}: ${script.provider}, ${script.encoding}`, async () => {
          const service = await rig.serve({ utterances: [] }, { keepAudio: true });
          const flow = await startCalls(service);
          const { messages, sides } = shortCall(script);
          const ws = await dial();
          send(ws, messages);
          ws.close();
          await heardWhole(() => service.sessions, sides);
          assert.deepEqual(flow.received('caught'), []);
        });
      }
    }

    it('keeps both sides apart, also where the session node has one session for all', async () => {
      const service = await rig.serve({ utterances: [] }, { keepAudio: true });
      const flow = await startCalls(service);
      const ws = await dial();
      for (const message of TWILIO.before) ws.send(message);
      ws.send(TWILIO.media(Buffer.alloc(160, 0x80), 'inbound', 0));
      ws.send(TWILIO.media(Buffer.alloc(160, 0x00), 'outbound', 0));
      for (const message of TWILIO.after) ws.send(message);
      // The first event is the status that somebody has connected.
      await waitUntil(() => flow.received('completed').length === 8, 'all messages');
      const sides = service.sessions.map(({ audio }) => Buffer.concat(audio));
      assert.deepEqual(
        sides.map((side) => side.length),
        [640, 640],
      );
      assert.deepEqual(sides.map((side) => Math.sign(side.readInt16LE(200))).sort(), [-1, 1]);
      const topics = new Set(flow.received('events').map(({ topic }) => topic));
      assert.deepEqual([...topics].sort(), [TWILIO.key('inbound'), TWILIO.key('outbound')]);
      const calls = flow
        .received('appended')
        .map((msg) => (msg.call as { event?: string } | undefined)?.event);
      assert.deepEqual(calls, [undefined, undefined, 'start', undefined, undefined, 'mark', 'dtmf', 'stop']);
      assert.deepEqual((flow.received('appended')[2]!.call as { parameters: unknown }).parameters, {
        FirstName: 'Jane',
        RemoteParty: 'Bob',
      });
      ws.close();
    });

    it('goes on after a broken message, whose error says what is wrong', async () => {
      const service = await rig.serve({ utterances: [] }, { keepAudio: true });
      const flow = await startCalls(service);
      const [, start] = TWILIO.before;
      flow.send('append', { payload: start });
      flow.send('append', { payload: TWILIO.media(PIECE, 'inbound', 0) });
      flow.send('append', {
        payload: '{"event":"media","streamSid":"MZ18ad3ab5a668481ce02b83e7395059f0","media":{"payload":"?"}}',
      });
      flow.send('append', { payload: TWILIO.media(PIECE, 'inbound', 1) });
      flow.send('append', { payload: TWILIO.after.at(-1) });
      await flow.messages('appended', 4);
      const [caught] = await flow.messages('caught');
      assert.match((caught!.error as { message: string }).message, /no base64 as its payload/);
      const heard = Buffer.concat(service.sessions[0]!.audio);
      assert.ok(heard.length >= 2 * 320 * 2 - 64, `${heard.length} bytes`);
    });

    it('ends with its connection where the provider sends no stop', async () => {
      const service = await rig.serve({ utterances: [] });
      const flow = await startCalls(service);
      const ws = await dial();
      const jambonz = CALL_SCRIPTS.find(({ provider }) => provider === 'jambonz')!;
      ws.send(jambonz.before[0]!);
      ws.send(silence(20));
      await waitUntil(() => service.sessions.length === 1, 'the session');
      ws.close();
      await waitUntil(
        () => flow.received('events').some(({ asr }) => typeOf(asr) === 'finished'),
        'the end of the session',
      );
      assert.deepEqual(flow.received('caught'), []);
    });

    it('proposes a model for telephone audio, once, where the model takes no 8000 Hz', async () => {
      const service = await rig.serve({ utterances: [] });
      const warnings: string[] = [];
      const flow = await startCalls(service, { model: 'fun-asr-realtime' });
      onCall(helper.getNode('append')!, 'warn', ([text]) => warnings.push(String(text)));
      flow.send('append', { payload: TWILIO.before[1] });
      flow.send('append', { payload: TWILIO.before[1]!.replaceAll('MZ18', 'MZ19') });
      await flow.messages('appended', 2);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, /fun-asr-realtime.*fun-asr-flash-8k-realtime/);
    });

    it('goes on in the usual format after a deploy, and says so', async () => {
      const service = await rig.serve({ utterances: [] });
      const warnings: string[] = [];
      const flow = await startCalls(service);
      onCall(helper.getNode('append')!, 'warn', ([text]) => warnings.push(String(text)));
      flow.send('append', { payload: TWILIO.media(PIECE, 'inbound', 9) });
      flow.send('append', { payload: TWILIO.media(PIECE, 'inbound', 10) });
      await flow.messages('appended', 2);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, /beginning of this call was not seen.*mu-law at 8000 Hz/);
    });

    it('is not assumed for text that only resembles its messages: that is an error, which quotes the text', async () => {
      const service = await rig.serve({ utterances: [] });
      const flow = await startCalls(service);
      flow.send('append', { payload: '{"event":"start","device":"lamp"}' });
      flow.send('append', { payload: { event: 'media', media: { title: 'Song' } } });
      assert.equal((await flow.messages('caught', 2)).length, 2);
      assert.deepEqual(flow.received('appended'), []);
      assert.equal(service.sessions.length, 0);
    });
  });
});

function typeOf(event: unknown): unknown {
  return (event as { type?: unknown } | undefined)?.type;
}
