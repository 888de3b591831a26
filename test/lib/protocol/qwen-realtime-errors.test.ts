import assert from 'node:assert/strict';
import type { AsrError } from '../../../lib';
import type { QwenRealtimeProtocol } from '../../../lib/protocol/qwen-realtime';
import { DOCUMENTED, frameOf, frames } from '../../support/documented-frames';
import { decodeAll, greetingProtocol, parsed, shortOf, streamingProtocol } from '../../support/qwen-protocol';

function failureOf(protocol: QwenRealtimeProtocol, ...texts: string[]): AsrError {
  const failed = decodeAll(protocol, ...texts).find((event) => event.type === 'failed');
  assert.ok(failed, 'nothing failed');
  return failed.error;
}

const greeting = (model: unknown) => frameOf('session.created', { session: { id: 's', model } });

describe('Qwen-ASR-Realtime, which model answers (protocol.md A.2)', () => {
  const SNAPSHOT = 'qwen3-asr-flash-realtime-2026-02-10';
  const accepted: [asked: string, echoed: unknown][] = [
    ['qwen3-asr-flash-realtime', 'qwen3-asr-flash-realtime'],
    ['qwen3-asr-flash-realtime', SNAPSHOT],
    [SNAPSHOT, SNAPSHOT],
    [SNAPSHOT, 'qwen3-asr-flash-realtime'],
    ['qwen3-asr-flash-realtime', undefined],
    ['qwen3-asr-flash-realtime', 42],
  ];
  for (const [asked, echoed] of accepted) {
    it(`accepts the echo ${JSON.stringify(echoed)} for ${asked}`, () => {
      assert.deepEqual(shortOf(greetingProtocol({ model: asked }).decode(greeting(echoed))), ['send']);
    });
  }

  const refused: [asked: string, echoed: string][] = [
    ['qwen3-asr-flash-realtime', 'qwen-omni-turbo-realtime'],
    ['qwen3-asr-flash-realtime', 'qwen3-asr-flash'],
    ['qwen3-asr-flash-realtime-2026-02-10', 'qwen3-asr-flash-realtime-2025-10-27'],
    ['qwen3-asr-flash-realtime-2026-02-10', 'qwen3-asr'],
  ];
  for (const [asked, echoed] of refused) {
    it(`refuses the echo ${echoed} for ${asked}, and names both`, () => {
      const error = failureOf(greetingProtocol({ model: asked }), greeting(echoed));
      assert.equal(error.code, 'MODEL_MISMATCH');
      assert.equal(error.param, 'model');
      assert.equal(error.retryable, false);
      assert.ok(error.message.includes(asked) && error.message.includes(echoed));
    });
  }

  it('looks at the transcription model where the session names none, and at the echo of the update', () => {
    const other = { input_audio_transcription: { model: 'qwen-omni-turbo-realtime' } };
    const created = frameOf('session.created', { session: other });
    assert.equal(failureOf(greetingProtocol(), created).code, 'MODEL_MISMATCH');
    const updated = frameOf('session.updated', { session: { model: 'qwen-omni-turbo-realtime' } });
    assert.equal(failureOf(greetingProtocol(), DOCUMENTED.created, updated).code, 'MODEL_MISMATCH');
  });
});

