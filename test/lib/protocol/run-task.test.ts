import assert from 'node:assert/strict';
import type { ServiceEvent } from '../../../lib/protocol/protocol';
import { RunTaskProtocol } from '../../../lib/protocol/run-task';
import type { RunTaskConfig } from '../../../lib/protocol/run-task';

type Json = Record<string, unknown>;

function protocolWith(config: Partial<RunTaskConfig> = {}): RunTaskProtocol {
  let tasks = 0;
  return new RunTaskProtocol({
    model: 'fun-asr-realtime',
    format: 'pcm',
    sampleRateHz: 16000,
    languages: [],
    parameters: {},
    context: [],
    createTaskId: () => `task-${(tasks += 1)}`,
    ...config,
  });
}

function frameOf(event: string, payload: Json = {}, header: Json = {}, taskId = 'task-1'): string {
  return JSON.stringify({ header: { task_id: taskId, event, attributes: {}, ...header }, payload });
}

function resultOf(sentence: Json, usage?: unknown): string {
  return frameOf('result-generated', { output: { sentence }, ...(usage !== undefined && { usage }) });
}

function started(config: Partial<RunTaskConfig> = {}): RunTaskProtocol {
  const protocol = protocolWith(config);
  protocol.start();
  protocol.decode(frameOf('task-started'));
  return protocol;
}

function sentFrame(frames: readonly (string | Uint8Array)[]): { header: Json; payload: Json } {
  assert.equal(frames.length, 1);
  assert.equal(typeof frames[0], 'string');
  return JSON.parse(frames[0] as string) as { header: Json; payload: Json };
}

function ofType<T extends ServiceEvent['type']>(
  events: ServiceEvent[],
  type: T,
): Extract<ServiceEvent, { type: T }> {
  const event = events.find((candidate) => candidate.type === type);
  assert.ok(event, `no ${type} among ${events.map((candidate) => candidate.type).join(', ')}`);
  return event as Extract<ServiceEvent, { type: T }>;
}

// The documented final of protocol.md B.4.
const FINAL = {
  sentence_id: 1,
  begin_time: 170,
  end_time: 920,
  text: '好，我知道了',
  heartbeat: false,
  sentence_end: true,
  words: [
    { begin_time: 170, end_time: 295, text: '好', punctuation: '，' },
    { begin_time: 295, end_time: 503, text: '我', punctuation: '' },
    { begin_time: 503, end_time: 711, text: '知道', punctuation: '' },
    { begin_time: 711, end_time: 920, text: '了', punctuation: '' },
  ],
};

