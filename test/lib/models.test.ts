import assert from 'node:assert/strict';
import { DEFAULT_MODEL, MODELS, findModel } from '../../lib';

describe('models', () => {
  it('finds every listed model by its name', () => {
    for (const model of MODELS) assert.equal(findModel(model.id), model);
    assert.equal(findModel(DEFAULT_MODEL).id, DEFAULT_MODEL);
  });

  it('gives an unlisted snapshot the capabilities of its family under its own name', () => {
    const newer = findModel('qwen3-asr-flash-realtime-2027-01-31');
    assert.equal(newer.id, 'qwen3-asr-flash-realtime-2027-01-31');
    assert.deepEqual({ ...newer, id: '' }, { ...findModel(DEFAULT_MODEL), id: '' });
    assert.equal(findModel('qwen3.5-asr-flash-realtime').protocol, 'qwen-realtime');
  });

  // The service would run another, dearer model without a word (protocol.md A.2).
  for (const id of [
    '',
    'qwen-omni-turbo-realtime',
    'qwen3-asr-flash',
    'qwen3-asr-flash-realtim',
    'qwen3-asr-flash-realtimes',
    'Qwen3-ASR-Flash-Realtime',
    ' qwen3-asr-flash-realtime',
    'qwen3-tts-flash-realtime',
    'constructor',
  ]) {
    it(`refuses ${JSON.stringify(id)} and names the known models`, () => {
      assert.throws(() => findModel(id), {
        name: 'AsrError',
        code: 'INVALID_OPTION',
        param: 'model',
        message: new RegExp(DEFAULT_MODEL),
      });
    });
  }

  it('lists the documented languages, rates and bounds (protocol.md A.4.1, A.7)', () => {
    const model = findModel(DEFAULT_MODEL);
    assert.equal(model.languages.length, 27);
    assert.ok(!model.languages.includes('auto'));
    assert.deepEqual(model.sampleRatesHz, [16000, 8000]);
    assert.deepEqual(model.parameters.vadThreshold, { kind: 'number', min: -1, max: 1, default: 0.2 });
    assert.deepEqual(model.parameters.silenceMs, { kind: 'integer', min: 200, max: 6000, default: 800 });
  });
});
