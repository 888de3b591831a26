import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { SessionOptions } from '../../../lib';
import { configure } from '../../../lib/session/config';

const LOCAL: SessionOptions = { region: 'local' };
const MAX_MS = 2 ** 31 - 1;

function refusal(options: SessionOptions): { code: string; param?: string; message: string } {
  try {
    configure(options);
  } catch (error) {
    return error as { code: string; param?: string; message: string };
  }
  throw new Error('It was accepted.');
}

describe('the options of a session', () => {
  it('have the documented defaults', () => {
    const config = configure(LOCAL);
    assert.deepEqual(
      {
        model: config.model.id,
        mode: config.mode,
        parameters: config.parameters,
        idle: config.idle,
        rate: config.sampleRateHz,
        timeouts: [
          config.connectTimeoutMs,
          config.configureTimeoutMs,
          config.commitTimeoutMs,
          config.finishTimeoutMs,
        ],
        ping: config.pingIntervalMs,
        held: config.maxHeldAudioMs,
        pace: config.pace,
      },
      {
        model: 'qwen3-asr-flash-realtime',
        mode: 'vad',
        // What is not set is left to the service.
        parameters: {},
        idle: { policy: 'reopen', afterMs: 40_000 },
        rate: 16000,
        timeouts: [10_000, 10_000, 20_000, 20_000],
        ping: 20_000,
        held: 60_000,
        pace: { burstMs: 3000, multiple: 20 },
      },
    );
  });

  const DURATIONS = [
    'connectTimeoutMs',
    'configureTimeoutMs',
    'commitTimeoutMs',
    'finishTimeoutMs',
    'pingIntervalMs',
    'maxHeldAudioMs',
    'maxReplayAudioMs',
    'pongTimeoutMs',
    'answerTimeoutMs',
  ] as const;
  const bounds: [param: string, min: number, max: number, make: (value: number) => SessionOptions][] = [
    ['vadThreshold', -1, 1, (vadThreshold) => ({ parameters: { vadThreshold } })],
    ['silenceMs', 200, 6000, (silenceMs) => ({ parameters: { silenceMs } })],
    ['pace.burstMs', 1, MAX_MS, (burstMs) => ({ pace: { burstMs } })],
    ['pace.multiple', 0.1, 1000, (multiple) => ({ pace: { multiple } })],
    ['reconnect.maxAttempts', 0, 1000, (maxAttempts) => ({ reconnect: { maxAttempts } })],
    ['reconnect.baseDelayMs', 1, MAX_MS, (baseDelayMs) => ({ reconnect: { baseDelayMs } })],
    ['reconnect.maxDelayMs', 1, MAX_MS, (maxDelayMs) => ({ reconnect: { maxDelayMs } })],
    ['maxAgeMs', 0, MAX_MS, (maxAgeMs) => ({ maxAgeMs })],
    ...DURATIONS.map((name): (typeof bounds)[number] => [name, 1, MAX_MS, (value) => ({ [name]: value })]),
  ];
  for (const [param, min, max, make] of bounds) {
    it(`accept \`${param}\` from ${min} to ${max}, and nothing else`, () => {
      for (const value of [min, max, Math.ceil((min + max) / 2)]) configure({ ...LOCAL, ...make(value) });
      for (const value of [min - 0.01, max + 1, NaN, Infinity, -Infinity]) {
        const error = refusal({ ...LOCAL, ...make(value) });
        assert.equal(error.code, 'INVALID_OPTION');
        assert.equal(error.param, param);
        assert.ok(error.message.includes(`from ${min} to ${max}, got ${value}`), error.message);
      }
      for (const value of ['5', null, [], true]) {
        assert.equal(refusal({ ...LOCAL, ...make(value as unknown as number) }).param, param, String(value));
      }
    });
  }

  it('accept the rates, modes and languages of the model, and nothing else', () => {
    for (const sampleRateHz of [8000, 16000]) configure({ ...LOCAL, sampleRateHz });
    for (const language of ['zh', 'yue', 'sv', '']) configure({ ...LOCAL, language });
    assert.equal(refusal({ ...LOCAL, sampleRateHz: 44100 }).param, 'sampleRateHz');
    assert.equal(refusal({ ...LOCAL, sampleRateHz: '16000' as unknown as number }).param, 'sampleRateHz');
    assert.equal(refusal({ ...LOCAL, mode: 'auto' as 'vad' }).param, 'mode');
    // "auto" is accepted by the service and then fails at the first sentence (protocol.md A.4.1).
    for (const language of ['auto', 'en-US', 'EN', 'xx']) {
      assert.equal(refusal({ ...LOCAL, language }).param, 'language', language);
    }
  });

  it('refuse settings of voice activity detection in Manual mode', () => {
    for (const parameters of [{ silenceMs: 400 }, { vadThreshold: 0 }]) {
      const [name] = Object.keys(parameters);
      assert.equal(refusal({ ...LOCAL, mode: 'manual', parameters }).param, name);
    }
    configure({ ...LOCAL, mode: 'manual', parameters: { corpusText: 'x' } });
  });

  it('refuse settings that the model does not have', () => {
    assert.equal(refusal({ ...LOCAL, parameters: { heartbeat: true } }).param, 'heartbeat');
    assert.equal(refusal({ ...LOCAL, parameters: { nonsense: 1 } as object }).param, 'nonsense');
    assert.equal(refusal({ ...LOCAL, context: [{ user: 'x' }] }).param, 'context');
    assert.equal(refusal({ ...LOCAL, wireFormat: 'mp3' }).param, 'wireFormat');
    assert.equal(refusal({ ...LOCAL, idle: { policy: 'sleep' as 'close' } }).param, 'idle.policy');
    assert.equal(refusal({ ...LOCAL, language: ['zh', 'en'] }).param, 'language');
    assert.equal(refusal({ ...LOCAL, overload: 'drop' as 'fail' }).param, 'overload');
  });

  it('have the bounds of the model', () => {
    assert.equal(configure(LOCAL).maxAgeMs, 900_000);
    assert.equal(configure({ ...LOCAL, model: 'fun-asr-realtime' }).maxAgeMs, 0);
  });

  it('accept biasing text up to its bound', () => {
    configure({ ...LOCAL, parameters: { corpusText: 'x'.repeat(100_000) } });
    const error = refusal({ ...LOCAL, parameters: { corpusText: 'x'.repeat(100_001) } });
    assert.equal(error.param, 'corpusText');
  });

  it('refuse a biasing text whose JSON is too long for one message (protocol.md E 20)', () => {
    configure({ ...LOCAL, parameters: { corpusText: '词'.repeat(87_000) } });
    const texts: [text: string, bytes: number][] = [
      ['词'.repeat(88_000), 264_002],
      ['\n'.repeat(140_000), 280_002],
      ['x'.repeat(300_000), 300_002],
    ];
    for (const [text, bytes] of texts) {
      const error = refusal({ ...LOCAL, parameters: { corpusText: text } });
      assert.equal(error.param, 'corpusText');
      assert.match(error.message, new RegExp(`262144 bytes.* got ${bytes} bytes`));
    }
  });

  it('refuse a language that is no code, and say what to write', () => {
    const wrong: [language: string, advice: RegExp][] = [
      ['auto', /Leave it out, and the service detects the language\.$/],
      ['Auto', /Leave it out/],
      ['zh-CN', /Write "zh"\.$/],
      ['en_US', /Write "en"\.$/],
      ['zh-Hans-CN', /Write "zh"\.$/],
      ['EN', /Write "en"\.$/],
      ['Chinese', /Write "zh"\.$/],
      ['german', /Write "de"\.$/],
      ['Deutsch', /Write "de"\.$/],
      ['中文', /Write "zh"\.$/],
      ['Klingon', /got "Klingon"\.$/],
    ];
    for (const [language, advice] of wrong) {
      for (const model of ['qwen3-asr-flash-realtime', 'fun-asr-realtime']) {
        const error = refusal({ ...LOCAL, model, language });
        assert.equal(error.param, 'language');
        assert.match(error.message, advice);
      }
    }
    assert.match(
      refusal({ ...LOCAL, model: 'paraformer-realtime-v1', language: 'auto' }).message,
      /no language; leave it out/,
    );
  });
});