describe('Qwen-ASR-Realtime, errors (protocol.md A.5.10, A.8)', () => {
  it('ends on an error before the session is configured, and names the field', () => {
    const error = failureOf(greetingProtocol(), DOCUMENTED.created, DOCUMENTED.error);
    assert.equal(error.code, 'CONFIGURATION_REJECTED');
    assert.equal(error.param, 'session.input_audio_format');
    assert.equal(error.serviceCode, 'invalid_value');
    assert.match(error.message, /pcm16.*invalid_value.*session\.input_audio_format/);
    const older = failureOf(greetingProtocol(), DOCUMENTED.created, DOCUMENTED.errorOlder);
    assert.equal(older.param, 'session.input_audio_transcription.model');
  });

  it('reads an error without code and message', () => {
    const error = failureOf(greetingProtocol(), frameOf('error'));
    assert.equal(error.code, 'CONFIGURATION_REJECTED');
    assert.match(error.message, /no message \[no code\]/);
  });

  it('goes on after an error that blames a message', () => {
    const [event] = streamingProtocol().decode(frames.error({ code: 'invalid_value', message: 'Bad.' }));
    assert.equal(event?.type, 'warning');
    assert.equal(event.code, 'SERVICE_WARNING');
    assert.match(event.message, /Bad\. \[invalid_value\]/);
  });

  const ending: [serviceCode: string, code: string, retryable: boolean][] = [
    ['InvalidApiKey', 'AUTHENTICATION', false],
    ['invalid_api_key', 'AUTHENTICATION', false],
    ['AccessDenied', 'AUTHENTICATION', false],
    ['Model.AccessDenied', 'AUTHENTICATION', false],
    ['Throttling', 'THROTTLED', true],
    ['Throttling.RateQuota', 'THROTTLED', true],
    ['Throttling.BurstRate', 'THROTTLED', true],
    ['Throttling.AllocationQuota', 'THROTTLED', true],
    ['limit_requests', 'THROTTLED', true],
    ['Arrearage', 'PAYMENT', false],
    ['AllocationQuota.FreeTierOnly', 'PAYMENT', false],
    ['InternalError', 'SERVICE_ERROR', true],
    ['InternalError.Timeout', 'SERVICE_ERROR', true],
    ['SystemError', 'SERVICE_ERROR', true],
    ['ModelUnavailable', 'SERVICE_ERROR', true],
  ];
  for (const [serviceCode, code, retryable] of ending) {
    it(`ends with ${code} on ${serviceCode}, before and after the configuration`, () => {
      const frame = frames.error({ code: serviceCode, message: 'Said so.' });
      for (const protocol of [greetingProtocol(), streamingProtocol()]) {
        const error = failureOf(protocol, frame);
        assert.equal(error.code, code);
        assert.equal(error.retryable, retryable);
        assert.equal(error.serviceCode, serviceCode);
        assert.ok(error.message.includes('Said so.'));
      }
    });
  }

  it('ends on a server_error of any code, with a retryable error', () => {
    const frame = frames.error({ type: 'server_error', code: 'whatever', message: 'Broken.' });
    const error = failureOf(streamingProtocol(), frame);
    assert.equal(error.code, 'SERVICE_ERROR');
    assert.equal(error.retryable, true);
  });

  it('takes COMMON_ERROR for the failure of the oldest open sentence', () => {
    const protocol = streamingProtocol();
    const events = decodeAll(
      protocol,
      frames.started('i1'),
      frames.started('i2', 3000),
      DOCUMENTED.commonError,
      frames.completed('i2', 'Two.'),
    );
    assert.deepEqual(shortOf(events).slice(2), ['sentenceFailed i1 SERVICE_ERROR', 'final i2 Two.']);
  });

  it('takes COMMON_ERROR without an open sentence, too', () => {
    assert.deepEqual(shortOf(streamingProtocol().decode(DOCUMENTED.commonError)), [
      'sentenceFailed undefined SERVICE_ERROR',
    ]);
  });

  it('reads the failure of one item', () => {
    const protocol = streamingProtocol();
    const [event] = protocol.decode(DOCUMENTED.failed);
    assert.equal(event?.type, 'sentenceFailed');
    assert.equal(event.sentenceId, 'item_B4KHRmVbcQwp9yZk2UeN3');
    assert.equal(event.error.serviceCode, 'audio_unintelligible');
    assert.match(event.error.message, /could not be transcribed/);
    assert.deepEqual(protocol.decode(DOCUMENTED.failed), [], 'a doubled failure is left out');
  });

  it('knows a refused commit by the event id, by code, by param and by message', () => {
    const told: Record<string, unknown>[] = [
      { code: 'input_audio_buffer_commit_empty', message: 'Empty.' },
      { code: 'invalid_value', param: 'input_audio_buffer', message: 'Empty.' },
      { code: 'invalid_value', message: 'input_audio_buffer is empty.' },
      { code: 'invalid_value', message: "Invalid value: 'input_audio_buffer.commit'.", param: 'type' },
    ];
    for (const error of told) {
      const protocol = streamingProtocol({ mode: 'manual' });
      protocol.commit();
      assert.deepEqual(shortOf(protocol.decode(frames.error(error))), ['commitAnswered 0 [] COMMIT_FAILED']);
      assert.deepEqual(shortOf(protocol.decode(frames.error(error))), ['warning SERVICE_WARNING']);
    }
    const protocol = streamingProtocol({ mode: 'manual' });
    protocol.commit();
    const [second] = protocol.commit();
    const byId = frames.error({ code: 'x', message: 'No.', event_id: parsed(second).event_id });
    assert.deepEqual(shortOf(protocol.decode(byId)), ['commitAnswered 1 [] COMMIT_FAILED']);
  });

  it('does not take an error about an append for one about a commit', () => {
    const protocol = streamingProtocol({ mode: 'manual' });
    protocol.commit();
    const error = { code: 'invalid_value', message: 'Not base64.', param: 'audio', event_id: 'event_1' };
    assert.deepEqual(shortOf(protocol.decode(frames.error(error))), ['warning SERVICE_WARNING']);
  });
});

