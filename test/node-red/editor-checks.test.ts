import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { DEFAULT_MODEL, findModel, MODELS } from '../../lib/vocabulary/models';
import type { Model } from '../../lib/vocabulary/models';
import type { ParameterName, ParameterSpec } from '../../lib/vocabulary/parameters';
import { VAD_PARAMETERS } from '../../lib/vocabulary/parameters';
import { SESSION_LIMITS, TRANSCRIBE_LIMITS } from '../../nodes/node-red/shared/limits';

const FOLDER = path.join(__dirname, '../../nodes/node-red/shared/editor');

interface EditorNode {
  id: string;
  type: string;
  model?: string;
  mode?: string;
  wireFormat?: string;
  _def: { _: (key: string) => string };
}

/** What the dialogs call, as far as it needs no page. */
interface FlowAsr {
  checkModel: (node: EditorNode, value: string) => true | string;
  checkLanguage: (node: EditorNode, value: string) => true | string;
  checkRate: (node: EditorNode, value: string) => true | string;
  checkOverload: (node: EditorNode, value?: string) => true | string;
  checkLimit: (node: EditorNode, kind: string, field: string, value: string) => true | string;
  checkParameters: (node: EditorNode, values: object) => true | string;
  parametersOf: (model: Model | undefined, mode?: string) => Record<string, ParameterSpec>;
}

/** The files of the dialogs in an editor without a page, whose runtime answers from the real table. */
function loadEditor(nodes: EditorNode[] = []): { flowAsr: FlowAsr; asked: string[]; checked: string[] } {
  const asked: string[] = [];
  const checked: string[] = [];
  const answer = {
    models: MODELS,
    defaultModel: DEFAULT_MODEL,
    vadParameters: VAD_PARAMETERS,
    limits: { session: SESSION_LIMITS, transcribe: TRANSCRIBE_LIMITS },
  };
  const $ = Object.assign(() => ({ data: () => undefined }), {
    getJSON: (url: string, callback?: (body: unknown) => void) => {
      asked.push(url);
      callback?.(answer);
      return reply(decodeURIComponent(url.replace('asr/models/', '')));
    },
  });
  const RED = {
    editor: {
      // As the editor does, which asks for the checks of each field.
      validateNode: (one: EditorNode) => {
        checked.push(one.id);
        if (checked.length < 10) window.flowAsr?.checkModel(one, one.model ?? '');
      },
    },
    events: { on: () => undefined },
    nodes: {
      eachNode: (visit: (one: EditorNode) => void) => {
        nodes.forEach(visit);
      },
      getType: () => ({ _: (key: string) => key }),
    },
    view: { redraw: () => undefined },
  };
  const window: { flowAsr?: FlowAsr } = {};
  const context = createContext({ $, RED, window, setTimeout, clearTimeout });
  for (const file of readdirSync(FOLDER)) {
    // Each as the browser has them: one global `flowAsr`, whichever comes first.
    runInContext(
      readFileSync(path.join(FOLDER, file), 'utf8'),
      Object.assign(context, { flowAsr: window.flowAsr }),
    );
  }
  return { flowAsr: window.flowAsr!, asked, checked };
}

/** As jQuery's request, answered at once. */
function reply(id: string) {
  const request = {
    done: (callback: (model: Model) => void) => {
      if (!id.startsWith('whisper')) callback(findModel(id || DEFAULT_MODEL));
      return request;
    },
    fail: (callback: (xhr: { status: number }) => void) => {
      if (id.startsWith('whisper')) callback({ status: 404 });
      return request;
    },
    always: (callback: () => void) => {
      callback();
      return request;
    },
  };
  return request;
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

  it('ask the runtime once for a model that is not in the list, and go by its family', () => {
    const { flowAsr, asked } = loadEditor();
    const newer = node('fun-asr-realtime-2027-01-01');
    flowAsr.checkParameters(newer, {});
    assert.equal(typeof flowAsr.checkParameters(newer, { keepDialect: true }), 'string');
    assert.equal(flowAsr.checkParameters(newer, { heartbeat: true }), true);
    assert.deepEqual(asked, ['asr/models', 'asr/models/fun-asr-realtime-2027-01-01']);

    flowAsr.checkModel(node('whisper-1'), 'whisper-1');
    assert.equal(flowAsr.checkModel(node('whisper-1'), 'whisper-1'), 'asr-session.invalid.model');
  });

  it('leave a model that a variable names to the runtime, which has every setting until then', () => {
    const variable = node('${MODEL}');
    const { flowAsr, asked, checked } = loadEditor([variable]);
    assert.equal(flowAsr.checkModel(variable, '${MODEL}'), true);
    assert.deepEqual(asked, ['asr/models']);
    // Once, when the table of models had come: a check that sets off checks does not end.
    assert.deepEqual(checked, [variable.id]);
    const all = new Set(MODELS.flatMap(({ parameters }) => Object.keys(parameters)));
    assert.deepEqual(new Set(Object.keys(flowAsr.parametersOf(undefined))), all);
  });

  it('hold the weights of hot words to those of the table', () => {
    const { flowAsr } = loadEditor();
    const check = (vocabulary: object) =>
      flowAsr.checkParameters(node('qwen-audio-3.1-asr-flash-streaming'), { vocabulary });
    assert.equal(check({ Qwen: 5, Singapore: 50 }), true);
    assert.match(String(check({ Qwen: 6 })), /expected\.vocabulary/);
    assert.match(String(check({ Qwen: '5' })), /expected\.vocabulary/);
  });

  it('let a variable stand for a limit or a language', () => {
    const { flowAsr } = loadEditor();
    assert.equal(flowAsr.checkLimit(node(DEFAULT_MODEL), 'session', 'maxSessions', '${MOST}'), true);
    assert.equal(flowAsr.checkLanguage(node(DEFAULT_MODEL), '${LANGUAGE}'), true);
  });

  it('leave out what only has a meaning where the service cuts sentences', () => {
    const { flowAsr } = loadEditor();
    const manual = Object.keys(flowAsr.parametersOf(findModel(DEFAULT_MODEL), 'manual'));
    assert.deepEqual(manual, ['corpusText']);
    // A model without that choice is never in that mode.
    const funAsr = findModel('fun-asr-realtime');
    const ofFunAsr = Object.keys(flowAsr.parametersOf(funAsr, 'manual'));
    assert.deepEqual(ofFunAsr, Object.keys(funAsr.parameters));
  });

  it('hold languages, rates and limits to what the model and the node have', () => {
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

  it('let audio be dropped only where it is samples', () => {
    const { flowAsr } = loadEditor();
    const asIs = { ...node('fun-asr-realtime'), wireFormat: 'mp3' };
    assert.equal(flowAsr.checkOverload(asIs, 'dropOldest'), 'asr-session.invalid.overload');
    assert.equal(flowAsr.checkOverload(asIs, 'wait'), true);
    // Of a flow that is older than the setting.
    assert.equal(flowAsr.checkOverload(asIs, undefined), true);
    assert.equal(flowAsr.checkOverload(node('fun-asr-realtime'), 'dropOldest'), true);
  });
});