describe('the API key of a session', () => {
  it('is needed in the cloud, and the error names the region', () => {
    for (const apiKey of [undefined, '', '  ']) {
      const error = refusal({ region: 'beijing', ...(apiKey !== undefined && { apiKey }) });
      assert.equal(error.code, 'MISSING_API_KEY');
      assert.match(error.message, /Beijing/);
    }
    configure({ region: 'local' });
    configure({ address: 'wss://asr.example' });
  });

  it('is trimmed of spaces, quotes and line breaks around it', () => {
    assert.equal(configure({ apiKey: ' sk-test\n' }).apiKey, 'sk-test');
  });

  it('is refused with a line break or a space inside, and the error does not repeat it', () => {
    for (const apiKey of ['sk-secret\nX: y', 'sk-secret\r\nX', 'sk secret', 'sk-secret\u0000', 'sk-sécret']) {
      const error = refusal({ apiKey });
      assert.equal(error.code, 'INVALID_OPTION');
      assert.equal(error.param, 'apiKey');
      assert.ok(!error.message.includes('secret'), error.message);
    }
  });

  it('is sent over ws:// only to this machine', () => {
    const apiKey = 'sk-test';
    for (const address of ['ws://127.0.0.1:9', 'ws://localhost:9', 'ws://[::1]:9', 'wss://asr.example']) {
      configure({ address, apiKey });
    }
    for (const address of ['ws://asr.example', 'ws://10.0.0.1', 'ws://127.0.0.1.example']) {
      const error = refusal({ address, apiKey });
      assert.equal(error.code, 'INVALID_OPTION');
      assert.equal(error.param, 'address');
      configure({ address });
    }
    assert.equal(refusal({ region: 'local', address: 'ws://10.0.0.1', apiKey }).param, 'address');
  });

  it("is sent to a container's own host with the region local, as n8n's page says, and nowhere else by that name", () => {
    const address = /`(ws:\/\/host\.docker\.internal:\d+)`/.exec(readFileSync('docs/n8n.md', 'utf8'))![1]!;
    configure({ region: 'local', address, apiKey: 'sk-test' });
    for (const other of ['ws://host.docker.internal.example', 'ws://a.host.docker.internal']) {
      assert.equal(refusal({ region: 'local', address: other, apiKey: 'sk-test' }).param, 'address');
    }
  });
});
