import assert from 'node:assert/strict';
import { createContext, runInContext } from 'node:vm';
import { DEFAULT_MODEL, findModel, MODELS } from '../../lib/vocabulary/models';
import type { ParameterName, ParameterSpec } from '../../lib/vocabulary/parameters';
import { parametersOf } from '../../nodes/node-red/shared/editor/models';
import { RELIABILITY_SETTINGS } from '../../nodes/reliability-settings';
import { browserCode } from '../support/browser-code';

interface EditorNode {
  id: string;
  type: string;
  model?: string;
  mode?: string;
  wireFormat?: string;
  _def: { _: (key: string) => string };
}

/** The part of the dialogs' code that needs no page. */
interface FlowAsr {
  checkModel: (node: EditorNode, value: string) => true | string;
  checkLanguage: (node: EditorNode, value: string) => true | string;
  checkRate: (node: EditorNode, value: string) => true | string;
  checkOverload: (node: EditorNode, value?: string) => true | string;
  checkLimit: (node: EditorNode, kind: string, field: string, value: string) => true | string;
  checkParameters: (node: EditorNode, values: object) => true | string;
  checkOther: (node: EditorNode, value: unknown) => true | string;
}

let code = '';

/** The code of the dialogs in an editor without a page. */
function loadEditor(): { flowAsr: FlowAsr } {
  const element = { data: () => undefined, text: () => element, appendTo: () => element };
  const $ = () => element;
  const RED = {
    events: { on: () => undefined },
    nodes: { getType: () => ({ _: (key: string) => key }) },
  };
  const context = createContext({ $, RED, TextEncoder });
  runInContext(code, context);
  return context as { flowAsr: FlowAsr };
}

function node(model: string, mode = 'vad'): EditorNode {
  return { id: 'n', type: 'asr-session', model, mode, _def: { _: (key) => key } };
}

const GOOD: Record<ParameterSpec['kind'], unknown> = {
  boolean: true,
  number: 0.5,
  integer: 500,
  choice: 'near_meeting_16k',
  text: 'x',
  vocabulary: { x: 1 },
  wordFilter: { system_reserved_filter: true },
};
const BAD: Record<ParameterSpec['kind'], unknown> = {
  boolean: 'maybe',
  number: 7,
  integer: 500.5,
  choice: 'else',
  text: 7,
  vocabulary: 'x',
  wordFilter: '{',
};

