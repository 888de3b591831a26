import assert from 'node:assert/strict';
import { findModel, MODELS as ALL_MODELS } from '../../lib/vocabulary/models';
import type { ParameterSpec } from '../../lib/vocabulary/parameters';
import { violationsOf } from './support/axe';
import { Dialog } from './support/dialog';
import { importOneOfEach, inEachLanguage, type Locale } from './support/stage';

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

/** Audio that goes out as it is cannot be dropped in the middle. */
const RELIABILITY = {
  overload: 'fail',
  reconnectAttempts: '3',
  livenessSeconds: '20',
  statisticsSeconds: '5',
  firstConnectSeconds: '4',
  connectSeconds: '8',
  commitSeconds: '9',
  finishSeconds: '11',
  maxAgeSeconds: '600',
  replaySeconds: '60',
  burstSeconds: '2',
  paceMultiple: '5',
  onDeploy: 'abort',
  traceFile: '/tmp/trace.jsonl',
};

/** What has the same name in every language. */
const NAMES = new Set([
  ...MODELS.map(({ id }) => id),
  // As the service calls them.
  ...MODELS.flatMap(({ parameters }) =>
    Object.values(parameters).flatMap((spec) => ('choices' in spec ? spec.choices : [])),
  ),
  'msg.',
  'JSON',
  'base64',
  'ws://127.0.0.1:8791',
  'DASHSCOPE_API_KEY',
]);

