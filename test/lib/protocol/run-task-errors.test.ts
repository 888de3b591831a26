import assert from 'node:assert/strict';
import { FINAL, frameOf, ofType, resultOf, started } from '../../support/run-task-protocol';

describe('run-task protocol, errors (protocol.md B.6)', () => {
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

  it('warns of a message that is no event, and once of an unknown event', () => {
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
