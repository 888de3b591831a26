import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startLocalService, type LocalService } from '../../local-service';
import { assertSaysJfk } from '../support/jfk';
import { waitUntil } from '../support/wait-until';
import { NodeRed, type FlowNode, type Installation } from './support/node-red';
import { PACKAGE_NAME, ROOT, userFolderWithPackage } from './support/packed';

const RECORDING = path.join(ROOT, 'test/fixtures/jfk.wav');
const NAME_RECORDING = path.join(ROOT, 'test/fixtures/meyerhofer.wav');
const TYPES = [
  'asr-append-audio',
  'asr-commit',
  'asr-credentials',
  'asr-hot-words',
  'asr-live-audio',
  'asr-microphone',
  'asr-session',
  'asr-transcribe',
  'asr-wyoming-server',
];
const RECOGNISED_WITHIN_MS = 60_000;

/** The package in a real Node-RED, with the flows that it ships as examples, and a real recogniser. */
export function describeRecognition(name: string, installation: Installation): void {
  describe(name, () => {
    let service: LocalService;
    let nodeRed: NodeRed;

    before(async function () {
      this.timeout(300_000);
      service = await startLocalService({ engine: 'recogniser' });
      nodeRed = await NodeRed.start(await userFolderWithPackage(), installation);
    });

    after(async () => {
      await nodeRed.stop();
      await service.close();
    });

    it('loads every node of the installed package, with icons, texts and examples', async () => {
      const sets = (await nodeRed.getJson('/nodes')) as { module: string; types: string[]; err?: string }[];
      const ours = sets.filter(({ module }) => module === PACKAGE_NAME);
      assert.deepEqual(ours.flatMap(({ types }) => types).sort(), TYPES);
      assert.deepEqual(
        ours.filter(({ err }) => err),
        [],
      );

      const icons = (await nodeRed.getJson('/icons')) as Record<string, string[]>;
      for (const icon of icons[PACKAGE_NAME] ?? []) {
        const { status } = await nodeRed.request('GET', `/icons/${PACKAGE_NAME}/${icon}`);
        assert.equal(status, 200, icon);
      }
      assert.equal(icons[PACKAGE_NAME]?.length, 8);

      const texts = JSON.stringify(await nodeRed.getJson('/nodes/messages?lng=zh-CN'));
      for (const type of TYPES) assert.match(texts, new RegExp(`"${type}":{`), type);
      const examples = JSON.stringify(await nodeRed.getJson(`/library/examples/flows/${PACKAGE_NAME}`));
      assert.match(examples, /Recording to text/);
    });

    it('turns a recording into text while it plays, in the example flow', async () => {
      const flow = example('Recording to text');
      const play = named(flow, 'play the recording');
      play.payload = RECORDING;
      const session = flow.find(({ type }) => type === 'asr-session')!;
      await nodeRed.deploy(flow);

      await nodeRed.press(play.id);
      const append = flow.find(({ type }) => type === 'asr-append-audio')!;
      const isPlayed = () => nodeRed.news.some(({ kind, id }) => kind === 'completed' && id === append.id);
      await waitUntil(isPlayed, 'the recording to be played', RECOGNISED_WITHIN_MS);
      await nodeRed.press(named(flow, 'finish').id);
      const hasFinished = () => nodeRed.sent(session.id, 3).some(({ event }) => event?.type === 'finished');
      await waitUntil(hasFinished, 'the session to finish', RECOGNISED_WITHIN_MS);

      assert.deepEqual(nodeRed.errors(), []);
      const finals = nodeRed.sent(session.id, 1);
      assertSaysJfk(finals.map(({ payload }) => payload).join(' '));
      const [firstFinal] = finals;
      const interimsBefore = nodeRed.sent(session.id, 0).filter((one) => isBefore(nodeRed, one, firstFinal));
      assert.ok(interimsBefore.length > 0, 'There was no interim before the first final.');
      await waitUntil(() => service.connectionCount === 0, 'the connection to be closed');
    });

    it('answers an HTTP request with the text of the recording in it, in the example flow', async () => {
      const flow = example('HTTP voice message');
      await nodeRed.deploy(flow);
      const { url } = flow.find(({ type }) => type === 'http in')! as { url?: string };

      const { status, body } = await nodeRed.request('POST', url!, {
        body: readFileSync(RECORDING),
        headers: { 'content-type': 'audio/wav' },
      });

      assert.equal(status, 200, body.toString());
      assertSaysJfk(body.toString());
      await waitUntil(() => service.connectionCount === 0, 'the connection to be closed');
    });

    it('makes a hot-word list, recognises a name by it, changes and deletes it, in the example flow', async () => {
      const flow = example('Hot words');
      const words = flow.find(({ type }) => type === 'asr-hot-words')!;
      const press = async (name: string): Promise<string> => {
        const before = nodeRed.sent(words.id).length;
        await nodeRed.press(named(flow, name).id);
        await waitUntil(() => nodeRed.sent(words.id).length > before, `the answer to ${name}`);
        return nodeRed.sent(words.id).at(-1)?.text ?? '';
      };
      named(flow, 'create').payload = 'Meyerhofer 5';
      await nodeRed.deploy(flow);
      const [vocabularyId = ''] = /vocab-flow-\w+/.exec(await press('create')) ?? [];
      assert.notEqual(vocabularyId, '');

      const z = flow[0]!.id;
      const play = { id: 'play', type: 'inject', z, props: [{ p: 'payload' }], payloadType: 'str' };
      const recogniser = { type: 'asr-transcribe', z, connection: words.connection, model: words.model };
      await nodeRed.deploy([
        ...flow,
        { ...play, payload: NAME_RECORDING, wires: [['plain', 'biased']] },
        { ...recogniser, id: 'plain', strings: 'file', wires: [['texts']] },
        { ...recogniser, id: 'biased', strings: 'file', parameters: { vocabularyId }, wires: [['texts']] },
        { id: 'texts', type: 'debug', z, active: false, wires: [] },
      ]);
      await nodeRed.press('play');
      const texts = (id: string) => nodeRed.sent(id).map(({ payload }) => payload ?? '');
      const isDone = () => texts('plain').length === 1 && texts('biased').length === 1;
      await waitUntil(isDone, 'both texts', RECOGNISED_WITHIN_MS);
      assert.doesNotMatch(texts('plain').join(), /Meyerhofer/);
      assert.match(texts('biased').join(), /Meyerhofer/);

      assert.match(await press('replace by the callers of today'), /Anna Meyer/);
      assert.match(await press('read'), /Anna Meyer/);
      assert.match(await press('delete'), new RegExp(vocabularyId));
      assert.deepEqual(nodeRed.errors(), []);
      await nodeRed.press(named(flow, 'read').id);
      await waitUntil(() => nodeRed.errors().length > 0, 'the error of a list that is gone');
      assert.match(nodeRed.errors().join(), /ResourceNotExist/);
    });

    /** The shipped example with the service's address. */
    function example(title: string): FlowNode[] {
      const flow = JSON.parse(readFileSync(path.join(ROOT, `examples/${title}.json`), 'utf8')) as FlowNode[];
      for (const node of flow) {
        if (node.type === 'asr-credentials') node.address = service.url;
      }
      return flow;
    }
  });
}

function named(flow: FlowNode[], name: string): FlowNode {
  const node = flow.find((one) => one.name === name);
  assert.ok(node, `The example has no node named "${name}".`);
  return node;
}

function isBefore(nodeRed: NodeRed, one: object, other: object | undefined): boolean {
  const order = nodeRed.news as object[];
  return other !== undefined && order.indexOf(one) < order.indexOf(other);
}
