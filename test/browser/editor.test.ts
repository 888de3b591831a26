import assert from 'node:assert/strict';
import path from 'node:path';
import { startLocalService, type LocalService } from '../../local-service';
import { findModel } from '../../lib/models';
import type { ParameterSpec } from '../../lib/parameters';
import type { FlowNode, NodeRed } from '../hosts/support/node-red';
import { PACKAGE_NAME, ROOT } from '../hosts/support/packed';
import { launchBrowser, type Browser } from '../support/browser';
import { waitUntil } from '../support/wait-until';
import { violationsOf } from './support/axe';
import { Dialog } from './support/dialog';
import { Editor, readExample } from './support/editor';
import { startHost } from './support/host';

const RECORDING = path.join(ROOT, 'test/fixtures/jfk.wav');

/** One of each set of settings. */
const MODELS = [
  'qwen3-asr-flash-realtime',
  'fun-asr-realtime',
  'paraformer-realtime-v2',
  'qwen-audio-3.1-asr-flash-streaming',
].map((id) => findModel(id));

const GOOD: Record<ParameterSpec['kind'], (spec: ParameterSpec) => string> = {
  boolean: () => 'true',
  number: (spec) => String('max' in spec ? spec.max : 1),
  integer: (spec) => String('max' in spec ? spec.max : 1),
  choice: (spec) => ('choices' in spec ? spec.choices.at(-1)! : ''),
  text: () => 'words',
  vocabulary: () => 'Qwen 5\nSingapore 50',
  wordFilter: () => '{"system_reserved_filter":true}',
};

/** Of the section that is closed at first; audio that goes out as it is cannot be dropped in the middle. */
const RELIABILITY = {
  overload: 'fail',
  reconnectAttempts: '3',
  livenessSeconds: '20',
  statisticsSeconds: '5',
  onDeploy: 'abort',
  traceFile: '/tmp/trace.jsonl',
};

