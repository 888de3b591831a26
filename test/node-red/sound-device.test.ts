import assert from 'node:assert/strict';
import { withEnvironment } from '../support/environment';
import { findRecording, Utterance } from '../support/find-recording';
import { JFK_PCM } from '../support/jfk';
import { appendNodes, credentialsNode, Flow, helper, sessionNodes } from '../support/node-red';
import type { FlowNode } from '../support/node-red';
import { useService } from '../support/node-red-service';
import { SoundServer } from '../support/sound-server';
import { waitUntil } from '../support/wait-until';

/** The first words of the recording: And so, my fellow Americans. */
const SAID = JFK_PCM.subarray(0, 2.5 * 32_000);
const WITHIN_MS = 50_000;
const DEVICE = 'desk_microphone';

const NODES: [what: string, node: FlowNode, hears: RegExp][] = [
  ['live audio', { id: 'live', type: 'asr-live-audio', source: 'microphone' }, /^receiving$/],
  ['microphone', { id: 'live', type: 'asr-microphone', kind: 'computer' }, /^level [▮▯]{8}$/],
];

describe('a node with a real microphone of this computer', function () {
  this.timeout(150_000);
  const { serve } = useService();
  let server: SoundServer | undefined;

  before(async function () {
    server = await SoundServer.start(this);
  });

  after(() => server?.close());

  /** What the node has sent on, in pieces. */
  function piecesOf(flow: Flow): Buffer[] {
    return flow.received('heard').flatMap(({ payload }) => (Buffer.isBuffer(payload) ? [payload] : []));
  }

  /** What the node has sent on from a piece on, up to the end of what was said. */
  async function heard(flow: Flow, from: number): Promise<Buffer> {
    const utterance = new Utterance();
    let looked = from;
    const isOver = (): boolean => {
      for (const piece of piecesOf(flow).slice(looked)) utterance.hear(piece);
      looked = piecesOf(flow).length;
      return utterance.isOver;
    };
    await waitUntil(isOver, 'what was said', WITHIN_MS);
    return Buffer.concat(piecesOf(flow).slice(from));
  }

  /** Whether the dialog offers the microphone. */
  async function isListed(): Promise<boolean> {
    const { body } = await helper.request().get('/asr/microphones');
    const { microphones } = body as { microphones: { device: string }[] };
    return microphones.some(({ device }) => device === DEVICE);
  }

  for (const [what, node, hears] of NODES) {
    it(`hears it word for word as ${what}, shows that it was unplugged, and goes on when it is back`, async () => {
      const { url } = await serve({ utterances: ['One.', 'Two.'], loop: true });
      await withEnvironment(server!.environment, async () => {
        try {
          const first = await server!.plugIn(DEVICE);
          const flow = await Flow.start([
            { ...node, z: 'tab', device: DEVICE, wires: [['append', 'heard']] },
            { id: 'heard', type: 'helper', z: 'tab' },
            ...appendNodes(),
            ...sessionNodes(),
            credentialsNode(url),
          ]);
          const badge = (text: RegExp): Promise<void> =>
            waitUntil(() => text.test(flow.badgeTexts('live').at(-1) ?? ''), String(text), WITHIN_MS);
          await badge(hears);
          assert.equal(await isListed(), true);
          first.say(SAID);
          assert.ok(findRecording(await heard(flow, 0), SAID).likeness > 0.99);
          await flow.messages('final', 1);
          await first.unplug();
          await badge(/^connecting again$/);
          assert.equal(await isListed(), false);
          const before = piecesOf(flow).length;
          const second = await server!.plugIn(DEVICE);
          assert.equal(await isListed(), true);
          await badge(hears);
          second.say(SAID);
          assert.ok(findRecording(await heard(flow, before), SAID).likeness > 0.99);
          const finals = flow.received('final').length;
          await flow.messages('final', finals + 1);
          assert.ok(!flow.badges('live').some(({ fill }) => fill === 'red'));
          const opened = flow
            .received('events')
            .filter(({ asr }) => (asr as { type: string }).type === 'opened');
          assert.equal(opened.length, 1, 'One session hears it all.');
        } finally {
          await helper.unload();
          await server!.unplugAll();
        }
      });
    });
  }
});
