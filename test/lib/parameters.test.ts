import assert from 'node:assert/strict';
import { MODELS, openSession, parameterFault } from '../../lib';
import type { ModelParameters, ParameterName, ParameterSpec } from '../../lib';
import { configure } from '../../lib/session/config';

const LOCAL = { region: 'local' } as const;

/** Values at the bounds and inside, and values outside of them or of another type. */
function samplesOf(spec: ParameterSpec): { good: unknown[]; bad: unknown[] } {
  const words = (count: number, weight: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`word${i}`, weight]));
  switch (spec.kind) {
    case 'boolean':
      return { good: [true, false], bad: [0, 1, 'true', null, {}] };
    case 'number':
      return {
        good: [spec.min, spec.max, (spec.min + spec.max) / 2],
        bad: [spec.min - 0.01, spec.max + 0.01, NaN, Infinity, '0', null, []],
      };
    case 'integer':
      return {
        good: [spec.min, spec.max, spec.min + 1],
        bad: [spec.min - 1, spec.max + 1, spec.min + 0.5, NaN, -Infinity, String(spec.min), null],
      };
    case 'choice':
      return {
        good: [...spec.choices],
        bad: ['', 'other', spec.choices[0]?.toUpperCase(), 0, null, [spec.choices[0]]],
      };
    case 'text':
      return {
        good: ['x', 'x'.repeat(spec.maxLength)],
        bad: ['', 'x'.repeat(spec.maxLength + 1), 7, null, {}],
      };
    case 'vocabulary':
      return {
        good: [
          words(1, 1),
          words(spec.maxWords, 5),
          words(50, 50),
          { 一二三四五六七八九十一二三四五: 3 },
          { 'one two three four five six seven': 2 },
        ],
        bad: [
          {},
          words(spec.maxWords + 1, 1),
          words(51, 50),
          { word: 0 },
          { word: 6 },
          { word: 49 },
          { word: 1.5 },
          { word: '4' },
          { word: null },
          { '': 1 },
          { 一二三四五六七八九十一二三四五六: 3 },
          { 'one two three four five six seven eight': 2 },
          ['word'],
          'word',
          null,
        ],
      };
    case 'wordFilter': {
      const list = (count: number) => ({ word_list: Array.from({ length: count }, (_, i) => `w${i}`) });
      return {
        good: [
          { filter_with_signed: list(1) },
          {
            filter_with_signed: list(16),
            filter_with_empty: list(spec.maxWords - 16),
            system_reserved_filter: true,
          },
          {},
        ],
        bad: [
          { filter_with_signed: list(spec.maxWords + 1) },
          { filter_with_signed: list(spec.maxWords), filter_with_empty: list(1) },
          { filter_with_signed: ['word'] },
          { filter_with_empty: { word_list: [7] } },
          { filter_with_empty: { word_list: [''] } },
          { system_reserved_filter: 'yes' },
          { filter: {} },
          [],
          'word',
          null,
        ],
      };
    }
  }
}

describe('the settings of every model', () => {
  for (const model of MODELS) {
    for (const [name, spec] of Object.entries(model.parameters) as [ParameterName, ParameterSpec][]) {
      it(`${model.id} takes \`${name}\` at and inside its bounds, and refuses it outside of them`, () => {
        const { good, bad } = samplesOf(spec);
        const options = (value: unknown) => ({
          ...LOCAL,
          model: model.id,
          parameters: { [name]: value } as ModelParameters,
        });
        for (const value of good) configure(options(value));
        for (const value of bad) {
          assert.throws(
            () => openSession(options(value)),
            { name: 'AsrError', code: 'INVALID_OPTION', param: name, message: new RegExp(`\`${name}`) },
            JSON.stringify(value),
          );
        }
      });
    }
  }

  it('are refused where the model does not have them, and the error lists those that it has', () => {
    const everything = new Set(MODELS.flatMap(({ parameters }) => Object.keys(parameters)));
    for (const { id, parameters } of MODELS) {
      for (const name of everything) {
        if (name in parameters) continue;
        assert.throws(() => configure({ ...LOCAL, model: id, parameters: { [name]: true } }), {
          code: 'INVALID_OPTION',
          param: name,
          message: new RegExp(`${id} has no setting \`${name}\`; it has ${Object.keys(parameters)[0]}`),
        });
      }
    }
    assert.throws(() => configure({ ...LOCAL, parameters: { constructor: 1 } as ModelParameters }), {
      code: 'INVALID_OPTION',
    });
  });

  it("keep the service's default when JavaScript leaves them undefined", () => {
    configure({ ...LOCAL, parameters: { silenceMs: undefined } as unknown as ModelParameters });
  });

  it('have defaults that their own check accepts', () => {
    for (const { parameters } of MODELS) {
      for (const [name, spec] of Object.entries(parameters) as [ParameterName, ParameterSpec][]) {
        if ('default' in spec) {
          assert.equal(parameterFault(name, spec.default, spec), undefined);
        }
      }
    }
  });
});

// The values of protocol.md B.1 and B.3, written down independently of the code.
describe('the table of models', () => {
  const rows: [
    id: string,
    regions: string,
    rates: number[] | 'any',
    maxLanguages: number,
    context: string,
  ][] = [
    ['fun-asr-realtime', 'singapore beijing', [16000], 1, 'update'],
    ['fun-asr-realtime-2025-11-07', 'singapore beijing', [16000], 1, 'update'],
    ['fun-asr-realtime-2026-02-28', 'beijing', [16000], 1, 'none'],
    ['fun-asr-realtime-2025-09-15', 'beijing', [16000], 1, 'none'],
    ['fun-asr-mtl-realtime', 'beijing', [16000], 1, 'none'],
    ['fun-asr-mtl-realtime-2025-12-10', 'beijing', [16000], 1, 'none'],
    ['fun-asr-flash-8k-realtime', 'beijing', [8000], 1, 'none'],
    ['paraformer-realtime-v2', 'beijing', 'any', 8, 'none'],
    ['paraformer-realtime-v1', 'beijing', [16000], 0, 'none'],
    ['paraformer-realtime-8k-v2', 'beijing', [8000], 8, 'none'],
    ['paraformer-realtime-8k-v1', 'beijing', [8000], 0, 'none'],
    ['qwen-audio-3.0-asr-flash-streaming', 'singapore beijing', 'any', 4, 'update'],
    ['qwen-audio-3.1-asr-flash-streaming', 'singapore beijing', 'any', 4, 'update'],
    ['qwen-audio-3.1-asr-flash-message', 'singapore beijing', [16000], 0, 'update'],
  ];
  for (const [id, regions, rates, maxLanguages, context] of rows) {
    it(`agrees with the reference on ${id}`, () => {
      const model = MODELS.find((candidate) => candidate.id === id);
      assert.ok(model);
      assert.equal(model.protocol, 'run-task');
      assert.equal(model.regions.join(' '), regions);
      if (rates === 'any') assert.ok(model.sampleRatesHz.length > 5 && model.sampleRatesHz[0] === 16000);
      else assert.deepEqual(model.sampleRatesHz, rates);
      assert.equal(model.maxLanguages, maxLanguages);
      assert.equal(model.context, context);
      assert.equal(model.timestamps, true);
      assert.equal(model.emotions, id === 'paraformer-realtime-8k-v2' ? 'three' : 'none');
      assert.ok('vocabularyId' in model.parameters);
    });
  }
});
