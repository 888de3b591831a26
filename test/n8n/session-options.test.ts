import assert from 'node:assert/strict';
import type { AsrError, SessionOptions } from '../../lib';
import { configure } from '../../lib/hosts';
import { sessionOptions } from '../../nodes/n8n/shared/session-options';
import type { ParameterSource } from '../../nodes/n8n/shared/session-options';

describe("the session options that are made of n8n's fields", () => {
  async function read(values: Record<string, unknown>): Promise<Partial<SessionOptions>> {
    const source: ParameterSource = {
      parameter: (name, fallback) => (name in values ? values[name] : fallback),
      credentials: () => Promise.resolve({ region: 'local' }),
      network: { httpRequest: () => Promise.reject(new Error('Nothing is fetched here.')) },
      logger: { debug: () => undefined, warn: () => undefined },
    };
    const { environment: _environment, log: _log, ...options } = await sessionOptions(source, 'session');
    configure(options);
    return options;
  }

  it('are accepted by the client', async () => {
    const options = {
      silenceMs: 500,
      vocabulary: 'Model Studio 5\nPhyllis\nQwen, 50',
      specialWordFilter: '{"filter_with_empty":{"word_list":["er"]}}',
      sampleRateHz: 8000,
      wireFormat: 'mp3',
      context: 'the order of yesterday',
      longestMinutes: 5,
    };
    assert.deepEqual(
      await read({ model: 'qwen-audio-3.1-asr-flash-streaming', languages: ['en', 'de'], options }),
      {
        region: 'local',
        firstConnectTimeoutMs: 10_000,
        idle: {},
        model: 'qwen-audio-3.1-asr-flash-streaming',
        language: ['en', 'de'],
        parameters: {
          silenceMs: 500,
          vocabulary: { 'Model Studio': 5, Phyllis: 4, Qwen: 50 },
          specialWordFilter: { filter_with_empty: { word_list: ['er'] } },
        },
        sampleRateHz: 8000,
        wireFormat: 'mp3',
        context: [{ user: 'the order of yesterday' }],
      },
    );
  });

  it('take language tags by their first part', async () => {
    const tags = {
      model: 'custom',
      modelName: 'qwen-audio-3.2-asr-flash-streaming',
      languageCodes: 'zh-CN, en_US, zh-TW',
    };
    assert.deepEqual((await read(tags)).language, ['zh', 'en']);
  });

  it('take a custom model and its languages from texts', async () => {
    const options = await read({
      model: 'custom',
      modelName: ' fun-asr-realtime-2027-01-01 ',
      languageCodes: 'en',
      mode: 'vad',
    });
    assert.deepEqual(
      [options.model, options.language, options.mode],
      ['fun-asr-realtime-2027-01-01', ['en'], undefined],
    );
  });

  it('refuse a model name that fits no family', async () => {
    await assert.rejects(read({ model: 'custom', modelName: 'gpt' }), /Unknown model "gpt"/);
  });

  it('have the values of a preset where a field is not set, as far as model and mode have them', async () => {
    const conversation = { vadThreshold: 0, silenceMs: 400 };
    const FUN_ASR = 'fun-asr-realtime';
    const PHONE = 'paraformer-realtime-v2';
    for (const [values, parameters, rate] of [
      [{ preset: 'none' }, {}],
      [{ preset: 'conversation' }, conversation],
      [{ preset: 'conversation', mode: 'manual' }, {}],
      [
        { preset: 'conversation', options: { silenceMs: 900 } },
        { ...conversation, silenceMs: 900 },
      ],
      [{ preset: 'conversation', model: FUN_ASR }, { silenceMs: 400 }],
      [{ preset: 'dictation' }, {}],
      [{ preset: 'meeting' }, { silenceMs: 1500 }],
      [
        { preset: 'meeting', model: FUN_ASR },
        { semanticPunctuation: true, silenceMs: 1500 },
      ],
      [{ preset: 'phone', model: PHONE }, {}, 8000],
      [{ preset: 'phone', model: PHONE, options: { sampleRateHz: 16_000 } }, {}, 16_000],
      [{ preset: 'phone', model: FUN_ASR }, {}],
    ] as [Record<string, unknown>, object, number?][]) {
      const options = await read(values);
      assert.deepEqual(
        [options.parameters, options.sampleRateHz],
        [parameters, rate],
        JSON.stringify(values),
      );
    }
  });

  it('have every setting of reliability', async () => {
    const options = {
      firstConnectSeconds: 1,
      reconnectAttempts: 2,
      livenessSeconds: 3,
      connectSeconds: 4,
      commitSeconds: 5,
      finishSeconds: 6,
      maxAgeSeconds: 7,
      replaySeconds: 8,
      heldSeconds: 9,
      burstSeconds: 10,
      paceMultiple: 11,
      idleSeconds: 12,
      idlePolicy: 'keepAlive',
      overload: 'dropOldest',
    };
    assert.deepEqual(await read({ options }), {
      region: 'local',
      model: 'qwen3-asr-flash-realtime',
      mode: 'vad',
      language: [],
      parameters: {},
      firstConnectTimeoutMs: 1000,
      reconnect: { maxAttempts: 2 },
      pingIntervalMs: 2000,
      pongTimeoutMs: 1000,
      connectTimeoutMs: 4000,
      configureTimeoutMs: 4000,
      commitTimeoutMs: 5000,
      finishTimeoutMs: 6000,
      maxAgeMs: 7000,
      maxReplayAudioMs: 8000,
      maxHeldAudioMs: 9000,
      pace: { burstMs: 10_000, multiple: 11 },
      idle: { policy: 'keepAlive', afterMs: 12_000 },
      overload: 'dropOldest',
    });
  });

  describe('where an expression gives another form', () => {
    const CONTEXT = 'fun-asr-realtime';
    const WORDS = 'qwen-audio-3.1-asr-flash-streaming';
    const USED: [what: string, values: Record<string, unknown>, name: keyof SessionOptions, as: unknown][] = [
      ['languages as one text', { model: WORDS, languages: 'en, de' }, 'language', ['en', 'de']],
      ['languages as one code', { model: WORDS, languages: 'en' }, 'language', ['en']],
      ['language codes as a list', { model: WORDS, languageCodes: ['en', 'de'] }, 'language', ['en', 'de']],
      ['no languages', { model: WORDS, languages: null }, 'language', []],
      ['a rate as text', { model: WORDS, options: { sampleRateHz: '8000' } }, 'sampleRateHz', 8000],
      ['a number as text', { options: { maxAgeSeconds: '0' } }, 'maxAgeMs', 0],
      ['a setting as text', { options: { silenceMs: '400' } }, 'parameters', { silenceMs: 400 }],
      ['no options at all', { options: null }, 'parameters', {}],
      ...[
        ['hot words as a list', ['Ann', 'Windows 11'], { Ann: 4, 'Windows 11': 4 }],
        [
          'hot words as a list at the service',
          [{ text: 'Windows 11' }, { text: 'Bob', weight: 2 }],
          { 'Windows 11': 4, Bob: 2 },
        ],
        ['hot words as an object', { Ann: 5 }, { Ann: 5 }],
        ['hot words as a JSON list', '["Ann", {"text": "Bob", "weight": 1}]', { Ann: 4, Bob: 1 }],
      ].map(([what, vocabulary, as]): (typeof USED)[number] => [
        what as string,
        { model: WORDS, options: { vocabulary } },
        'parameters',
        { vocabulary: as },
      ]),
      ...[['a word filter as an object', { filter_with_empty: { word_list: ['er'] } }]].map(
        ([what, specialWordFilter]): (typeof USED)[number] => [
          what as string,
          { model: WORDS, options: { specialWordFilter } },
          'parameters',
          { specialWordFilter },
        ],
      ),
      [
        'a dialogue as a list',
        { model: CONTEXT, options: { context: [{ user: 'a', assistant: 'b', at: 1 }] } },
        'context',
        [{ user: 'a', assistant: 'b' }],
      ],
      [
        'a dialogue as one turn',
        { model: CONTEXT, options: { context: { assistant: 'b' } } },
        'context',
        [{ assistant: 'b' }],
      ],
      [
        'a dialogue as a JSON list',
        { model: CONTEXT, options: { context: ' [{"user": "a"}]' } },
        'context',
        [{ user: 'a' }],
      ],
      [
        'a text that only begins like a list',
        { model: CONTEXT, options: { context: '[{quoted]' } },
        'context',
        [{ user: '[{quoted]' }],
      ],
      [
        'other settings as an object',
        { options: { otherSettings: { enable_x: true } } },
        'otherSettings',
        { enable_x: true },
      ],
      [
        'other settings as JSON',
        { options: { otherSettings: '{"enable_x": true}' } },
        'otherSettings',
        { enable_x: true },
      ],
      ['an empty dialogue', { model: CONTEXT, options: { context: [] } }, 'context', undefined],
    ];
    for (const [what, values, name, as] of USED) {
      it(`use ${what}`, async () => {
        assert.deepEqual((await read(values))[name], as);
      });
    }

    const REFUSED: [param: string, values: Record<string, unknown>][] = [
      ['options', { options: 'silenceMs' }],
      ['options', { options: [{ silenceMs: 400 }] }],
      ['model', { model: { id: WORDS } }],
      ['modelName', { model: 'custom', modelName: [WORDS] }],
      ['mode', { mode: 'automatic' }],
      ['mode', { mode: { type: 'vad' } }],
      ['languages', { model: WORDS, languages: { en: true } }],
      ['language', { language: ['en', { code: 'de' }] }],
      ['sampleRateHz', { options: { sampleRateHz: 'fast' } }],
      ['sampleRateHz', { options: { sampleRateHz: [8000] } }],
      ['wireFormat', { options: { wireFormat: { format: 'pcm' } } }],
      ['wireFormat', { options: { wireFormat: 'flac' } }],
      ['silenceMs', { options: { silenceMs: {} } }],
      ['silenceMs', { options: { silenceMs: 'short' } }],
      ['corpusText', { options: { corpusText: ['a', 'b'] } }],
      ['heartbeat', { model: CONTEXT, options: { heartbeat: 'maybe' } }],
      ['vocabulary', { model: WORDS, options: { vocabulary: [{ name: 'Ann' }] } }],
      ['vocabulary', { model: WORDS, options: { vocabulary: [{ text: 'Ann', weight: 'high' }] } }],
      ['vocabulary', { model: WORDS, options: { vocabulary: '[broken' } }],
      ['vocabulary', { model: WORDS, options: { vocabulary: 7 } }],
      ['specialWordFilter', { model: WORDS, options: { specialWordFilter: ['er'] } }],
      ['specialWordFilter', { model: WORDS, options: { specialWordFilter: 'er' } }],
      ['vocabularyId', { model: CONTEXT, options: { vocabularyId: ['vocab-a'] } }],
      ['context', { model: CONTEXT, options: { context: ['text'] } }],
      ['context', { model: CONTEXT, options: { context: [{ role: 'user', content: 'a' }] } }],
      ['context', { model: CONTEXT, options: { context: { user: 7 } } }],
      ['context', { model: CONTEXT, options: { context: 7 } }],
      ['context', { model: CONTEXT, options: { context: '[{"role": "user"}]' } }],
      ['reconnectAttempts', { options: { reconnectAttempts: 'many' } }],
      ['reconnectAttempts', { options: { reconnectAttempts: -1 } }],
      ['finishSeconds', { options: { finishSeconds: {} } }],
      ['idlePolicy', { options: { idlePolicy: 'close' } }],
      ['overload', { options: { overload: true } }],
      ['traceFile', { options: { traceFile: ['/tmp/a'] } }],
      ['preset', { preset: 'podcast' }],
      ['otherSettings', { options: { otherSettings: ['a'] } }],
      ['otherSettings', { options: { otherSettings: '{broken' } }],
      ['otherSettings', { options: { otherSettings: '7' } }],
    ];
    for (const [param, values] of REFUSED) {
      it(`refuse ${param} by its name: ${JSON.stringify(values)}`, async () => {
        await assert.rejects(read(values), (error: AsrError) => {
          assert.equal(error.code, 'INVALID_OPTION');
          assert.ok(error.message.includes(`\`${param}\``), error.message);
          return true;
        });
      });
    }
  });
});