describe('Qwen-ASR-Realtime, messages outside of the protocol', () => {
  for (const text of [
    '',
    'null',
    '[]',
    '[{"type":"error"}]',
    '42',
    '"text"',
    'true',
    '{',
    '{}',
    '{"type":7}',
    '\0',
  ]) {
    it(`warns of ${JSON.stringify(text)} and goes on`, () => {
      for (const protocol of [greetingProtocol(), streamingProtocol()]) {
        assert.deepEqual(shortOf(protocol.decode(text)), ['warning GARBAGE_FRAME']);
      }
    });
  }

  it('reports each kind of unknown event once, and not without end', () => {
    const protocol = streamingProtocol();
    assert.deepEqual(shortOf(protocol.decode(frameOf('response.created'))), ['warning UNKNOWN_EVENT']);
    assert.deepEqual(protocol.decode(frameOf('response.created')), []);
    const more = Array.from({ length: 1000 }, (_, i) => frameOf(`response.${i}.${'x'.repeat(10_000)}`));
    const events = decodeAll(protocol, ...more);
    assert.ok(events.length > 0 && events.length < 50, `${events.length} warnings`);
    for (const event of events) assert.ok(event.type === 'warning' && event.message.length < 300);
  });

  const types = [
    'session.created',
    'session.updated',
    'input_audio_buffer.speech_started',
    'input_audio_buffer.speech_stopped',
    'input_audio_buffer.committed',
    'conversation.item.created',
    'conversation.item.input_audio_transcription.text',
    'conversation.item.input_audio_transcription.completed',
    'conversation.item.input_audio_transcription.failed',
    'session.finished',
    'error',
  ];
  const FIELDS = [
    'session',
    'item_id',
    'item',
    'text',
    'stash',
    'transcript',
    'language',
    'emotion',
    'usage',
    'error',
    'audio_start_ms',
    'audio_end_ms',
    'previous_item_id',
    'content_index',
  ];
  const values: unknown[] = [null, 7, 'x', true, [], [1], {}, { id: 5, code: 5, model: 5, duration: 'x' }];
  for (const type of types) {
    it(`reads ${type} with fields that are missing or of any wrong type without a throw`, () => {
      for (const mode of ['vad', 'manual'] as const) {
        for (const make of [greetingProtocol, streamingProtocol]) {
          make({ mode }).decode(frameOf(type));
          for (const value of values) {
            const protocol = make({ mode });
            if (protocol.acceptsAudio && mode === 'manual') protocol.commit();
            protocol.decode(frameOf(type, Object.fromEntries(FIELDS.map((field) => [field, value]))));
          }
        }
      }
    });
  }

  it('ignores billed seconds that are no number', () => {
    const frame = frameOf('conversation.item.input_audio_transcription.completed', {
      transcript: 'a',
      usage: { duration: '7' },
    });
    assert.deepEqual(shortOf(streamingProtocol().decode(frame)), ['final unnamed_1 a']);
  });
});
