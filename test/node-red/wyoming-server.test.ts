import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LocalService } from '../../local-service';
import { JFK_PCM, assertSaysJfk } from '../support/jfk';
import { freePort } from '../support/live-audio';
import { credentialsNode, Flow, helper, observers } from '../support/node-red';
import type { FlowNode } from '../support/node-red';
import { useRecogniser, useService } from '../support/node-red-service';
import { silence } from '../support/scripted-audio';
import { configurationOf } from '../support/settings-on-wire';
import { waitUntil } from '../support/wait-until';
import { WyomingClient } from '../support/wyoming-client';

const RECOGNISED_WITHIN_MS = 60_000;

function start(
  service: Pick<LocalService, 'url'>,
  port: number,
  settings: Partial<FlowNode> = {},
): Promise<Flow> {
  return Flow.start([
    credentialsNode(service.url),
    {
      id: 'server',
      type: 'asr-wyoming-server',
      z: 'tab',
      connection: 'credentials',
      port: String(port),
      ...settings,
      wires: [['text']],
    },
    { id: 'text', type: 'helper', z: 'tab' },
    ...observers(['server']),
  ]);
}

async function isListening(flow: Flow): Promise<void> {
  await waitUntil(() => flow.badgeTexts('server').at(-1) === 'listening', 'the badge', 15_000);
}

describe('the wyoming server node', () => {
  const clients: WyomingClient[] = [];
  afterEach(() => {
    for (const { socket } of clients.splice(0)) socket.destroy();
  });

  function client(port: number): WyomingClient {
    const made = new WyomingClient(port);
    clients.push(made);
    return made;
  }

  describe('with a recogniser', function () {
    const recogniser = useRecogniser(this);

    it('answers its client with the words, and sends the same text as a message', async () => {
      const port = await freePort();
      const flow = await start(recogniser.service, port);
      await isListening(flow);
      const made = client(port);
      made.send('transcribe', { language: 'en-US' });
      made.speak(JFK_PCM);
      const [transcript] = await made.wait('transcript', 1, RECOGNISED_WITHIN_MS);
      const { text } = transcript!.data as { text: string };
      assertSaysJfk(text);
      const msg = await flow.message('text');
      assert.equal(msg.payload, text);
      assert.match(String(msg.topic), /^127\.0\.0\.1:\d+$/);
      assert.equal(msg.language, 'en');
    });
  });

  describe('with a script', () => {
    const rig = useService();

    it('sends nothing for silence, and lets its port go when the flow ends', async () => {
      const port = await freePort();
      const flow = await start(await rig.serve({ utterances: [] }), port);
      await isListening(flow);
      const made = client(port);
      made.speak(silence(300));
      assert.equal((await made.wait('transcript'))[0]!.data.text, '');
      assert.deepEqual(flow.received('text'), []);
    });

    it('gives the whole command as one sentence in Manual mode', async () => {
      const port = await freePort();
      const service = await rig.serve({ utterances: ['Lights on, please.'] });
      const flow = await start(service, port, { mode: 'manual' });
      await isListening(flow);
      const made = client(port);
      made.speak(silence(3000));
      assert.equal((await made.wait('transcript'))[0]!.data.text, 'Lights on, please.');
      assert.equal((await flow.message('text')).payload, 'Lights on, please.');
      const { session } = configurationOf(service.sessions.at(-1)) as {
        session: { turn_detection: unknown };
      };
      assert.equal(session.turn_detection, null);
    });

    it('writes the frames of its commands to a trace file', async () => {
      const file = path.join(mkdtempSync(path.join(tmpdir(), 'flow-asr-')), 'trace.jsonl');
      const port = await freePort();
      const flow = await start(await rig.serve({ utterances: ['Hello.'] }), port, { traceFile: file });
      await isListening(flow);
      client(port).speak(silence(3000));
      await flow.message('text');
      await helper.unload();
      assert.match(readFileSync(file, 'utf8'), /session\.update/);
      rmSync(path.dirname(file), { recursive: true });
    });

    it('ends at once while the service leaves it waiting, and opens no port afterwards', async () => {
      const silent = createServer();
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const asked = once(silent, 'connection') as Promise<[Socket]>;
      const port = await freePort();
      const { port: servicePort } = silent.address() as AddressInfo;
      await start({ url: `ws://127.0.0.1:${servicePort}` }, port);
      const [socket] = await asked;
      const beganAtMs = performance.now();
      await helper.unload();
      assert.ok(performance.now() - beganAtMs < 5000);
      socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
      const next = createServer();
      await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve));
      await new Promise((resolve) => next.close(resolve));
    });

    it('shows that its port is taken, and listens once it is free', async () => {
      const taken = createServer();
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
      const { port } = taken.address() as { port: number };
      const flow = await start(await rig.serve({ utterances: [] }), port);
      const caught = await flow.message('caught');
      assert.match((caught.error as { message: string }).message, /something else listens there already/);
      assert.ok(flow.badgeTexts('server').includes('bad setting'));
      await new Promise((resolve) => taken.close(resolve));
      await isListening(flow);
    }).timeout(45_000);
  });
});
