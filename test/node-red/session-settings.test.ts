import assert from 'node:assert/strict';
import type { LocalService } from '../../local-service/index';
import type { Flow } from '../support/node-red';
import { errorOf } from '../support/node-red';
import { framesOf, startSessionFlow, useService } from '../support/node-red-service';
import { silence } from '../support/scripted-audio';

describe('the settings of asr session', () => {
  const rig = useService();
  let service: LocalService;

  async function start(session: object): Promise<Flow> {
    service = await rig.serve();
    return startSessionFlow(service, { session });
  }

  it('prevent a session without credentials, and the error says what is missing', async () => {
    const flow = await start({ connection: 'gone' });
    flow.send('append', { payload: silence(100), rate: 16_000 });
    const error = errorOf(await flow.message('caught'));
    assert.equal(error.code, 'NO_CREDENTIALS');
    assert.equal(flow.badges('session').at(-1)?.text, 'not set up');
  });

  it('reach the service: model, language, context, rate and silence', async () => {
    const flow = await start({
      model: 'qwen3-asr-flash-realtime-2026-02-10',
      language: 'en',
      sampleRate: '8000',
      parameters: { corpusText: 'Node-RED', vadThreshold: '0.4', silenceMs: 500 },
    });
    flow.send('append', { payload: silence(100, 8000) });
    await flow.message('appended');
    await flow.message('events');
    const [record] = service.sessions;
    assert.match(record!.url, /model=qwen3-asr-flash-realtime-2026-02-10/);
    const update = record!.received.find((frame) => frame.kind === 'json' && frame.type === 'session.update');
    assert.ok(update?.kind === 'json');
    const session = update.frame.session as Record<string, unknown>;
    assert.equal(session.sample_rate, 8000);
    assert.deepEqual(session.input_audio_transcription, { language: 'en', corpus: { text: 'Node-RED' } });
    const vad = session.turn_detection as Record<string, unknown>;
    assert.deepEqual([vad.threshold, vad.silence_duration_ms], [0.4, 500]);
  });

  it('reach the service also where they have no field: other settings as JSON text', async () => {
    const flow = await start({ otherSettings: '{"brand_new": {"deep": [1]}}' });
    flow.send('append', { payload: silence(100) });
    await flow.message('appended');
    await flow.message('events');
    const [update] = framesOf(service.sessions[0], 'session.update');
    assert.deepEqual((update!.session as Record<string, unknown>).brand_new, { deep: [1] });
  });

  for (const otherSettings of ['{"turn_detection": null}', '[1]', '{"a"']) {
    it(`are checked: other settings ${otherSettings} are refused by name`, async () => {
      const flow = await start({ otherSettings });
      flow.send('append', { payload: silence(100), rate: 16_000 });
      const error = errorOf(await flow.message('caught'));
      assert.equal(error.code, 'INVALID_OPTION');
      assert.match(error.message, /otherSettings/);
      assert.equal(service.sessions.length, 0);
    });
  }

  it('are checked: a threshold out of bounds is refused by name', async () => {
    const flow = await start({ parameters: { vadThreshold: 3 } });
    flow.send('append', { payload: silence(100), rate: 16_000 });
    const error = errorOf(await flow.message('caught'));
    assert.equal(error.code, 'INVALID_OPTION');
    assert.match(error.message, /vadThreshold.*from -1 to 1, got 3/);
    assert.equal(service.sessions.length, 0);
  });
});
