import assert from 'node:assert/strict';
import { findModel, MODELS } from '../../lib/vocabulary/models';
import { parameterFault } from '../../lib/vocabulary/parameters';
import { PRESETS, presetSettings } from '../../nodes/presets';
import type { PresetName } from '../../nodes/presets';

const NAMES = Object.keys(PRESETS) as PresetName[];
const QWEN = findModel('qwen3-asr-flash-realtime');
const FUN_ASR = findModel('fun-asr-realtime');

describe('a preset', () => {
  for (const model of MODELS) {
    it(`sets what ${model.id} has, within its bounds`, () => {
      for (const name of NAMES) {
        for (const region of [undefined, 'singapore', 'beijing', 'local']) {
          const settings = presetSettings(name, model, region);
          const chosen = findModel(settings.model);
          for (const [parameter, value] of Object.entries(settings.parameters) as [never, unknown][]) {
            const spec = chosen.parameters[parameter];
            assert.ok(spec, `${name}: ${String(parameter)}`);
            if (value !== undefined) assert.equal(parameterFault(parameter, value, spec), undefined);
          }
          if (settings.sampleRateHz) assert.ok(chosen.sampleRatesHz.includes(settings.sampleRateHz));
          if (region === 'singapore' && PRESETS[name] === PRESETS.phone)
            assert.ok(chosen.regions.includes(region));
        }
      }
    });
  }

  it('for conversations hears quiet speech and ends sentences after 400 ms', () => {
    assert.deepEqual(presetSettings('conversation', QWEN), {
      model: QWEN.id,
      mode: 'vad',
      parameters: { vadThreshold: 0, silenceMs: 400 },
    });
    assert.deepEqual(presetSettings('conversation', FUN_ASR).parameters, {
      silenceMs: 400,
      semanticPunctuation: undefined,
    });
  });

  it('for dictation gives every setting of the other presets its default back', () => {
    assert.deepEqual(presetSettings('dictation', QWEN).parameters, {
      vadThreshold: undefined,
      silenceMs: undefined,
    });
  });

  it('for meetings ends sentences by meaning, or after a silence longer than the default', () => {
    assert.equal(presetSettings('meeting', FUN_ASR).parameters.semanticPunctuation, true);
    for (const model of MODELS) {
      const spec = model.parameters.silenceMs;
      if (spec?.kind !== 'integer') continue;
      assert.ok((presetSettings('meeting', model).parameters.silenceMs ?? 0) > (spec.default ?? 0), model.id);
    }
  });

  it('for phone calls takes a model for 8 kHz with emotions, of the region', () => {
    const { model, sampleRateHz } = presetSettings('phone', QWEN, 'beijing');
    assert.deepEqual([model, sampleRateHz], ['paraformer-realtime-8k-v2', 8000]);
    assert.equal(presetSettings('phone', QWEN, 'local').model, model);
    const abroad = presetSettings('phone', FUN_ASR, 'singapore');
    assert.deepEqual([abroad.model, abroad.sampleRateHz], [QWEN.id, 8000]);
  });
});
