import assert from 'node:assert/strict';
import { frameOf, protocolWith, sentFrame, started } from '../../support/run-task-protocol';

describe('run-task protocol, frames of the client (protocol.md B.2)', () => {
  it('begins with a run-task that has every required key, and no parameter that was not set', () => {
    assert.deepEqual(sentFrame(protocolWith().start()), {
      header: { action: 'run-task', task_id: 'task-1', streaming: 'duplex' },
      payload: {
        task_group: 'audio',
        task: 'asr',
        function: 'recognition',
        model: 'fun-asr-realtime',
        parameters: { format: 'pcm', sample_rate: 16000 },
        input: {},
      },
    });
  });

  it('names every parameter as the wire does', () => {
    const filter = { filter_with_signed: { word_list: ['a'] }, system_reserved_filter: true };
    const protocol = protocolWith({
      sampleRateHz: 8000,
      languages: ['zh', 'en'],
      parameters: {
        silenceMs: 800,
        semanticPunctuation: false,
        multiThreshold: true,
        punctuation: false,
        inverseTextNormalization: false,
        disfluencyRemoval: true,
        heartbeat: true,
        speechNoiseThreshold: -0.3,
        specialWordFilter: filter,
        vadModel: 'near_meeting_16k',
        keepDialect: true,
        intermediateResults: true,
        vocabularyId: 'vocab-1',
        vocabulary: { Köln: 4 },
        phraseId: 'phrase-1',
      },
    });
    const { payload } = sentFrame(protocol.start());
    assert.deepEqual(payload.parameters, {
      format: 'pcm',
      sample_rate: 8000,
      language_hints: ['zh', 'en'],
      max_sentence_silence: 800,
      semantic_punctuation_enabled: false,
      multi_threshold_mode_enabled: true,
      punctuation_prediction_enabled: false,
      inverse_text_normalization_enabled: false,
      disfluency_removal_enabled: true,
      heartbeat: true,
      speech_noise_threshold: -0.3,
      special_word_filter: filter,
      vad_model: 'near_meeting_16k',
      keep_dialect: true,
      intermediate_result_enabled: true,
      vocabulary_id: 'vocab-1',
      vocabulary: { Köln: 4 },
    });
    assert.deepEqual(payload.resources, [{ resource_id: 'phrase-1', resource_type: 'asr_phrase' }]);
  });

  it('sends the last five turns of the dialogue, each question before its answer', () => {
    const context = [1, 2, 3, 4, 5, 6].map((n) => ({ user: `u${n}`, ...(n === 6 && { assistant: 'a6' }) }));
    const { payload } = sentFrame(protocolWith({ context }).start());
    assert.deepEqual(payload.input, {
      context: [
        ...['u2', 'u3', 'u4', 'u5', 'u6'].map((text) => ({
          role: 'user',
          content: [{ type: 'input_text', text }],
        })),
        { role: 'assistant', content: [{ type: 'text', text: 'a6' }] },
      ],
    });
  });

  it('changes the context of a running task by continue-task, and keeps it for the next task', () => {
    const protocol = started();
    const { header, payload } = sentFrame(protocol.updateContext([{ user: 'Kölsch' }]));
    assert.deepEqual(header, { action: 'continue-task', task_id: 'task-1', streaming: 'duplex' });
    const input = { context: [{ role: 'user', content: [{ type: 'input_text', text: 'Kölsch' }] }] };
    assert.deepEqual(payload, { input });
    protocol.commit();
    protocol.decode(frameOf('task-finished', { output: {}, usage: null }));
    assert.deepEqual(sentFrame(protocol.resume()).payload.input, input);
  });

  it('sends audio as a binary frame without a copy', () => {
    const audio = Uint8Array.of(1, 2, 3, 4);
    assert.equal(started().audio(audio), audio);
  });

  it('ends a task with finish-task and an empty input', () => {
    const { header, payload } = sentFrame(started().finish());
    assert.deepEqual(header, { action: 'finish-task', task_id: 'task-1', streaming: 'duplex' });
    assert.deepEqual(payload, { input: {} });
  });
});