describe('the checks of the dialogs', () => {
  before(async () => {
    code = await browserCode('dialogs.js');
  });

  for (const model of MODELS) {
    it(`know every setting of ${model.id}, and none that it does not have`, () => {
      const { flowAsr } = loadEditor();
      for (const [name, { kind }] of Object.entries(model.parameters)) {
        const check = (value: unknown) => flowAsr.checkParameters(node(model.id), { [name]: value });
        assert.equal(check(GOOD[kind]), true, name);
        assert.equal(check('${VARIABLE}'), true, name);
        assert.equal(typeof check(BAD[kind]), 'string', name);
      }
      const others = MODELS.flatMap(({ parameters }) => Object.keys(parameters) as ParameterName[]);
      for (const name of others.filter((other) => !(other in model.parameters))) {
        assert.equal(
          flowAsr.checkParameters(node(model.id), { [name]: true }),
          'asr-session.invalid.parameter',
        );
      }
    });
  }

  it('use the family of an unlisted model, and refuse one that fits no family', () => {
    const { flowAsr } = loadEditor();
    const newer = node('fun-asr-realtime-2027-01-01');
    assert.equal(typeof flowAsr.checkParameters(newer, { keepDialect: true }), 'string');
    assert.equal(flowAsr.checkParameters(newer, { heartbeat: true }), true);
    assert.equal(flowAsr.checkModel(node('whisper-1'), 'whisper-1'), 'asr-session.invalid.model');
  });

  it('leave a model in a variable to the runtime, and show every setting for it', () => {
    const { flowAsr } = loadEditor();
    assert.equal(flowAsr.checkModel(node('${MODEL}'), '${MODEL}'), true);
    assert.equal(flowAsr.checkParameters(node('${MODEL}'), { anything: 1 }), true);
    const all = new Set(MODELS.flatMap(({ parameters }) => Object.keys(parameters)));
    assert.deepEqual(new Set(Object.keys(parametersOf(undefined, 'vad'))), all);
  });

  it('refuse, as the client does, hot words that are too long and a filter with an unknown part', () => {
    const { flowAsr } = loadEditor();
    const check = (values: object) =>
      flowAsr.checkParameters(node('qwen-audio-3.1-asr-flash-streaming'), values);
    assert.equal(check({ vocabulary: { [''.padEnd(15, '词')]: 4 } }), true);
    assert.match(String(check({ vocabulary: { [''.padEnd(16, '词')]: 4 } })), /expected\.vocabulary/);
    assert.match(String(check({ specialWordFilter: { filter_with: true } })), /expected\.wordFilter/);
  });

  it('check the weights of hot words against the table of models', () => {
    const { flowAsr } = loadEditor();
    const check = (vocabulary: object) =>
      flowAsr.checkParameters(node('qwen-audio-3.1-asr-flash-streaming'), { vocabulary });
    assert.equal(check({ Qwen: 5, Singapore: 50 }), true);
    assert.match(String(check({ Qwen: 6 })), /expected\.vocabulary/);
    assert.match(String(check({ Qwen: '5' })), /expected\.vocabulary/);
  });

  it('accept a variable for a limit or a language', () => {
    const { flowAsr } = loadEditor();
    assert.equal(flowAsr.checkLimit(node(DEFAULT_MODEL), 'session', 'maxSessions', '${MOST}'), true);
    assert.equal(flowAsr.checkLanguage(node(DEFAULT_MODEL), '${LANGUAGE}'), true);
  });

  it('refuse other settings that are no JSON object, or that would break the session', () => {
    const { flowAsr } = loadEditor();
    const check = (value: unknown, of = node(DEFAULT_MODEL)) => flowAsr.checkOther(of, value);
    for (const good of ['', '{}', '{"a": 1}', undefined, { a: 1 }, '${OTHER}'])
      assert.equal(check(good), true);
    for (const bad of ['{', '[]', '7', '{"turn_detection": null}', '{"sample_rate": 8000}']) {
      assert.equal(check(bad), 'asr-session.invalid.otherSettings', bad);
    }
    assert.equal(check('{"format": "wav"}'), true);
    assert.notEqual(check('{"format": "wav"}', node('fun-asr-realtime')), true);
    assert.equal(check('{"turn_detection": null}', node('${MODEL}')), true);
  });

  it('leave out settings that only matter where the service ends sentences', () => {
    const manual = Object.keys(parametersOf(findModel(DEFAULT_MODEL), 'manual'));
    assert.deepEqual(manual, ['corpusText']);
    // A model without that choice is never in that mode.
    const funAsr = findModel('fun-asr-realtime');
    const ofFunAsr = Object.keys(parametersOf(funAsr, 'manual'));
    assert.deepEqual(ofFunAsr, Object.keys(funAsr.parameters));
  });

  it('know the bounds of every number that both hosts have', () => {
    const { flowAsr } = loadEditor();
    for (const [name, { range }] of Object.entries(RELIABILITY_SETTINGS)) {
      for (const kind of ['session', 'transcribe']) {
        const check = (value: number) => flowAsr.checkLimit(node(DEFAULT_MODEL), kind, name, String(value));
        assert.equal(check(range.min), true, name);
        assert.equal(check(range.max), true, name);
        assert.equal(check(range.min - 0.5), 'asr-session.invalid.number', name);
        assert.equal(check(range.max + 1), 'asr-session.invalid.number', name);
      }
    }
  });

  it('check languages, rates and limits against the model and the node', () => {
    const { flowAsr } = loadEditor();
    const many = node('qwen-audio-3.0-asr-flash-streaming');
    assert.equal(flowAsr.checkLanguage(many, 'zh, en,ja ko'), true);
    assert.equal(flowAsr.checkLanguage(many, 'zh,en,ja,ko,de'), 'asr-session.invalid.language');
    assert.equal(flowAsr.checkLanguage(many, 'klingon'), 'asr-session.invalid.language');
    assert.equal(flowAsr.checkRate(node('paraformer-realtime-8k-v2'), '8000'), true);
    assert.equal(flowAsr.checkRate(node('paraformer-realtime-8k-v2'), '16000'), 'asr-session.invalid.rate');
    assert.equal(flowAsr.checkLimit(many, 'session', 'maxSessions', '0'), 'asr-session.invalid.number');
    assert.equal(flowAsr.checkLimit(many, 'session', 'maxSessions', ''), true);
  });

  it('allow dropping audio only where it is raw samples', () => {
    const { flowAsr } = loadEditor();
    const asIs = { ...node('fun-asr-realtime'), wireFormat: 'mp3' };
    assert.equal(flowAsr.checkOverload(asIs, 'dropOldest'), 'asr-session.invalid.overload');
    assert.equal(flowAsr.checkOverload(asIs, 'wait'), true);
    // The flow is older than the setting.
    assert.equal(flowAsr.checkOverload(asIs, undefined), true);
    assert.equal(flowAsr.checkOverload(node('fun-asr-realtime'), 'dropOldest'), true);
  });
});
