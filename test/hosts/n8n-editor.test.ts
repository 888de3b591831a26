import assert from 'node:assert/strict';
import { startLocalService, type LocalService } from '../../local-service';
import { HotWordLists } from '../../lib';
import { MODELS } from '../../lib/vocabulary/models';
import { PARAMETER_TEXTS } from '../../nodes/n8n/shared/parameter-texts';
import type { ParameterName } from '../../lib/vocabulary/parameters';
import { waitUntil } from '../support/wait-until';
import { installN8n } from './support/installation';
import { N8n } from './support/n8n';
import { Editor } from './support/n8n-editor';
import {
  createCredential,
  example,
  importWorkflow,
  type Credential,
  type Workflow,
} from './support/n8n-workflows';
import { PACKAGE_NAME } from './support/packed';

const KEY = 'sk-editor0123456789abcdef0123456789abcd';
const WRONG_KEY = 'sk-wrong0123456789abcdef0123456789abcdef';
const SPEECH_TO_TEXT = 'Speech to Text (Qwen, Fun-ASR)';
const NODES = [
  SPEECH_TO_TEXT,
  'Speech Session',
  'Speech Session: Append Audio',
  'Speech Session: Commit',
  'Live Speech Trigger',
];
/** One model of each kind: both protocols, and the run-task models with the most and the fewest settings. */
const COMPARED = [
  'qwen3-asr-flash-realtime',
  'fun-asr-realtime',
  'paraformer-realtime-8k-v2',
  'qwen-audio-3.1-asr-flash-message',
];
const STICKY_NOTE = 'n8n-nodes-base.stickyNote';
const NODE_ID = '6d0e5f6e-9d6e-4b6c-8a55-5a3d6c9d0f01';
const INSTALLED_WITHIN_MS = 1_800_000;

describe("n8n's editor in a browser", () => {
  let service: LocalService;
  let n8n: N8n;
  let editor: Editor;
  let credential: Credential;

  before(async function () {
    this.timeout(INSTALLED_WITHIN_MS);
    service = await startLocalService({ engine: 'recogniser', apiKey: KEY });
    n8n = await N8n.start(await installN8n('2.41'));
    credential = await createCredential(n8n, 'Local service', {
      region: 'local',
      address: service.url,
      apiKey: KEY,
    });
    editor = await Editor.open(n8n);
  });

  after(async () => {
    await editor.close();
    await n8n.stop();
    await service.close();
  });

  it('finds every node of the package in the panel of nodes', async () => {
    await editor.openWorkflow((await workflow()).id!);
    await editor.part('node-creator-plus-button').click();
    const found = await editor.searchNodes('ASR', SPEECH_TO_TEXT);
    // The panel leaves "Trigger" out of names.
    const missing = NODES.map((name) => name.replace(' Trigger', '')).filter((name) => !found.includes(name));
    assert.deepEqual(missing, [], `Found: ${found.join(', ')}`);
    await editor.picture('nodes', editor.part('node-creator'));
    // Words that people search for who do not know the nodes' names.
    for (const word of ['speech', 'transcription', 'voice']) {
      await editor.searchNodes(word, SPEECH_TO_TEXT);
    }
  });

  it('shows the fields and settings of a model when it is chosen, and no others', async () => {
    await editor.openNode((await workflow()).id!, NODE_ID);
    const seen = new Set<string>();
    for (const id of COMPARED) {
      const model = MODELS.find((one) => one.id === id)!;
      await editor.choose('model', id);
      const fields = await editor.fields();
      const language = model.maxLanguages === 0 ? [] : [model.maxLanguages === 1 ? 'language' : 'languages'];
      const mode = model.modes.length > 1 ? ['mode'] : [];
      const expectedFields = ['source', 'binaryPropertyName', 'model', ...language, ...mode];
      assert.deepEqual(fields.slice(0, expectedFields.length), expectedFields, id);
      for (const name of ['language', 'languages', 'mode']) {
        assert.equal(fields.includes(name), expectedFields.includes(name), `${name} of ${id}`);
      }

      if (id === 'fun-asr-realtime')
        await editor.picture('transcribe', editor.page.getByRole('dialog').first());
      const options = await editor.options();
      for (const [name, { displayName }] of Object.entries(PARAMETER_TEXTS)) {
        const has = (name as ParameterName) in model.parameters;
        // n8n offers the account's lists in place of the id alone.
        const shown = name === 'vocabularyId' ? 'Hot-Word List' : displayName;
        assert.equal(options.includes(shown), has, `${shown} of ${id}`);
      }
      assert.equal(options.includes('Dialogue Before'), model.context !== 'none', `context of ${id}`);
      seen.add(JSON.stringify([fields, options]));
    }
    assert.equal(seen.size, COMPARED.length, 'Every model has a dialog of its own.');
  });

  it('offers the hot-word lists of the account by their names, and takes the chosen one', async () => {
    const model = 'fun-asr-realtime';
    const lists = new HotWordLists({ region: 'local', address: service.url, apiKey: KEY });
    const id = await lists.create({ model, words: [{ text: 'Meyerhofer', weight: 5 }], prefix: 'names' });
    const vocabularyId = { __rl: true, mode: 'list', value: '' };
    await editor.openNode((await workflow({ model, options: { vocabularyId } })).id!, NODE_ID);
    const field = editor.part('resource-locator-vocabularyId');
    await field.locator('input').last().click();
    const item = editor.part('rlc-item').filter({ hasText: id });
    assert.match(await item.innerText(), /\(fun-asr-realtime, 1 words\)/);
    await item.click();
    await editor.page.waitForFunction(
      `[...document.querySelectorAll('[data-test-id="resource-locator-vocabularyId"] input')].some(({ value }) => value.includes(${JSON.stringify(id)}))`,
    );
    await lists.delete(id);
  });

  it('shows an imported example, with every node in its place', async () => {
    const workflow = await importWorkflow(n8n, example('Commit chunk after chunk'), credential);
    await editor.openWorkflow(workflow.id!);
    for (const { name, type } of workflow.nodes) {
      if (type !== STICKY_NOTE) await editor.part('canvas-node').getByText(name, { exact: true }).waitFor();
    }
    await editor.picture('example', editor.part('canvas'));
  });

  it('tests credentials, and shows success for the local service and the reason for a wrong key', async () => {
    const dialog = await editor.openCredential(credential.id);
    await dialog.getByText('Connection tested successfully').waitFor();
    await dialog.getByText('Retry').waitFor();
    await editor.picture('credentials', dialog);

    await editor.part('parameter-input-apiKey').locator('input').fill(WRONG_KEY);
    await editor.part('credential-save-button').click();
    await dialog.getByText('Couldn’t connect with these settings').waitFor();
    await dialog.getByText('More details').click();
    const reason = dialog.getByText(/refused the API key/);
    await reason.waitFor();
    const told = await dialog.innerText();
    assert.match(told, /Keys are per region/);
    for (const key of [KEY, WRONG_KEY]) assert.equal(told.includes(key), false, told);
    await waitUntil(() => service.connectionCount === 0, 'the connections of the tests to be closed');
  });

  /** Each test has a workflow of its own, because n8n locks a workflow for a while after a change. */
  async function workflow(parameters: Record<string, unknown> = {}): Promise<Workflow> {
    const type = `${PACKAGE_NAME}.asrTranscribe`;
    const nodes = [
      { id: NODE_ID, name: 'Speech to Text', type, typeVersion: 1, position: [0, 0], parameters },
    ];
    return importWorkflow(n8n, { name: 'Models', nodes, connections: {} }, credential);
  }
});
