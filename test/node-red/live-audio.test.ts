import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import WebSocket from 'ws';
import { SOURCE_KINDS, sourceFields } from '../../lib/live/sources/kinds';
import type { SourceKindName } from '../../lib/live/sources/kinds';
import { SOURCE_FIELD_TEXTS, SOURCE_KIND_TEXTS } from '../../nodes/source-texts';
import { CALL_SCRIPTS } from '../support/call-frames';
import { freePort, streamAudio } from '../support/live-audio';
import { useLiveServers } from '../support/live-servers';
import { appendNodes, credentialsNode, Flow, helper, readCatalogue, sessionNodes } from '../support/node-red';
import type { FlowNode } from '../support/node-red';
import { useService } from '../support/node-red-service';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { WyomingSatellite } from '../support/wyoming-satellite';

type Texts = Record<string, { label: string; hint: string }>;

const SECRET = 'sesame-1234';
const TWILIO = CALL_SCRIPTS[0]!;

function liveNode(more: Partial<FlowNode>): FlowNode[] {
  return [
    { id: 'live', type: 'asr-live-audio', z: 'tab', wires: [['append', 'heard']], ...more },
    { id: 'heard', type: 'helper', z: 'tab' },
  ];
}

describe('the live audio node', () => {
  const { serve } = useService();
  let address = '';
  const servers = useLiveServers();

  const serviceOf = async (script: Parameters<typeof serve>[0]): Promise<string> => (await serve(script)).url;

  async function start(
    more: Partial<FlowNode>,
    { session = {}, secrets = {} }: { session?: Partial<FlowNode>; secrets?: Record<string, string> } = {},
  ): Promise<Flow> {
    const nodes = [...liveNode(more), ...appendNodes(), ...sessionNodes(session)];
    return Flow.start([...nodes, credentialsNode(address)], { live: secrets });
  }

  it('sends the audio of a stream as samples, which append audio takes as they are', async () => {
    address = await serviceOf({ utterances: ['One.', 'Two.'], loop: true });
    const url = await servers.http(streamAudio());
    const flow = await start({ source: 'http', streamUrl: url });
    const [final] = await flow.messages('final', 1);
    assert.equal(final!.payload, 'One.');
    const [first] = flow.received('heard');
    const { payload, topic, ...format } = first as unknown as Record<string, unknown>;
    assert.ok(Buffer.isBuffer(payload));
    assert.equal(topic, `${url}/`);
    const { rate, channels, bits, encoding } = format;
    assert.deepEqual([rate, channels, bits, encoding], [16_000, 1, 16, 'signed-integer']);
    assert.ok(flow.badgeTexts('live').includes('receiving'));
  });

  it('connects again when the stream breaks off, and ends the sentence meanwhile', async () => {
    address = await serviceOf({ utterances: ['Before.', 'After.'], loop: true });
    let requests = 0;
    const url = await servers.http((request, response) => {
      requests += 1;
      if (requests === 1) response.write(silence(700), () => request.socket.destroy());
      else streamAudio()(request, response);
    });
    const flow = await start({ source: 'http', streamUrl: url });
    await flow.messages('final', 2);
    assert.ok(requests >= 2);
    assert.ok(flow.received('heard').some(({ action }) => action === 'commit'));
    assert.ok(flow.badgeTexts('live').includes('connecting again'));
  });

  it('hears a satellite, and tells it the text that comes back from the session', async () => {
    address = await serviceOf({ utterances: ['Lights on.'], loop: true });
    const satellite = new WyomingSatellite();
    try {
      const port = await satellite.listen();
      const flow = await start(
        { source: 'satellite', satelliteAddress: `127.0.0.1:${port}` },
        { session: { wires: [[], ['final', 'live'], [], []] } },
      );
      await satellite.wait('run-satellite');
      satellite.wake();
      satellite.speak(silence(2000));
      const [final] = await flow.messages('final', 1);
      assert.equal(final!.payload, 'Lights on.');
      assert.equal((await satellite.wait('transcript'))[0]!.data.text, 'Lights on.');
      assert.deepEqual([...new Set(flow.badgeTexts('live'))], ['connecting', 'receiving']);
    } finally {
      await satellite.close();
    }
  });

  it('gives each device of a port a key of its own, and finishes its session when it leaves', async () => {
    address = await serviceOf({ utterances: ['One.'], loop: true });
    const port = await freePort();
    const flow = await start(
      { source: 'tcp', port: String(port), rawRate: '16000' },
      { session: { keyType: 'msg', key: 'topic' } },
    );
    await waitUntil(() => flow.badgeTexts('live').includes('waiting for audio'), 'the port');
    const sockets = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    for (const socket of sockets) socket.write(silence(2000));
    await waitUntil(() => flow.badgeTexts('live').includes('devices: 2'), 'both devices');
    const keys = sockets.map(({ localPort }) => `127.0.0.1:${localPort}`).sort();
    for (const socket of sockets) socket.end();
    await waitUntil(
      () =>
        flow.received('events').filter(({ asr }) => (asr as { type: string }).type === 'finished').length ===
        2,
      'both sessions to end',
    );
    const topics = new Set(flow.received('final').map(({ topic }) => topic));
    assert.deepEqual([...topics].sort(), keys);
    assert.equal(flow.badgeTexts('live').at(-1), 'waiting for audio');
  });

  it('starts and stops by msg.action, and says what else it was told', async () => {
    address = await serviceOf({ utterances: ['One.'], loop: true });
    const url = await servers.http(streamAudio());
    const flow = await start({ source: 'http', streamUrl: url, autostart: false });
    assert.equal(flow.received('heard').length, 0);
    flow.send('live', { action: 'start' });
    await flow.messages('heard', 1);
    flow.send('live', { action: 'stop' });
    await waitUntil(() => flow.badgeTexts('live').at(-1) === 'stopped', 'the badge');
    const count = flow.received('heard').length;
    flow.send('live', { action: 'start' });
    await flow.messages('heard', count + 2);
    flow.send('live', { action: 'dance' });
    await waitUntil(() => flow.badges('live').some(({ fill }) => fill === 'red'), 'the error');
  });

  it('says of a telephone call what append audio says of one, in its audio and in the results', async () => {
    address = await serviceOf({ utterances: ['One.'], loop: true });
    const port = await freePort();
    const flow = await start({ source: 'calls', port: String(port) }, { secrets: { callToken: SECRET } });
    await waitUntil(() => flow.badgeTexts('live').includes('waiting for audio'), 'the port');
    const call = new WebSocket(`ws://127.0.0.1:${port}/?token=${SECRET}`);
    await once(call, 'open');
    for (const message of TWILIO.before) call.send(message);
    for (let index = 0; index < 100; index += 1)
      call.send(TWILIO.media(Buffer.alloc(160, 0xff), 'inbound', index));
    const [final] = await flow.messages('final', 1);
    call.close();
    for (const { call: told } of [flow.received('heard')[0]!, final!]) {
      const { callId, track } = told as { callId: string; track: string };
      assert.deepEqual([callId, track], [TWILIO.callId, 'inbound']);
    }
  });

  it('has its port for itself when it is started right behind a stop, and lets it go at the end', async () => {
    address = await serviceOf({ utterances: ['One.'], loop: true });
    const port = await freePort();
    const flow = await start({ source: 'tcp', port: String(port), rawRate: '16000' });
    await waitUntil(() => flow.badgeTexts('live').includes('waiting for audio'), 'the port');
    flow.send('live', { action: 'stop' });
    flow.send('live', { action: 'start' });
    await waitUntil(
      () => flow.badgeTexts('live').filter((text) => text === 'waiting for audio').length === 2,
      'it again',
    );
    assert.ok(!flow.badges('live').some(({ fill }) => fill === 'red'));
    flow.send('live', { action: 'stop' });
    await helper.unload();
    const next = createServer();
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => next.close(resolve));
  });

  it('goes on showing that a port is taken, and says it once', async () => {
    address = await serviceOf({ utterances: ['One.'], loop: true });
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const flow = await start({ source: 'tcp', port: String(port) });
    const failures = () => flow.badgeTexts('live').filter((text) => text === 'bad setting').length;
    await waitUntil(() => failures() >= 2, 'the second attempt', 15_000);
    assert.equal(flow.badgeTexts('live').at(-1), 'bad setting');
    await new Promise((resolve) => taken.close(resolve));
  }).timeout(20_000);

  it('logs in with its secrets, which appear in no message and no badge', async () => {
    address = await serviceOf({ utterances: ['One.'], loop: true });
    const said: (string | undefined)[] = [];
    const url = await servers.http((request, response) => {
      said.push(request.headers.authorization);
      streamAudio()(request, response);
    });
    const flow = await start(
      { source: 'http', streamUrl: url },
      { secrets: { user: 'me', password: SECRET } },
    );
    await flow.messages('heard', 2);
    assert.equal(said[0], `Basic ${Buffer.from(`me:${SECRET}`).toString('base64')}`);
    const shown = JSON.stringify([flow.received('heard'), flow.badges('live')]);
    assert.ok(!shown.includes(SECRET));
  });

  it('shows a bad setting in its badge, and a recording that comes at once only ten seconds ahead', async () => {
    address = await serviceOf({ utterances: ['One.'], loop: true });
    const flow = await start({ source: 'tcp', port: '0' });
    await waitUntil(() => flow.badgeTexts('live').includes('bad setting'), 'the badge');
    await helper.unload();
    const url = await servers.http((_request, response) => {
      response.setHeader('content-type', 'audio/wav');
      response.end(wav(silence(120_000)));
    });
    const beganMs = performance.now();
    const fast = await start({ source: 'http', streamUrl: url });
    await waitUntil(() => bytesOf(fast) >= 300_000, 'the first ten seconds');
    const heardMs = bytesOf(fast) / 32;
    // Beyond ten seconds, it is twice as fast as it was spoken. A piece lasts at most four seconds.
    const mostMs = 10_000 + 2 * (performance.now() - beganMs) + 4000;
    assert.ok(heardMs < Math.min(mostMs, 110_000), `${heardMs} of ${mostMs} ms`);
  });

  it('has the texts of the table of sources, and a default for each of its fields', () => {
    const own = readCatalogue('asr-live-audio', 'en-US')['asr-live-audio'] as { source: Texts; field: Texts };
    for (const kind of Object.keys(SOURCE_KINDS) as SourceKindName[]) {
      if ('answersWithText' in SOURCE_KINDS[kind]) continue;
      const { label, hint } = SOURCE_KIND_TEXTS[kind];
      assert.deepEqual(own.source[kind], { label, hint });
      for (const [name] of sourceFields(kind)) {
        const text = SOURCE_FIELD_TEXTS[name];
        const { label: ownLabel, hint: ownHint } = own.field[name]!;
        assert.deepEqual([ownLabel, ownHint], [text.label, text.hint]);
      }
    }
  });
});

function bytesOf(flow: Flow): number {
  return flow
    .received('heard')
    .reduce((sum, { payload }) => sum + (Buffer.isBuffer(payload) ? payload.length : 0), 0);
}
