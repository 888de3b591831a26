import assert from 'node:assert/strict';
import { createContext, runInContext } from 'node:vm';
import type { AsrError, SessionOptions } from '../../../lib';
import { configure } from '../../../lib/session/config';
import { readOtherSettings } from '../../../lib/vocabulary/other-settings';
import type { ConnectionRecord } from '../../../local-service';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

const QWEN = 'qwen3-asr-flash-realtime';
const FUN_ASR = 'fun-asr-realtime';

function refusal(options: SessionOptions): AsrError {
  try {
    configure({ region: 'local', ...options });
  } catch (error) {
    return error as AsrError;
  }
  throw new Error('It was accepted.');
}

type Settings = Record<string, unknown>;

/** The settings that the service received, for each configuration. */
function settingsOf(records: readonly ConnectionRecord[]): Settings[] {
  return records.flatMap(({ received }) =>
    received.flatMap((one): Settings[] => {
      if (one.kind !== 'json') return [];
      const { session, payload } = one.frame as { session?: Settings; payload?: { parameters?: Settings } };
      return [session ?? payload?.parameters ?? []].flat();
    }),
  );
}

describe('other settings', () => {
  const rig = useLibRig();

  it('go out in `session` of session.update, merged into the objects that are there', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const recorded = rig.open({
      language: 'en',
      parameters: { silenceMs: 400 },
      otherSettings: {
        brand_new: { depth: [1, { two: true }] },
        input_audio_transcription: { diarization: true, corpus: { weight: 3 } },
        turn_detection: { prefix_padding_ms: 300 },
      },
    });
    await recorded.session.append(silence(2500));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Hello.']);
    assert.deepEqual(settingsOf(rig.service.sessions), [
      {
        modalities: ['text'],
        input_audio_format: 'pcm',
        sample_rate: 16000,
        input_audio_transcription: { language: 'en', diarization: true, corpus: { weight: 3 } },
        turn_detection: {
          type: 'server_vad',
          threshold: 0.2,
          silence_duration_ms: 400,
          prefix_padding_ms: 300,
        },
        brand_new: { depth: [1, { two: true }] },
      },
    ]);
  });

  it('go out in `payload.parameters` of run-task, where they win over a known setting', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const recorded = rig.open({
      model: FUN_ASR,
      parameters: { silenceMs: 400, multiThreshold: true },
      otherSettings: { diarization_enabled: true, max_sentence_silence: 900, list: ['a'] },
    });
    await recorded.session.append(silence(2500));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Hello.']);
    assert.deepEqual(settingsOf(rig.service.sessions), [
      {
        format: 'pcm',
        sample_rate: 16000,
        heartbeat: true,
        max_sentence_silence: 900,
        multi_threshold_mode_enabled: true,
        diarization_enabled: true,
        list: ['a'],
      },
    ]);
  });

  it('go out again with the task after a commit, with the context that was changed meanwhile', async () => {
    await rig.serve({ utterances: ['One two.', { text: 'One two.', atMs: 2100, endMs: 2700 }] });
    const recorded = rig.open({ model: FUN_ASR, otherSettings: { brand_new: 1 } });
    await recorded.session.append(silence(2000));
    await recorded.session.commit();
    recorded.session.updateContext([{ user: 'Numbers' }]);
    await recorded.session.append(silence(3000));
    await recorded.session.finish();
    const tasks = settingsOf(rig.service.sessions);
    assert.deepEqual(
      tasks.map((one) => one.brand_new),
      [1, 1],
    );
  });

  for (const model of [QWEN, FUN_ASR]) {
    it(`go out again with ${model} after a lost connection`, async () => {
      await rig.serve({
        utterances: ['One.', 'Two.'],
        connections: [{ faults: [{ on: 'interim', nth: 1, do: 'close', code: 1011 }] }, {}],
      });
      const recorded = rig.open({
        model,
        otherSettings: { brand_new: 'x' },
        reconnect: { baseDelayMs: 1, maxDelayMs: 1 },
      });
      await recorded.session.append(silence(4000));
      await recorded.next('resumed');
      await recorded.session.finish();
      const sent = settingsOf(rig.service.sessions);
      assert.ok(sent.length >= 2, String(sent.length));
      for (const one of sent) assert.equal(one.brand_new, 'x');
    });

    it(`are shown in the trace of ${model}`, async () => {
      await rig.serve({ utterances: ['Hello.'] });
      const lines: string[] = [];
      const trace = { write: (line: string) => lines.push(line) };
      const recorded = rig.open({ model, trace, otherSettings: { brand_new: { deep: 'seen' } } });
      await recorded.session.append(silence(2500));
      await recorded.session.finish();
      assert.ok(lines.some((line) => line.includes('"brand_new":{"deep":"seen"}')));
    });
  }

  it('are kept as they were when the session was opened', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const otherSettings = { nested: { value: 1 } };
    const recorded = rig.open({ otherSettings });
    otherSettings.nested.value = 2;
    await recorded.session.append(silence(2500));
    await recorded.session.finish();
    assert.deepEqual(settingsOf(rig.service.sessions)[0]?.nested, { value: 1 });
  });

  const BREAKING: [model: string, settings: object, named: RegExp, mode?: 'vad' | 'manual'][] = [
    [QWEN, { turn_detection: null }, /turn_detection.*mode/],
    [QWEN, { turn_detection: 'server_vad' }, /turn_detection.*mode/],
    [QWEN, { turn_detection: { type: 'semantic_vad' } }, /turn_detection\.type.*mode/],
    [QWEN, { turn_detection: { threshold: 0.5 } }, /turn_detection\.threshold.*vadThreshold/],
    [QWEN, { turn_detection: { silence_duration_ms: 300 } }, /silence_duration_ms.*silenceMs/],
    [QWEN, { turn_detection: { prefix_padding_ms: 300 } }, /turn_detection.*mode/, 'manual'],
    [QWEN, { input_audio_format: 'wav' }, /input_audio_format.*wireFormat/],
    [QWEN, { sample_rate: 8000 }, /sample_rate.*sampleRateHz/],
    [QWEN, { sample_rate: null }, /sample_rate/],
    [QWEN, { audio: { input: { format: { type: 'opus' } } } }, /audio\.input\.format/],
    [QWEN, { model: 'other' }, /model/],
    [QWEN, { input_audio_transcription: { model: 'other' } }, /input_audio_transcription\.model/],
    [QWEN, { modalities: ['text', 'audio'] }, /modalities/],
    [FUN_ASR, { format: 'wav' }, /format.*wireFormat/],
    [FUN_ASR, { sample_rate: 8000 }, /sample_rate.*sampleRateHz/],
    [FUN_ASR, { turn_detection: {} }, /turn_detection/],
    [FUN_ASR, { model: 'paraformer-realtime-v2' }, /model/],
    [FUN_ASR, { task_group: 'image' }, /task_group/],
  ];
  for (const [model, otherSettings, named, mode] of BREAKING) {
    it(`refuse what would break a session of ${model}: ${JSON.stringify(otherSettings)}`, () => {
      const error = refusal({ model, otherSettings: { ...otherSettings }, ...(mode && { mode }) });
      assert.equal(error.code, 'INVALID_OPTION');
      assert.equal(error.param, 'otherSettings');
      assert.match(error.message, named);
    });
  }

  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const NO_SETTINGS: [what: string, value: unknown, message: RegExp][] = [
    ['null', null, /got null/],
    ['a list', [1], /got a list/],
    ['a text', 'fast', /got a string/],
    ['a number', 7, /got a number/],
    ['a circle', circle, /at most 16 objects or lists deep/],
    ['a function', { run: () => 1 }, /got a function/],
    ['a bigint', { big: 1n }, /got a bigint/],
    ['what JSON makes null of', { rate: NaN }, /got a number/],
    ['an object of a class', { bytes: Buffer.from('x') }, /object of a class/],
    ['16 KiB of text', { text: 'x'.repeat(16_384) }, /at most 16384 bytes/],
    ['the same in Chinese', { text: '词'.repeat(6_000) }, /at most 16384 bytes/],
    ['very many values', { list: new Array(1_000_000).fill(0) }, /at most 16384 bytes/],
  ];
  for (const [what, value, message] of NO_SETTINGS) {
    it(`refuse ${what}`, () => {
      const error = refusal({ otherSettings: value as Record<string, unknown> });
      assert.equal(error.code, 'INVALID_OPTION');
      assert.equal(error.param, 'otherSettings');
      assert.match(error.message, message);
      assert.ok(error.message.length < 300);
    });
  }

  it('take an object of another realm, as an expression of a host may give', () => {
    const settings = runInContext('({ nested: { value: 1 } })', createContext()) as Record<string, unknown>;
    assert.deepEqual(configure({ region: 'local', otherSettings: settings }).otherSettings, {
      nested: { value: 1 },
    });
  });

  it('send a name that is special in JavaScript as a name, and change nothing else', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const otherSettings = readOtherSettings('{"__proto__": {"polluted": 1}, "constructor": 2}');
    const recorded = rig.open({ otherSettings: otherSettings! });
    await recorded.session.append(silence(2500));
    await recorded.session.finish();
    assert.equal(({} as { polluted?: number }).polluted, undefined);
    assert.ok(Object.hasOwn(settingsOf(rig.service.sessions)[0]!, '__proto__'));
  });

  it('leave room in the message for the corpus text, or say which is too long', () => {
    const parameters = { corpusText: '词'.repeat(86_500) };
    configure({ region: 'local', parameters });
    const error = refusal({ parameters, otherSettings: { text: 'x'.repeat(16_000) } });
    assert.match(error.message, /`corpusText` and `otherSettings`.*together/);
  });

  it('are read from text, where nothing and blank text are none', () => {
    assert.deepEqual(readOtherSettings(' {"a": 1}\n'), { a: 1 });
    for (const nothing of [undefined, null, '', '  ']) assert.equal(readOtherSettings(nothing), undefined);
    for (const wrong of ['{"a": ', '[1]', '"a"', '7', 'null', ' '.repeat(9) + 'x'.repeat(100_000)]) {
      assert.throws(
        () => readOtherSettings(wrong),
        (error: AsrError) =>
          error.code === 'INVALID_OPTION' && error.param === 'otherSettings' && error.message.length < 300,
      );
    }
  });
});
