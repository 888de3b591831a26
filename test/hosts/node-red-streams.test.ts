import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startLocalService, type LocalService } from '../../local-service';
import { fixture, fixturePath } from '../support/audio-fixtures';
import { decodeChunks } from '../support/decode-chunks';
import { waitUntil } from '../support/wait-until';
import { NODE_RED_4, NodeRed, type FlowNode } from './support/node-red';
import { ROOT, temporaryFolder, userFolderWithPackage } from './support/packed';

const SECONDS_OF_RECORDING = 11;
/** 16 kHz, 16 bit. */
const BYTES_PER_SECOND = 32_000;
const GIVEN_UP_WITHIN_MS = 20_000;

/** Flows that people reported, unchanged but for their paths. */
describe('streams in the flows of a real Node-RED', () => {
  let service: LocalService;
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await NodeRed.start(await userFolderWithPackage(), NODE_RED_4);
  });

  after(() => nodeRed.stop());

  beforeEach(async () => {
    service = await startLocalService({
      engine: 'script',
      script: { utterances: ['Hello there.'], loop: true },
      keepAudio: true,
    });
    nodeRed.news.length = 0;
  });

  afterEach(async () => {
    await nodeRed.deploy([{ id: 'tab', type: 'tab' }]);
    await service.close();
  });

  const heardBytes = (): number =>
    service.sessions.flatMap(({ audio }) => audio).reduce((sum, { length }) => sum + length, 0);

  async function deploy(name: string, change: (text: string) => string = (text) => text): Promise<void> {
    const text = change(readFileSync(path.join(ROOT, 'test/fixtures/flows', `${name}.json`), 'utf8'));
    const flow = JSON.parse(text) as FlowNode[];
    await nodeRed.deploy(
      flow.map((node) => (node.type === 'asr-credentials' ? { ...node, address: service.url } : node)),
    );
  }

  it('go on in the next session where theirs was finished in the middle', async () => {
    const recording = fixturePath('st44.wav', '-ar 44100 -ac 2');
    await deploy('wav-stream-finish', (text) => text.replace('/path/to/st44.wav', recording));
    await nodeRed.press('go');
    const expected = SECONDS_OF_RECORDING * BYTES_PER_SECOND;
    await waitUntil(() => heardBytes() > 0.99 * expected, 'all of the recording', GIVEN_UP_WITHIN_MS);
    assert.ok(heardBytes() < 1.01 * expected, `${heardBytes()} of ${expected} bytes`);
    assert.equal(service.sessions.length, 2);
    assert.deepEqual(nodeRed.errors(), []);
  });

  it('are given up with a word about copies where a second wire has copied them', async () => {
    await deploy('cloned-stream', (text) =>
      text.replace('/path/to/jfk.wav', path.join(ROOT, 'test/fixtures/jfk.wav')),
    );
    await nodeRed.press('go');
    await waitUntil(() => nodeRed.errors().length > 0, 'an error', GIVEN_UP_WITHIN_MS);
    assert.match(nodeRed.errors()[0] ?? '', /second wire/);
    assert.ok(badges().includes('stream stalled'), badges().join());
  });

  it('that give nothing let go of what waits behind them', async () => {
    await deploy('stall');
    await nodeRed.press('go');
    await waitUntil(() => nodeRed.sent('a').length === 50, 'the messages behind it', GIVEN_UP_WITHIN_MS);
    assert.equal(nodeRed.errors().length, 1);
    assert.ok(badges().includes('no audio comes'), badges().join());
    await waitUntil(() => heardBytes() === 50 * 3200, 'their audio');
  });

  it('that give nothing are answered by abort, with all that waits', async () => {
    await deploy('stall');
    await nodeRed.press('go');
    await nodeRed.press('ab');
    await waitUntil(() => nodeRed.errors().length === 51, 'all messages to be answered');
    assert.deepEqual(nodeRed.sent('a'), []);
  });

  it('lose nothing in pieces of 200 bytes, as fast as core split gives them', async () => {
    const recording = path.join(temporaryFolder(), 'voice-note.ogg');
    const ogg = fixture('note.ogg', '-c:a libopus -b:a 24k');
    writeFileSync(recording, ogg);
    await deploy('split-ogg', (text) => text.replace('RECORDING', recording));
    await nodeRed.press('go');
    const { pcm } = await decodeChunks(ogg, 200);
    const pieces = Math.ceil(ogg.length / 200);
    await waitUntil(() => taken() === pieces, 'all pieces to be taken', GIVEN_UP_WITHIN_MS);
    await nodeRed.press('fin');
    await waitUntil(() => heardBytes() >= pcm.length - 4, 'all of the recording', GIVEN_UP_WITHIN_MS);
    assert.deepEqual(nodeRed.errors(), []);
  });

  function taken(): number {
    return nodeRed.news.filter(({ kind, id }) => kind === 'completed' && id === 'a').length;
  }

  function badges(): string[] {
    const shown = nodeRed.news.filter(({ kind, id }) => kind === 'status' && id === 'a');
    return shown.map(({ text }) => /text: '([^']*)'/.exec(text ?? '')?.[1] ?? '');
  }
});
