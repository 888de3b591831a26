import assert from 'node:assert/strict';
import { MODELS } from '../../lib/vocabulary/models';
import type { LocalService } from '../../local-service/index';
import type { FinalEvent } from '../../lib/vocabulary/events';
import type { Flow } from '../support/node-red';
import { errorOf } from '../support/node-red';
import { framesOf, tasksOf, startSessionFlow, useService } from '../support/node-red-service';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const SENTENCE = 'Good morning everybody.';
const FUN_ASR = 'fun-asr-realtime';
/** The settings of the example of each kind, with the name and value that the service gets. */
const SETTINGS: Record<string, { given: unknown; wire: string; sent: unknown }> = {
  silenceMs: { given: 500, wire: 'max_sentence_silence', sent: 500 },
  semanticPunctuation: { given: true, wire: 'semantic_punctuation_enabled', sent: true },
  multiThreshold: { given: true, wire: 'multi_threshold_mode_enabled', sent: true },
  punctuation: { given: false, wire: 'punctuation_prediction_enabled', sent: false },
  inverseTextNormalization: { given: false, wire: 'inverse_text_normalization_enabled', sent: false },
  disfluencyRemoval: { given: true, wire: 'disfluency_removal_enabled', sent: true },
  heartbeat: { given: true, wire: 'heartbeat', sent: true },
  speechNoiseThreshold: { given: -0.3, wire: 'speech_noise_threshold', sent: -0.3 },
  specialWordFilter: {
    given: { filter_with_signed: { word_list: ['x'] } },
    wire: 'special_word_filter',
    sent: { filter_with_signed: { word_list: ['x'] } },
  },
  vadModel: { given: 'near_meeting_16k', wire: 'vad_model', sent: 'near_meeting_16k' },
  keepDialect: { given: true, wire: 'keep_dialect', sent: true },
  intermediateResults: { given: true, wire: 'intermediate_result_enabled', sent: true },
  vocabularyId: { given: 'vocab-1', wire: 'vocabulary_id', sent: 'vocab-1' },
  vocabulary: { given: { Qwen: 5 }, wire: 'vocabulary', sent: { Qwen: 5 } },
};