describe('the dialogs', () => {
  inEachLanguage((stage, locale) => {
    for (const model of MODELS) {
      it(`keeps every field of asr session with ${model.id}`, async () => {
        const { session } = await importOneOfEach(stage);
        const dialog = await Dialog.open(stage.editor, session);
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
        await dialog.type('otherSettings', 'json', '{"brand_new":1}');
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

        const node = await stage.editor.node(session);
        assert.equal(node.name, 'Named');
        assert.equal(node.model, model.id);
        assert.equal(node.idlePolicy, 'close');
        assert.equal(node.keyType, 'msg');
        assert.equal(node.sampleRate, rate);
        assert.equal(node.otherSettings, '{"brand_new":1}');
        for (const [name, value] of Object.entries(RELIABILITY)) assert.equal(node[name], value, name);
        if (format) assert.equal(node.wireFormat, format);
        assert.deepEqual(
          Object.keys(node.parameters as object).sort(),
          parameters.map(([name]) => name).sort(),
        );
        assert.equal(await stage.editor.run(`RED.nodes.node('${session}').valid`), true);

        const again = await Dialog.open(stage.editor, session);
        assert.deepEqual(await again.values(), asked);
        await again.cancel();
      });
    }

    it('keeps every field of append audio, commit, transcribe, wyoming server and the credentials', async () => {
      const { append, commit, transcribe, wyoming, credentials, session } = await importOneOfEach(stage);
      const fields: [string, Record<string, string>][] = [
        [append, { name: 'A', strings: 'base64', pace: 'realtime' }],
        [commit, { name: 'C', then: 'finish' }],
        [
          transcribe,
          {
            ...{
              name: 'T',
              model: 'paraformer-realtime-v2',
              sampleRate: '8000',
              wireFormat: 'mp3',
              strings: 'file',
            },
            ...{ captions: 'vtt', atOnce: '3', waitingMessages: '9' },
            ...{ reconnectAttempts: '2', livenessSeconds: '9', traceFile: '/tmp/t.jsonl' },
            ...{ firstConnectSeconds: '4', connectSeconds: '8', finishSeconds: '11', maxAgeSeconds: '600' },
            ...{ replaySeconds: '60', heldSeconds: '30', burstSeconds: '2', paceMultiple: '5' },
          },
        ],
        [
          wyoming,
          {
            ...{ name: 'W', port: '10301', host: '0.0.0.0', allowedSenders: '10.0.0.0/8', maxSenders: '3' },
            ...{ model: 'paraformer-realtime-v2', sampleRate: '8000', reconnectAttempts: '2' },
            ...{ finishSeconds: '11', replaySeconds: '60', traceFile: '/tmp/w.jsonl' },
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
        const dialog = await Dialog.open(stage.editor, id);
        for (const [name, value] of Object.entries(values)) await dialog.set(name, value);
        const asked = await dialog.values();
        await dialog.done();
        const node = await stage.editor.node(id);
        for (const [name, value] of Object.entries(values)) assert.equal(node[name], value, name);
        const again = await Dialog.open(stage.editor, id);
        assert.deepEqual(await again.values(), asked);
        await again.cancel();
      }
      assert.equal((await stage.editor.node(append)).session, session);
    });

    it('has no need to scroll the first tab of asr session, with any model', async () => {
      const { session } = await importOneOfEach(stage);
      const dialog = await Dialog.open(stage.editor, session);
      const [first] = await dialog.tabs();
      assert.equal(first, 'recognition');
      for (const { id } of ALL_MODELS) {
        await dialog.fill('model', id);
        const [needed, there] = await stage.editor.run<[number, number]>(
          `(({ scrollHeight, clientHeight }) => [scrollHeight, clientHeight])($('${dialog.selector}').closest('.red-ui-tray-content')[0])`,
        );
        assert.ok(needed <= there, `${id}: ${needed} px in ${there} px`);
      }
      await dialog.cancel();
    });

    it('fills the fields with a preset, which stay as they are after that', async () => {
      const { session } = await importOneOfEach(stage);
      const dialog = await Dialog.open(stage.editor, session);
      const preset = stage.editor.page.locator('#asr-preset');
      const value = (field: string) => stage.editor.page.locator(field).inputValue();
      await dialog.fill('model', 'qwen3-asr-flash-realtime');
      await preset.selectOption('conversation');
      assert.equal(await value('#asr-parameter-vadThreshold'), '0');
      assert.equal(await value('#asr-parameter-silenceMs'), '400');
      await dialog.fillParameter('silenceMs', '450');
      await dialog.done();
      assert.deepEqual((await stage.editor.node(session)).parameters, { vadThreshold: 0, silenceMs: 450 });

      const again = await Dialog.open(stage.editor, session);
      await preset.selectOption('dictation');
      assert.equal(await value('#asr-parameter-vadThreshold'), '');
      await again.fill('model', 'fun-asr-realtime');
      await preset.selectOption('meeting');
      assert.equal(await value('#asr-parameter-semanticPunctuation'), 'true');
      await preset.selectOption('phone');
      assert.equal(await value('#node-input-model'), 'paraformer-realtime-8k-v2');
      assert.equal(await value('#node-input-sampleRate'), '8000');
      assert.deepEqual(await again.faults(), []);
      await again.done();
      assert.deepEqual((await stage.editor.node(session)).parameters, {});
    });

    it('names the bound that a value breaks', async () => {
      const { session } = await importOneOfEach(stage);
      await stage.editor.set(session, { maxSessions: '0', parameters: { vadThreshold: 3 } });
      const errors = await stage.editor.run<string[]>(
        `RED.editor.validateNode(RED.nodes.node('${session}')); RED.nodes.node('${session}').validationErrors.map(String)`,
      );
      assert.match(errors.join(), /1.*1000/);
      assert.match(errors.join(), /-1.*1/);
    });

    it('show every text in the language of the editor, without a finding of axe', async () => {
      const { session, ...others } = await importOneOfEach(stage);
      const check = async (dialog: Dialog) => {
        const texts = await dialog.texts();
        assert.ok(texts.length > 3);
        assert.deepEqual(
          texts.filter((text) => isForeign(text, locale)),
          [],
        );
        assert.deepEqual(await violationsOf(stage.editor.page, dialog.selector), []);
      };
      for (const id of Object.values(others)) {
        const dialog = await Dialog.open(stage.editor, id);
        await check(dialog);
        for (const tab of (await dialog.tabs()).slice(1)) {
          await dialog.openTab(tab);
          await check(dialog);
        }
        await dialog.cancel();
      }
      const dialog = await Dialog.open(stage.editor, session);
      for (const { id } of MODELS) {
        await dialog.fill('model', id);
        await check(dialog);
      }
      for (const tab of (await dialog.tabs()).slice(1)) {
        await dialog.openTab(tab);
        await check(dialog);
      }
      await dialog.cancel();
    });
  });
});

/** A key of the catalogue that has no text, or what is written in another language: names are the same in each. */
function isForeign(text: string, locale: Locale): boolean {
  if (/asr-[a-z-]+\.[a-z]/.test(text)) return true;
  const isChinese = /[\u4e00-\u9fff]/.test(text);
  if (locale === 'en-US') return isChinese;
  return !isChinese && /[A-Za-z]{2}/.test(text) && !/^\d+ Hz$/.test(text) && !NAMES.has(text);
}