describe('run-task protocol, what is sent (protocol.md B.2)', () => {
  it('begins with run-task: every required key of header and payload, and nothing that was not set', () => {
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

  it('sends the last five turns of the dialogue, the person before the answer', () => {
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

  it('passes audio on as it is: a binary frame without a copy', () => {
    const audio = Uint8Array.of(1, 2, 3, 4);
    assert.equal(started().audio(audio), audio);
  });

  it('ends a task with finish-task and an empty input', () => {
    const { header, payload } = sentFrame(started().finish());
    assert.deepEqual(header, { action: 'finish-task', task_id: 'task-1', streaming: 'duplex' });
    assert.deepEqual(payload, { input: {} });
  });
});

describe('run-task protocol, what comes (protocol.md B.4)', () => {
  it('takes audio from task-started on', () => {
    const protocol = protocolWith();
    protocol.start();
    assert.equal(protocol.acceptsAudio, false);
    assert.deepEqual(protocol.decode(frameOf('task-started')), [{ type: 'opened', sessionId: 'task-1' }]);
    assert.equal(protocol.acceptsAudio, true);
  });

  it('decodes the documented final: text, times, words with punctuation, cumulative usage', () => {
    const events = started().decode(resultOf(FINAL, { duration: 3 }));
    assert.deepEqual(events, [
      { type: 'usage', billedSeconds: 3 },
      { type: 'speechStarted', sentenceId: 'task-1:1', atMs: 170 },
      { type: 'speechStopped', sentenceId: 'task-1:1', atMs: 920 },
      {
        type: 'final',
        sentenceId: 'task-1:1',
        text: '好，我知道了',
        beginMs: 170,
        endMs: 920,
        words: [
          { text: '好', punctuation: '，', beginMs: 170, endMs: 295 },
          { text: '我', punctuation: '', beginMs: 295, endMs: 503 },
          { text: '知道', punctuation: '', beginMs: 503, endMs: 711 },
          { text: '了', punctuation: '', beginMs: 711, endMs: 920 },
        ],
      },
    ]);
  });

  it('decodes the captured first event of a sentence: speech began, no interim without text', () => {
    const captured = {
      sentence_id: 1,
      begin_time: 1940,
      end_time: null,
      text: '',
      channel_id: 0,
      speaker_id: null,
      sentence_end: false,
      sentence_begin: true,
      words: [],
    };
    assert.deepEqual(started().decode(resultOf(captured)), [
      { type: 'speechStarted', sentenceId: 'task-1:1', atMs: 1940 },
    ]);
  });

  it('gives growing interims one stable id, and as stable text the words that are fixed', () => {
    const protocol = started();
    const word = (text: string, fixed: boolean) => ({
      begin_time: 0,
      end_time: 100,
      text,
      punctuation: ' ',
      fixed,
    });
    const first = protocol.decode(
      resultOf(
        { sentence_id: 2, begin_time: 0, end_time: null, text: 'a b ', sentence_end: false, words: [] },
        null,
      ),
    );
    const second = protocol.decode(
      resultOf({
        sentence_id: 2,
        begin_time: 0,
        end_time: null,
        text: 'a b c',
        sentence_end: false,
        words: [word('a', true), word('b', true), word('c', false)],
      }),
    );
    assert.equal(ofType(first, 'interim').stableText, '');
    const interim = ofType(second, 'interim');
    assert.equal(interim.text, 'a b c');
    assert.equal(interim.stableText, 'a b ');
    assert.equal(interim.sentenceId, ofType(first, 'interim').sentenceId);
    assert.equal(second.filter((event) => event.type === 'speechStarted').length, 0);
  });

  it('skips heartbeats', () => {
    const heartbeat = {
      sentence_id: 0,
      begin_time: 0,
      end_time: 0,
      text: 'x',
      heartbeat: true,
      sentence_end: true,
    };
    assert.deepEqual(started().decode(resultOf(heartbeat)), []);
  });

  // Part D row 23.
  const ENDS: [string, Json, boolean][] = [
    ['sentence_end true', { sentence_end: true, end_time: 920 }, true],
    ['sentence_end true without an end', { sentence_end: true, end_time: null }, true],
    ['sentence_end false with an end', { sentence_end: false, end_time: 920 }, false],
    ['no sentence_end but an end', { end_time: 920 }, true],
    ['no sentence_end and no end', { end_time: null }, false],
  ];
  for (const [name, fields, isFinal] of ENDS) {
    it(`takes ${name} for ${isFinal ? 'a final' : 'an interim'}`, () => {
      const events = started().decode(resultOf({ sentence_id: 1, begin_time: 0, text: 'hi', ...fields }));
      assert.equal(
        events.some((event) => event.type === 'final'),
        isFinal,
      );
    });
  }

  it('hands the polarity of the voice on with its confidence', () => {
    const events = started().decode(resultOf({ ...FINAL, emo_tag: 'negative', emo_confidence: 0.91 }));
    const final = ofType(events, 'final');
    assert.equal(final.emotion, 'negative');
    assert.equal(final.emotionConfidence, 0.91);
  });

  it('ignores a final that comes twice, other tasks, and fields that it does not know', () => {
    const protocol = started();
    protocol.decode(resultOf({ ...FINAL, vad_pre_end: true, stash: { text: 'x' } }));
    assert.deepEqual(protocol.decode(resultOf(FINAL)), []);
    assert.deepEqual(
      protocol.decode(frameOf('result-generated', { output: { sentence: FINAL } }, {}, 'task-0')),
      [],
    );
  });

  it('is finished, and its connection reusable, after the task-finished of a finish', () => {
    const protocol = started();
    protocol.finish();
    assert.equal(protocol.acceptsAudio, false);
    assert.equal(protocol.isReusable, false);
    const events = protocol.decode(frameOf('task-finished', { output: {}, usage: null }));
    assert.deepEqual(events, [{ type: 'finished' }]);
    assert.equal(protocol.isReusable, true);
  });

  it('makes a commit of finish-task and, when there is audio again, a new task with a new id', () => {
    const protocol = started();
    assert.equal(sentFrame(protocol.commit()).header.action, 'finish-task');
    assert.equal(protocol.acceptsAudio, false);
    protocol.decode(resultOf(FINAL, { duration: 3 }));
    const events = protocol.decode(frameOf('task-finished', { output: {}, usage: { duration: 4 } }));
    assert.deepEqual(ofType(events, 'commitSettled'), {
      type: 'commitSettled',
      commit: 0,
      sentenceIds: ['task-1:1'],
    });
    assert.equal(events.at(-1)?.type, 'paused');
    // A task without audio would only fail (protocol.md B.6), so none is begun before there is some.
    assert.equal(protocol.isPaused, true);
    assert.equal(protocol.isReusable, true);
    assert.equal(sentFrame(protocol.resume()).header.task_id, 'task-2');
    assert.equal(protocol.isPaused, false);
    assert.equal(protocol.acceptsAudio, false);
    // The second task opens no second session, and its usage goes on from the first one's.
    assert.deepEqual(protocol.decode(frameOf('task-started', {}, {}, 'task-2')), []);
    assert.equal(protocol.acceptsAudio, true);
    const result = frameOf(
      'result-generated',
      { output: { sentence: FINAL }, usage: { duration: 2 } },
      {},
      'task-2',
    );
    assert.deepEqual(protocol.decode(result)[0], { type: 'usage', billedSeconds: 6 });
  });
});

describe('run-task protocol, what goes wrong (protocol.md B.6)', () => {
  const FAILURES: [string, string, string, boolean][] = [
    ['CLIENT_ERROR', 'request timeout after 23 seconds.', 'IDLE_TIMEOUT', true],
    ['CLIENT_ERROR', 'something else', 'SERVICE_ERROR', false],
    ['InvalidParameter', 'task can not be null', 'CONFIGURATION_REJECTED', false],
    ['InvalidParameter', "Missing required parameter 'payload.model'!", 'CONFIGURATION_REJECTED', false],
    ['NO_VALID_AUDIO_ERROR', 'no valid audio', 'NO_SPEECH', true],
    ['NO_INPUT_AUDIO_ERROR', 'no input audio', 'NO_SPEECH', true],
    ['EmptyAudio', 'No effective audio received', 'NO_SPEECH', true],
    ['SUCCESS_WITH_NO_VALID_FRAGMENT', 'no fragment', 'NO_SPEECH', true],
    ['ASR_RESPONSE_HAVE_NO_WORDS', 'no words', 'NO_SPEECH', true],
    ['InvalidApiKey', 'Invalid API-key provided.', 'AUTHENTICATION', false],
    ['ModelNotFound', 'Model not found.', 'MODEL_UNAVAILABLE', false],
    ['Model.AccessDenied', 'Model access denied.', 'AUTHENTICATION', false],
    ['Throttling.RateQuota', 'Requests rate limit exceeded', 'THROTTLED', true],
    ['Arrearage', 'overdue', 'PAYMENT', false],
    ['InternalError', 'internal', 'SERVICE_ERROR', true],
  ];
  for (const [serviceCode, message, code, retryable] of FAILURES) {
    it(`turns task-failed ${serviceCode} "${message}" into ${code}`, () => {
      const protocol = started();
      const header = { error_code: serviceCode, error_message: message };
      const { error } = ofType(protocol.decode(frameOf('task-failed', {}, header)), 'failed');
      assert.equal(error.code, code);
      assert.equal(error.serviceCode, serviceCode);
      assert.equal(error.retryable, retryable);
      assert.ok(error.message.includes(message));
      assert.equal(protocol.acceptsAudio, false);
      assert.equal(protocol.isReusable, false);
    });
  }

  it('warns of what is no event, and of an unknown event once', () => {
    const protocol = started();
    for (const garbage of ['', '{', 'null', '[]', '7', '{}', '{"header":{}}', '{"header":7}']) {
      assert.deepEqual(
        protocol.decode(garbage).map((event) => event.type === 'warning' && event.code),
        ['GARBAGE_FRAME'],
        garbage,
      );
    }
    assert.equal(ofType(protocol.decode(frameOf('task-paused')), 'warning').code, 'UNKNOWN_EVENT');
    assert.deepEqual(protocol.decode(frameOf('task-paused')), []);
  });

  it('survives fields of every wrong type', () => {
    const values = [null, 7, 'x', true, [], {}, [null], [{ text: 7 }]];
    for (const value of values) {
      const protocol = started();
      for (const key of [
        'sentence_id',
        'begin_time',
        'end_time',
        'text',
        'sentence_end',
        'words',
        'emo_tag',
      ]) {
        assert.doesNotThrow(() => protocol.decode(resultOf({ ...FINAL, [key]: value }, value)));
      }
      assert.doesNotThrow(() => protocol.decode(frameOf('result-generated', { output: value })));
      assert.doesNotThrow(() =>
        protocol.decode(JSON.stringify({ header: { event: 'task-failed' }, payload: value })),
      );
    }
  });
});
