import assert from 'node:assert/strict';
import { MODELS } from '../../../lib';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

const MODEL = 'fun-asr-realtime';

describe('a session of a run-task model', () => {
  const rig = useLibRig();

  for (const { id, sampleRatesHz } of MODELS.filter((model) => model.protocol === 'run-task')) {
    it(`recognises with ${id} and gives the same events as other models`, async () => {
      await rig.serve({ utterances: ['Good morning everybody.'] });
      const recorded = rig.open({ model: id });
      await recorded.session.append(silence(3000, sampleRatesHz[0]));
      const statistics = await recorded.session.finish();
      assert.deepEqual(recorded.finals, ['Good morning everybody.']);
      const [final] = recorded.of('final');
      assert.equal(final?.beginMs, 200);
      assert.equal(final.endMs, 1100);
      assert.deepEqual(
        final.words?.map(({ text, punctuation }) => text + punctuation),
        ['Good', 'morning', 'everybody.'],
      );
      const types = new Set(recorded.types);
      // The message model sends finals only, unless it is asked for more (protocol.md B.3).
      for (const type of ['opened', 'speechStarted', 'speechStopped', 'final', 'finished'] as const) {
        assert.ok(types.has(type), type);
      }
      assert.equal(types.has('interim'), !id.endsWith('-message'));
      assert.equal(statistics.billedSeconds !== undefined, true);
      assert.equal(statistics.audioSentMs, 3000);
    });
  }

  it('gives interims of the message model when they are enabled', async () => {
    await rig.serve({ utterances: ['Good morning everybody.'] });
    const model = 'qwen-audio-3.1-asr-flash-message';
    const recorded = rig.open({ model, parameters: { intermediateResults: true } });
    await recorded.session.append(silence(3000));
    await recorded.session.finish();
    assert.ok(recorded.of('interim').length > 0);
  });

  it('gives the polarity of the voice as an emotion with confidence where the model has it', async () => {
    await rig.serve({ utterances: [{ text: 'Go away.', emotion: 'negative', emotionConfidence: 0.8 }] });
    const recorded = rig.open({ model: 'paraformer-realtime-8k-v2' });
    await recorded.session.append(silence(3000, 8000));
    await recorded.session.finish();
    assert.deepEqual(
      recorded.of('emotion').map(({ emotion, confidence, text }) => ({ emotion, confidence, text })),
      [{ emotion: 'negative', confidence: 0.8, text: 'Go away.' }],
    );
  });

  it('commits by a new task on the same connection, keeps the audio meanwhile, and lets times go on', async () => {
    await rig.serve({ utterances: ['One two.', { text: 'One two.', atMs: 2100, endMs: 2700 }] });
    const recorded = rig.open({ model: MODEL });
    const { session } = recorded;
    await session.append(silence(2000));
    const first = session.commit();
    await session.append(silence(4000));
    const second = session.commit();
    assert.equal((await first).text, 'One two.');
    const { finals } = await second;
    assert.deepEqual(
      finals.map(({ text, beginMs, endMs }) => ({ text, beginMs, endMs })),
      [{ text: 'One two.', beginMs: 4100, endMs: 4700 }],
    );
    assert.equal(finals[0]?.words?.[0]?.beginMs, 4100);
    const statistics = await session.finish();
    assert.equal(rig.service.sessions.length, 1);
    assert.equal(statistics.audioSentMs, 6000);
    // The first two seconds and, from the second task, the audio up to its final.
    assert.ok((statistics.billedSeconds ?? 0) >= 5, String(statistics.billedSeconds));
    assert.deepEqual(recorded.of('warning'), []);
    assert.equal(new Set(recorded.of('final').map(({ sentenceId }) => sentenceId)).size, 2);
  });

  it('answers a commit of audio without speech with an empty text, and goes on', async () => {
    await rig.serve({ connections: [{ utterances: [] }, { utterances: ['Here I am.'] }] });
    const { session } = rig.open({ model: MODEL });
    await session.append(silence(1000));
    const { text, finals } = await session.commit();
    assert.deepEqual([text, finals], ['', []]);
    await session.append(silence(3000));
    assert.equal((await session.commit()).text, 'Here I am.');
    await session.finish();
  });

  it('answers an empty commit with an empty text at once', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const { session } = rig.open({ model: MODEL });
    assert.deepEqual(await session.commit(), { text: '', finals: [] });
    await session.append(silence(2000));
    await session.commit();
    assert.deepEqual(await session.commit(), { text: '', finals: [] });
    await session.finish();
  });

  it('finishes without an error when nothing was said or nothing was appended', async () => {
    await rig.serve({ utterances: [] });
    const silent = rig.open({ model: MODEL });
    await silent.session.append(silence(1000));
    await silent.session.finish();
    assert.deepEqual(
      silent.of('warning').map(({ code }) => code),
      ['NO_SPEECH'],
    );
    const empty = rig.open({ model: MODEL });
    await empty.session.finish();
    assert.equal((await empty.end()).type, 'finished');
  });

  it('fails with the typed error of task-failed, in the middle of the audio', async () => {
    await rig.serve({
      utterances: [{ text: 'Oh no.', error: { code: 'InternalError', message: 'broken' } }],
    });
    const recorded = rig.open({ model: MODEL, reconnect: { maxAttempts: 0 } });
    await recorded.session.append(silence(4000));
    const error = await recorded.failure();
    assert.equal(error.code, 'SERVICE_ERROR');
    assert.equal(error.serviceCode, 'InternalError');
    assert.equal(error.retryable, true);
  });

  it('sends context at the start, and later by continue-task', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const { session } = rig.open({ model: MODEL, context: [{ user: 'Kölsch' }] });
    await session.ready();
    session.updateContext([{ user: 'Alt', assistant: 'Prost' }]);
    await session.append(silence(2000));
    await session.finish();
    const frames = rig.service.sessions[0]!.received.filter((entry) => entry.kind === 'json');
    assert.deepEqual(
      frames.map(({ type }) => type),
      ['run-task', 'continue-task', 'finish-task'],
    );
    assert.match(JSON.stringify(frames[0]), /Kölsch/);
    assert.match(JSON.stringify(frames[1]), /Prost/);
  });

  it('refuses settings that the model does not have before it connects', async () => {
    await rig.serve();
    const { session } = rig.open({ model: 'paraformer-realtime-v2' });
    assert.throws(
      () => {
        session.updateContext([{ user: 'x' }]);
      },
      { code: 'INVALID_OPTION', param: 'context' },
    );
    for (const options of [
      { model: 'paraformer-realtime-v2', parameters: { keepDialect: true } },
      { model: MODEL, parameters: { corpusText: 'x' } },
      { model: MODEL, parameters: { vadThreshold: 0 } },
      { model: 'qwen-audio-3.1-asr-flash-message', language: 'zh' },
      { model: MODEL, language: ['zh', 'en'] },
      { model: MODEL, mode: 'manual' as const },
      { model: 'fun-asr-flash-8k-realtime', sampleRateHz: 16000 },
      { model: 'paraformer-realtime-v2', region: 'singapore' as const, apiKey: 'sk-x' },
    ]) {
      assert.throws(() => rig.open(options), { code: 'INVALID_OPTION' }, JSON.stringify(options));
    }
    session.abort();
  });

  it('sends a recording of 16 kHz to an 8k model at 8 kHz', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const { session } = rig.open({ model: 'fun-asr-flash-8k-realtime' });
    await session.append(silence(2000), { rate: 16000 });
    assert.equal((await session.commit()).text, 'Hello.');
    assert.equal((await session.finish()).audioInMs, 2000);
  });

  it('passes audio through unchanged in a format that the service decodes', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const { session } = rig.open({ model: MODEL, wireFormat: 'mp3' });
    const bytes = Buffer.from(Array.from({ length: 40_001 }, (_, i) => i % 251));
    await session.append(bytes);
    const statistics = await session.finish();
    const [record] = rig.service.sessions;
    const [runTask] = record!.received;
    assert.match(JSON.stringify(runTask), /"format":"mp3"/);
    const audio = record!.received.find((entry) => entry.kind === 'audio');
    assert.equal(audio?.bytes, bytes.length);
    assert.ok(audio.largestBytes <= 16 * 1024);
    assert.equal(statistics.audioSentMs, 0);
  });

  it('sends silence and heartbeat of 8k and v1 models only when they are set (protocol.md E 16)', async () => {
    for (const model of [
      'fun-asr-flash-8k-realtime',
      'paraformer-realtime-v1',
      'paraformer-realtime-8k-v1',
    ]) {
      const service = await rig.serve({ utterances: ['Hello.'] });
      for (const parameters of [{}, { silenceMs: 500, heartbeat: true }]) {
        const { session } = rig.open({ model, parameters });
        await session.ready();
        await session.finish();
      }
      const sent = service.sessions.map(({ received: [task] }) =>
        task?.kind === 'json'
          ? (task.frame.payload as { parameters: Record<string, unknown> }).parameters
          : undefined,
      );
      const { sample_rate: _rate, format: _format, ...rest } = sent[0]!;
      assert.deepEqual(rest, {});
      assert.equal(sent[1]?.max_sentence_silence, 500);
      assert.equal(sent[1].heartbeat, true);
    }
  });
});