describe('the editor', () => {
  let service: LocalService;
  let nodeRed: NodeRed;
  let browser: Browser;
  let editor: Editor;
  const closing: (() => Promise<void>)[] = [];

  before(async function () {
    this.timeout(300_000);
    service = await startLocalService({
      engine: 'script',
      script: { utterances: [{ text: 'One two three four.', emotion: 'happy' }], loop: true },
    });
    closing.push(() => service.close());
    nodeRed = await startHost();
    closing.push(() => nodeRed.stop());
    browser = await launchBrowser();
    closing.push(() => browser.close());
  });

  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  for (const locale of ['en-US', 'zh-CN']) {
    /** What no language changes. */
    const once = (title: string, test: () => Promise<void>): void => {
      if (locale === 'en-US') it(title, test);
    };
    describe(`in ${locale}`, () => {
      before(async () => {
        editor = await Editor.open(browser, nodeRed, { locale });
      });

      after(async () => {
        await editor.close();
      });

      beforeEach(async () => {
        await editor.clear();
      });

      afterEach(() => {
        assert.deepEqual(editor.faults.splice(0), []);
      });

      it('lists the examples in Import, and imports the chosen one', async () => {
        const { page } = editor;
        await editor.run(`RED.actions.invoke('core:show-examples-import-dialog')`);
        const dialog = page.locator('.ui-dialog:visible');
        await dialog.getByText(PACKAGE_NAME.split('/')[0]!, { exact: false }).first().click();
        await dialog.getByText('Microphone to captions').click();
        await dialog.locator('#red-ui-clipboard-dialog-ok').click();
        await page
          .locator('.red-ui-workspace-tab, .red-ui-tab')
          .getByText('Microphone to captions')
          .first()
          .waitFor();
        const types = (await editor.nodes()).map(({ type }) => type);
        for (const type of ['websocket in', 'asr-append-audio', 'asr-session', 'websocket-listener']) {
          assert.ok(types.includes(type), type);
        }
      });

      for (const model of MODELS) {
        once(`keeps every field of asr session with ${model.id}`, async () => {
          const { session } = await aFlow();
          const dialog = await Dialog.open(editor, session);
          await dialog.fill('name', 'Named');
          await dialog.fill('model', model.id);
          if (model.modes.length > 1) await dialog.choose('mode', 'vad');
          await dialog.fillNumbers({
            maxSessions: '3',
            idleSeconds: '5',
            heldSeconds: '30',
            waitingMessages: '7',
          });
          await dialog.choose('idlePolicy', 'close');
          await dialog.type('key', 'msg', 'topic');
          await dialog.openReliability();
          for (const [name, value] of Object.entries(RELIABILITY)) await dialog.set(name, value);
          const rate = String(model.sampleRatesHz.at(-1));
          await dialog.choose('sampleRate', rate);
          const format = model.formats.find((one) => one !== 'pcm');
          if (format) await dialog.choose('wireFormat', format);
          const parameters = Object.entries(model.parameters);
          for (const [name, spec] of parameters) await dialog.fillParameter(name, GOOD[spec.kind](spec));
          const asked = await dialog.values();
          assert.deepEqual(await dialog.faults(), []);
          await dialog.done();

          const node = await editor.node(session);
          assert.equal(node.name, 'Named');
          assert.equal(node.model, model.id);
          assert.equal(node.idlePolicy, 'close');
          assert.equal(node.keyType, 'msg');
          assert.equal(node.sampleRate, rate);
          for (const [name, value] of Object.entries(RELIABILITY)) assert.equal(node[name], value, name);
          if (format) assert.equal(node.wireFormat, format);
          assert.deepEqual(
            Object.keys(node.parameters as object).sort(),
            parameters.map(([name]) => name).sort(),
          );
          assert.equal(await editor.run(`RED.nodes.node('${session}').valid`), true);

          const again = await Dialog.open(editor, session);
          assert.deepEqual(await again.values(), asked);
          await again.cancel();
        });
      }

      once('keeps every field of append audio, commit, transcribe and the credentials', async () => {
        const { append, commit, transcribe, credentials, session } = await aFlow();
        const fields: [string, Record<string, string>][] = [
          [append, { name: 'A', strings: 'base64', pace: 'realtime' }],
          [commit, { name: 'C', then: 'finish' }],
          [
            transcribe,
            {
              ...{
                name: 'T',
                model: 'fun-asr-realtime',
                sampleRate: '8000',
                wireFormat: 'mp3',
                strings: 'file',
              },
              ...{ captions: 'vtt', atOnce: '3', waitingMessages: '9' },
              ...{ reconnectAttempts: '2', livenessSeconds: '9', traceFile: '/tmp/t.jsonl' },
            },
          ],
          [
            credentials,
            {
              name: 'K',
              region: 'custom',
              address: 'wss://example.com',
              keySource: 'env',
              keyVariable: 'KEY',
            },
          ],
        ];
        for (const [id, values] of fields) {
          const dialog = await Dialog.open(editor, id);
          if (id === transcribe) await dialog.openReliability();
          for (const [name, value] of Object.entries(values)) await dialog.set(name, value);
          const asked = await dialog.values();
          await dialog.done();
          const node = await editor.node(id);
          for (const [name, value] of Object.entries(values)) assert.equal(node[name], value, name);
          const again = await Dialog.open(editor, id);
          assert.deepEqual(await again.values(), asked);
          await again.cancel();
        }
        assert.equal((await editor.node(append)).session, session);
      });

      once('names the bound that a value breaks', async () => {
        const { session } = await aFlow();
        await editor.set(session, { maxSessions: '0', parameters: { vadThreshold: 3 } });
        const errors = await editor.run<string[]>(
          `RED.editor.validateNode(RED.nodes.node('${session}')); RED.nodes.node('${session}').validationErrors.map(String)`,
        );
        assert.match(errors.join(), /1.*1000/);
        assert.match(errors.join(), /-1.*1/);
      });

      it('shows the flow of each session in the picker, and marks one that is missing', async () => {
        const { append, session } = await aFlow();
        const dialog = await Dialog.open(editor, append);
        const picker = editor.page.locator('#asr-append-audio-session');
        assert.match((await picker.locator('optgroup').getAttribute('label')) ?? '', /A flow/);
        assert.equal(await picker.inputValue(), session);
        await dialog.cancel();
        await editor.set(append, { session: 'deadbeefdeadbeef' });
        const broken = await Dialog.open(editor, append);
        assert.match((await picker.getAttribute('class')) ?? '', /input-error/);
        assert.match(await picker.locator('option:checked').innerText(), /deadbeefdeadbeef/);
        await broken.cancel();
      });

      once('keeps references in copies and in subflows', async () => {
        const { append, session, credentials } = await aFlow();
        const exported = await editor.run<FlowNode[]>(
          `RED.nodes.createExportableNodeSet([RED.nodes.workspace(RED.nodes.node('${session}').z),
            ...['${append}', '${session}'].map((id) => RED.nodes.node(id))])`,
        );
        const copies = await editor.import(exported);
        const copy = (type: string) => copies.find((node) => node.type === type)!;
        assert.notEqual(copy('asr-session').id, session);
        assert.equal(copy('asr-append-audio').session, copy('asr-session').id);
        assert.equal(copy('asr-session').connection, credentials);
        await editor.clear();
        const again = await aFlow();
        await editor.run(
          `RED.view.select({ nodes: ['${again.append}', '${again.session}'].map((id) => RED.nodes.node(id)) });
          RED.actions.invoke('core:convert-to-subflow')`,
        );
        const inside = await editor.node(again.append);
        assert.equal(inside.session, again.session);
        assert.equal((await editor.node(again.session)).z, inside.z);
        assert.equal(await editor.run(`RED.nodes.node('${again.append}').valid`), true);
      });

      it('says in words what a test of the connection found', async () => {
        const { credentials } = await aFlow();
        const dialog = await Dialog.open(editor, credentials);
        const result = editor.page.locator('#asr-credentials-test-result');
        await editor.page.locator('#asr-credentials-test').click();
        await editor.page.locator('#asr-credentials-test-result.asr-good').waitFor();
        assert.ok((await result.innerText()).length > 20);
        await dialog.set('address', 'ws://127.0.0.1:1');
        await editor.page.locator('#asr-credentials-test').click();
        await editor.page.locator('#asr-credentials-test-result.asr-bad').waitFor();
        assert.match(await result.innerText(), /127\.0\.0\.1:1/);
        await dialog.cancel();
      });

      it('labels a node by its model and mode', async () => {
        const { session } = await aFlow();
        const label = () => editor.run<string>(`RED.utils.getNodeLabel(RED.nodes.node('${session}'))`);
        const plain = await label();
        await editor.set(session, { model: 'fun-asr-realtime' });
        assert.equal(await label(), 'fun-asr-realtime');
        await editor.set(session, { model: '', mode: 'manual' });
        assert.match(
          await label(),
          locale === 'zh-CN' ? /^语音识别会话, 提交/ : /^asr session, at a commit$/,
        );
        assert.doesNotMatch(plain, /,/);
      });

      it('shows open sessions while they hear, aborts them by keyboard, and shows why one failed', async () => {
        const { page } = editor;
        const flow = readExample('Recording to text').map((node) => ({
          ...node,
          ...(node.payload === '/path/to/recording.wav' && { payload: RECORDING }),
          ...(node.type === 'asr-credentials' && { address: service.url }),
        }));
        const nodes = await editor.import(flow);
        await editor.deploy();
        await editor.run(`RED.actions.invoke('flow-asr:show-live-sessions')`);
        const panel = page.locator('.flow-asr-live');
        await panel.locator('.flow-asr-live-none').getByText(/\S/).waitFor();
        await nodeRed.press(nodes.find(({ name }) => name === 'play the recording')!.id);
        await panel.locator('.flow-asr-live-text').getByText('One').waitFor();
        assert.match(await panel.locator('.flow-asr-live-counts').innerText(), /\d\.\d.*\d\.\d.*\d\.\d/);
        assert.match(
          await panel.locator('.flow-asr-live-place').innerText(),
          /Recording to text \/ .* · qwen3/,
        );
        assert.deepEqual(await violationsOf(page, '.flow-asr-live'), []);
        await panel.getByRole('button').focus();
        await page.keyboard.press('Enter');
        await panel.locator('.flow-asr-live-sessions li').waitFor({ state: 'detached' });
        await waitUntil(() => service.connectionCount === 0, 'the aborted session to be closed');

        await editor.set(nodes.find(({ type }) => type === 'asr-credentials')!.id, {
          region: 'custom',
          address: 'ws://127.0.0.1:1',
        });
        await editor.deploy();
        await nodeRed.press(nodes.find(({ name }) => name === 'play the recording')!.id);
        await panel.locator('.flow-asr-live-failures').getByText('127.0.0.1:1').waitFor({ timeout: 60_000 });
      });

      it('has dialogs without untranslated texts, and with nothing for axe to complain of', async () => {
        const { append, commit, transcribe, credentials, session } = await aFlow();
        for (const id of [session, append, commit, transcribe, credentials]) {
          const dialog = await Dialog.open(editor, id);
          assert.doesNotMatch(await dialog.form().innerText(), /asr-[a-z-]+\.[a-z]/);
          assert.deepEqual(await violationsOf(editor.page, dialog.selector), [], id);
          await dialog.cancel();
        }
      });

      it('has a help page with its messages for each node', async () => {
        for (const type of [
          'asr-session',
          'asr-append-audio',
          'asr-commit',
          'asr-transcribe',
          'asr-credentials',
        ]) {
          const help = await editor.run<string>(`RED.nodes.getNodeHelp('${type}')`);
          assert.match(help, type === 'asr-credentials' ? /<p>/ : /message-properties/, type);
          assert.equal(/[\u4e00-\u9fff]/.test(help), locale === 'zh-CN', type);
        }
      });
    });
  }

  /** A flow of one node of each kind. */
  async function aFlow() {
    const z = { z: 'a', x: 200 };
    const nodes = await editor.import([
      { id: 'a', type: 'tab', label: 'A flow' },
      {
        ...z,
        id: 'b',
        type: 'asr-session',
        y: 60,
        connection: 'f',
        keyType: 'none',
        parameters: {},
        mode: 'vad',
        wires: [[], [], [], []],
      },
      { ...z, id: 'c', type: 'asr-append-audio', y: 120, session: 'b', property: 'payload', wires: [[]] },
      { ...z, id: 'd', type: 'asr-commit', y: 180, session: 'b', then: 'keep', wires: [[]] },
      {
        ...z,
        id: 'e',
        type: 'asr-transcribe',
        y: 240,
        connection: 'f',
        property: 'payload',
        parameters: {},
        wires: [[]],
      },
      {
        id: 'f',
        type: 'asr-credentials',
        region: 'local',
        address: service.url,
        keySource: 'credential',
        keyVariable: 'DASHSCOPE_API_KEY',
        name: '',
        workspaceId: '',
      },
    ] as FlowNode[]);
    const idOf = (type: string) => nodes.find((node) => node.type === type)!.id;
    return {
      session: idOf('asr-session'),
      append: idOf('asr-append-audio'),
      commit: idOf('asr-commit'),
      transcribe: idOf('asr-transcribe'),
      credentials: idOf('asr-credentials'),
    };
  }
});
