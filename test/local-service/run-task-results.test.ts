import assert from 'node:assert/strict';
import type { ScriptFile } from '../../local-service';
import { FINISHED, HELLO, RESULT, RunTaskBench, STARTED, sentences } from '../support/run-task-bench';
import { at, type Frame } from '../support/raw-client';
import { finishTask, INFERENCE, runTask } from '../support/run-task-frames';
import { silence } from '../support/scripted-audio';

describe('local service: results of a task', () => {
  const bench = new RunTaskBench();

  it('are served with and without a trailing slash, and with the key in the query', async () => {
    const service = await bench.services.start({ apiKey: 'sk-right' });
    await bench.services.connect(service, `${INFERENCE}/`, { authorization: 'bearer sk-right' });
    await bench.services.connect(service, `${INFERENCE}?api_key=sk-right`);
    await assert.rejects(bench.services.connect(service, `${INFERENCE}?api_key=sk-wrong`), /401/);
    await assert.rejects(bench.services.connect(service, '/api-ws/v1/realtime?api_key=sk-right'), /401/);
  });

  it('sends the beginning, growing interims and the final of a sentence in the captured shapes', async () => {
    const { client } = await bench.open(HELLO);
    client.send(runTask('task-1'));
    assert.deepEqual(await client.next(STARTED), {
      header: { task_id: 'task-1', event: STARTED, attributes: {} },
      payload: {},
    });
    client.sendBinary(silence(2_500));
    await client.next(RESULT, 4);
    const [began, first, second, final] = client.of(RESULT);
    assert.deepEqual(began, {
      header: { task_id: 'task-1', event: RESULT, attributes: {} },
      payload: {
        output: {
          sentence: {
            sentence_id: 1,
            begin_time: 500,
            end_time: null,
            text: '',
            channel_id: 0,
            speaker_id: null,
            sentence_end: false,
            sentence_begin: true,
            words: [],
          },
        },
      },
    });
    const [, firstSentence, secondSentence, finalSentence] = sentences(client);
    assert.deepEqual([firstSentence!.text, secondSentence!.text], ['Hello', 'Hello there.']);
    assert.deepEqual(firstSentence!.words, [
      { begin_time: 500, end_time: 800, text: 'Hello', punctuation: '', fixed: false },
    ]);
    for (const interim of [first, second]) {
      assert.equal(at(interim, 'payload.output.sentence.end_time'), null);
      assert.equal('usage' in (interim!.payload as Frame), false);
    }
    assert.deepEqual(finalSentence, {
      sentence_id: 1,
      begin_time: 500,
      end_time: 1_100,
      text: 'Hello there.',
      channel_id: 0,
      speaker_id: null,
      heartbeat: false,
      sentence_end: true,
      sentence_begin: false,
      words: [
        { begin_time: 500, end_time: 800, text: 'Hello', punctuation: '', fixed: true },
        { begin_time: 800, end_time: 1_100, text: 'there', punctuation: '.', fixed: true },
      ],
    });
    assert.deepEqual(at(final, 'payload.usage'), { duration: 2 });
    client.send(finishTask('task-1'));
    assert.deepEqual(await client.next(FINISHED), {
      header: { task_id: 'task-1', event: FINISHED, attributes: {} },
      payload: { output: {}, usage: null },
    });
  });

  it('splits sentences at max_sentence_silence, and counts usage over the task', async () => {
    const { client } = await bench.open({ utterances: ['One.', 'Two.'] });
    client.send(runTask('task-1', { max_sentence_silence: 200 }));
    for (let second = 0; second < 4; second += 1) client.sendBinary(silence(1_000));
    await client.until(
      () => sentences(client).filter((sentence) => sentence.sentence_end).length === 2,
      'two finals',
    );
    const finals = client.of(RESULT).filter((frame) => at(frame, 'payload.output.sentence.sentence_end'));
    assert.deepEqual(
      finals.map((frame) => at(frame, 'payload.output.sentence.sentence_id')),
      [1, 2],
    );
    assert.deepEqual(
      finals.map((frame) => at(frame, 'payload.usage.duration')),
      [1, 2],
    );
  });

  it('bills 9 s for 9.218 s of audio: it does not round up (protocol.md E 12)', async () => {
    const { client } = await bench.open({ utterances: [{ text: 'One.', atMs: 8500, endMs: 9100 }] });
    client.send(runTask('task-1'));
    for (const ms of [3000, 3000, 3000, 218]) client.sendBinary(silence(ms));
    client.send(finishTask('task-1'));
    await client.next(FINISHED);
    const final = client.of(RESULT).at(-1);
    assert.equal(at(final, 'payload.output.sentence.sentence_end'), true);
    assert.equal(at(final, 'payload.usage.duration'), 9);
  });

  it('counts tokens for qwen-audio-3.1', async () => {
    const { client } = await bench.open(HELLO);
    client.send(runTask('task-1', {}, 'qwen-audio-3.1-asr-flash-streaming'));
    client.sendBinary(silence(2_500));
    client.send(finishTask('task-1'));
    await client.next(FINISHED);
    const usage = at(client.of(RESULT).at(-1), 'payload.usage') as Record<string, number>;
    assert.deepEqual(Object.keys(usage), ['duration', 'input_tokens', 'output_tokens', 'total_tokens']);
    assert.equal(usage.total_tokens, usage.input_tokens! + usage.output_tokens!);
  });

  it('completes an open sentence at finish-task', async () => {
    const { client } = await bench.open(HELLO);
    client.send(runTask('task-1'));
    client.sendBinary(silence(900));
    client.send(finishTask('task-1'));
    await client.next(FINISHED);
    assert.equal(sentences(client).at(-1)!.text, 'Hello there.');
  });

  it('sends emotion for paraformer-realtime-8k-v2 only, and not with semantic punctuation', async () => {
    const script: ScriptFile = { utterances: [{ text: 'Great.', emotion: 'happy', emotionConfidence: 0.8 }] };
    const emotionOf = async (model: string, parameters: Frame): Promise<unknown[]> => {
      const { client } = await bench.open(script);
      client.send(runTask('task-1', { sample_rate: 8_000, ...parameters }, model));
      client.sendBinary(silence(1_000, 8_000));
      client.send(finishTask('task-1'));
      await client.next(FINISHED);
      const sentence = sentences(client).at(-1)!;
      return [sentence.emo_tag, sentence.emo_confidence];
    };
    assert.deepEqual(await emotionOf('paraformer-realtime-8k-v2', {}), ['positive', 0.8]);
    assert.deepEqual(await emotionOf('paraformer-realtime-8k-v2', { semantic_punctuation_enabled: true }), [
      undefined,
      undefined,
    ]);
    assert.deepEqual(await emotionOf('fun-asr-flash-8k-realtime', {}), [undefined, undefined]);
  });

  it('include interims of the -message model only on request', async () => {
    for (const [wanted, names] of [
      [false, 1],
      [true, 4],
    ] as const) {
      const { client } = await bench.open(HELLO);
      client.send(
        runTask('task-1', { intermediate_result_enabled: wanted }, 'qwen-audio-3.1-asr-flash-message'),
      );
      client.sendBinary(silence(2_500));
      client.send(finishTask('task-1'));
      await client.next(FINISHED);
      assert.equal(client.of(RESULT).length, names);
    }
  });
});