describe('asr session, with every model', () => {
  const { serve } = useService();
  let service: LocalService;

  async function start(session: object, script: object = { utterances: [SENTENCE] }): Promise<Flow> {
    service = await serve(script, { keepAudio: true });
    return startSessionFlow(service, { session });
  }

  for (const { id, protocol, sampleRatesHz, modes, parameters } of MODELS) {
    it(`answers a commit with ${id} from the same nodes, and sends every setting of the model`, async () => {
      const names = Object.keys(parameters).filter((name) => name in SETTINGS && name !== 'silenceMs');
      const given = Object.fromEntries(names.map((name) => [name, SETTINGS[name]!.given]));
      // A flow that was made for another model may have `manual`, which has no meaning where there is no choice.
      const flow = await start({ model: id, mode: 'manual', parameters: given });
      flow.send('append', { payload: silence(2500, sampleRatesHz[0]) });
      await flow.message('appended');
      flow.send('commit', { _msgid: 'm1' });

      const committed = await flow.message('committed');
      assert.equal(committed.payload, SENTENCE);
      assert.equal(committed._msgid, 'm1');
      assert.equal((await flow.message('final')).payload, SENTENCE);
      if (protocol === 'qwen-realtime') {
        assert.deepEqual(modes, ['vad', 'manual']);
        return;
      }
      const [task] = tasksOf(service.sessions[0]);
      assert.equal(task!.model, id);
      for (const name of names) {
        const { wire, sent } = SETTINGS[name]!;
        assert.deepEqual(task!.parameters[wire], sent, name);
      }
    });
  }

  it('gives the times of words where the model has them', async () => {
    const flow = await start({ model: FUN_ASR });
    flow.send('append', { payload: silence(3000) });
    const { words, beginMs, endMs } = (await flow.message('final')).asr as FinalEvent;
    assert.deepEqual([beginMs, endMs], [200, 1100]);
    assert.deepEqual(
      words?.map((word) => word.text + word.punctuation),
      ['Good', 'morning', 'everybody.'],
    );
    for (const [i, word] of words.entries()) {
      assert.ok(word.beginMs >= (words[i - 1]?.endMs ?? 200) && word.endMs <= 1100);
    }
  });

  it('reads settings that environment variables give as text', async () => {
    const flow = await start({
      model: 'qwen-audio-3.1-asr-flash-streaming',
      language: 'zh, en',
      parameters: {
        silenceMs: '700',
        semanticPunctuation: 'True',
        heartbeat: ' false ',
        speechNoiseThreshold: '0.5',
        vocabulary: '{"Node-RED": 4}',
        vadModel: '',
      },
    });
    flow.send('append', { payload: silence(100) });
    await waitUntil(() => tasksOf(service.sessions[0]).length > 0, 'the task');
    assert.deepEqual(tasksOf(service.sessions[0])[0]!.parameters, {
      format: 'pcm',
      sample_rate: 16000,
      language_hints: ['zh', 'en'],
      max_sentence_silence: 700,
      semantic_punctuation_enabled: true,
      heartbeat: false,
      speech_noise_threshold: 0.5,
      vocabulary: { 'Node-RED': 4 },
    });
  });

  it('takes a language tag by its first part', async () => {
    const flow = await start({ model: FUN_ASR, language: 'zh-CN' });
    flow.send('append', { payload: silence(100) });
    await waitUntil(() => tasksOf(service.sessions[0]).length > 0, 'the task');
    assert.deepEqual(tasksOf(service.sessions[0])[0]!.parameters.language_hints, ['zh']);
  });

  it('sends the phrases of the oldest models', async () => {
    const flow = await start({ model: 'paraformer-realtime-v1', parameters: { phraseId: 'phrase-1' } });
    flow.send('append', { payload: silence(100) });
    await waitUntil(() => tasksOf(service.sessions[0]).length > 0, 'the task');
    assert.deepEqual(tasksOf(service.sessions[0])[0]!.resources, [
      { resource_id: 'phrase-1', resource_type: 'asr_phrase' },
    ]);
  });

  const WRONG: [string, object, RegExp][] = [
    ['a value out of bounds', { parameters: { silenceMs: 100 } }, /silenceMs.*from 200 to 6000, got 100/],
    ['text that is no number', { parameters: { silenceMs: 'soon' } }, /silenceMs.*got soon/],
    ['text that is neither yes nor no', { parameters: { heartbeat: 'maybe' } }, /heartbeat.*true or false/],
    [
      'a setting that the model does not have',
      { parameters: { corpusText: 'x' } },
      /no setting `corpusText`; it has silenceMs/,
    ],
    ['text that is no JSON', { parameters: { specialWordFilter: 'Qwen 5' } }, /specialWordFilter.*object/],
    ['more languages than it takes', { language: 'zh, en' }, /at most 1, got zh, en/],
    ['a rate that it does not take', { sampleRate: '7000' }, /sampleRateHz.*got 7000/],
    ['a format that it does not take', { wireFormat: 'flac' }, /wireFormat.*got "flac"/],
    ['a model of no known family', { model: 'whisper-1' }, /Unknown model "whisper-1"/],
  ];
  for (const [what, session, message] of WRONG) {
    it(`refuses ${what} before anything is sent`, async () => {
      const flow = await start({ model: FUN_ASR, ...session });
      flow.send('append', { payload: silence(100) });
      const error = errorOf(await flow.message('caught'));
      assert.equal(error.code, 'INVALID_OPTION');
      assert.match(error.message, message);
      assert.equal(service.sessions.length, 0);
    });
  }

  it('passes audio on unchanged where the service decodes it', async () => {
    const flow = await start({ model: FUN_ASR, wireFormat: 'mp3' });
    const mp3 = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'), Buffer.alloc(3001, 7)]);
    flow.send('append', { payload: mp3 });
    await flow.message('appended');
    await waitUntil(() => (service.sessions[0]?.audioBytes ?? 0) === mp3.length, 'the bytes');
    assert.equal(tasksOf(service.sessions[0])[0]!.parameters.format, 'mp3');
    assert.deepEqual(flow.received('caught'), []);
  });

  describe('with msg.context', () => {
    const CONTEXT = [{ user: 'What is Node-RED?', assistant: 'A flow editor.' }];
    const WIRE = [
      { role: 'user', content: [{ type: 'input_text', text: 'What is Node-RED?' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'A flow editor.' }] },
    ];
    const onlyUser = (text: string) => [{ role: 'user', content: [{ type: 'input_text', text }] }];

    function updates(): unknown[] {
      return framesOf(service.sessions[0], 'continue-task').map(
        ({ payload }) => (payload as { input: { context: unknown } }).input.context,
      );
    }

    it('begins with the context of the message that opens the session, by audio or by start', async () => {
      const flow = await start({ model: FUN_ASR, keyType: 'msg', key: 'topic' });
      flow.send('append', { payload: silence(100), topic: 'a', context: CONTEXT });
      flow.send('session', { action: 'start', topic: 'b', context: 'What I said.' });
      await waitUntil(() => service.sessions.flatMap(tasksOf).length === 2, 'both sessions');
      const contexts = service.sessions.flatMap(tasksOf).map(({ input }) => input.context);
      // The two may come in any order.
      contexts.sort((a, b) => b!.length - a!.length);
      assert.deepEqual(contexts, [WIRE, onlyUser('What I said.')]);
    });

    it('sends the context of a later message once, and not the same again', async () => {
      const flow = await start({ model: FUN_ASR });
      flow.send('session', { action: 'start', context: 'First.' });
      await flow.messages('events');
      flow.send('append', { payload: silence(100), context: 'First.' });
      flow.send('append', { payload: silence(100), context: CONTEXT });
      flow.send('append', { payload: silence(100), context: CONTEXT });
      await flow.messages('appended', 3);
      flow.send('session', { action: 'context', context: 'Last.' });
      await waitUntil(() => updates().length === 2, 'two updates');
      assert.deepEqual(updates(), [WIRE, onlyUser('Last.')]);
      assert.deepEqual(flow.received('caught'), []);
    });

    it('refuses context where the model takes none, and sends nothing', async () => {
      const flow = await start({ model: 'paraformer-realtime-v2' });
      flow.send('append', { payload: silence(100), context: 'What I said.' });
      const error = errorOf(await flow.message('caught'));
      assert.equal(error.code, 'INVALID_OPTION');
      assert.match(error.message, /paraformer-realtime-v2 takes no context/);
      assert.equal(service.sessions.length, 0);
    });

    it('changes the context during a session with the message model too (protocol.md E 15)', async () => {
      const flow = await start({ model: 'qwen-audio-3.1-asr-flash-message' });
      flow.send('append', { payload: silence(100), context: 'First.' });
      await flow.message('appended');
      await waitUntil(() => service.sessions[0]?.audioFrames === 1, 'the audio');
      flow.send('append', { payload: silence(100), context: 'Second.' });
      await waitUntil(
        () =>
          service.sessions[0]?.received.some(
            (entry) => entry.kind === 'json' && JSON.stringify(entry.frame).includes('Second.'),
          ) === true,
        'the second context',
      );
    });

    for (const context of [7, ['text'], [{ role: 'user' }], [{ user: 7 }], [null]]) {
      it(`refuses ${JSON.stringify(context)} as a context`, async () => {
        const flow = await start({ model: FUN_ASR });
        flow.send('append', { payload: silence(100), context });
        assert.equal(errorOf(await flow.message('caught')).code, 'BAD_CONTEXT');
        assert.equal(service.sessions.length, 0);
      });
    }

    it('says that no session is open for the context', async () => {
      const flow = await start({ model: FUN_ASR });
      flow.send('session', { action: 'context', context: 'x' });
      assert.equal(errorOf(await flow.message('caught')).code, 'NOT_OPEN');
    });
  });
});
