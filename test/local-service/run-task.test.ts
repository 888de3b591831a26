import assert from 'node:assert/strict';
import type { LocalService, LocalServiceOptions, ScriptFile } from '../../local-service';
import { ServiceBench } from '../support/local-service';
import { at, type Frame, type RawClient } from '../support/raw-client';
import { continueTask, finishTask, INFERENCE, runTask } from '../support/run-task-frames';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const STARTED = 'task-started';
const RESULT = 'result-generated';
const FINISHED = 'task-finished';
const TASK_FAILED = 'task-failed';

describe('local service: run-task', () => {
  const bench = new ServiceBench();

  async function open(
    script: ScriptFile = {},
    options: Partial<LocalServiceOptions> = {},
  ): Promise<{ service: LocalService; client: RawClient }> {
    const service = await bench.start({ script, ...options });
    return { service, client: await bench.connect(service, INFERENCE) };
  }

  function sentences(client: RawClient): Frame[] {
    return client.of(RESULT).map((frame) => at(frame, 'payload.output.sentence') as Frame);
  }

  /** Waits for `task-failed` and the close behind it. */
  async function failure(client: RawClient): Promise<{ code: unknown; message: string; taskId: unknown }> {
    const failed = await client.next(TASK_FAILED);
    await client.untilClosed();
    assert.equal(client.names.at(-1), TASK_FAILED);
    assert.deepEqual([failed.payload, at(failed, 'header.attributes')], [{}, {}]);
    return {
      code: at(failed, 'header.error_code'),
      message: String(at(failed, 'header.error_message')),
      taskId: at(failed, 'header.task_id'),
    };
  }

  const hello: ScriptFile = { utterances: [{ text: 'Hello there.', atMs: 500, endMs: 1_100 }] };

  it('is served with and without a trailing slash, and takes a key from the query', async () => {
    const service = await bench.start({ apiKey: 'sk-right' });
    await bench.connect(service, `${INFERENCE}/`, { authorization: 'bearer sk-right' });
    await bench.connect(service, `${INFERENCE}?api_key=sk-right`);
    await assert.rejects(bench.connect(service, `${INFERENCE}?api_key=sk-wrong`), /401/);
    await assert.rejects(bench.connect(service, '/api-ws/v1/realtime?api_key=sk-right'), /401/);
  });

  it('tells a sentence: beginning, growing interims, final, in the captured shapes', async () => {
    const { client } = await open(hello);
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
    assert.deepEqual(at(final, 'payload.usage'), { duration: 3 });
    client.send(finishTask('task-1'));
    assert.deepEqual(await client.next(FINISHED), {
      header: { task_id: 'task-1', event: FINISHED, attributes: {} },
      payload: { output: {}, usage: null },
    });
  });

  it('splits sentences at max_sentence_silence, and counts usage over the task', async () => {
    const { client } = await open({ utterances: ['One.', 'Two.'] });
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

  it('counts tokens for qwen-audio-3.1', async () => {
    const { client } = await open(hello);
    client.send(runTask('task-1', {}, 'qwen-audio-3.1-asr-flash-streaming'));
    client.sendBinary(silence(2_500));
    client.send(finishTask('task-1'));
    await client.next(FINISHED);
    const usage = at(client.of(RESULT).at(-1), 'payload.usage') as Record<string, number>;
    assert.deepEqual(Object.keys(usage), ['duration', 'input_tokens', 'output_tokens', 'total_tokens']);
    assert.equal(usage.total_tokens, usage.input_tokens! + usage.output_tokens!);
  });

  it('flushes an open sentence at finish-task', async () => {
    const { client } = await open(hello);
    client.send(runTask('task-1'));
    client.sendBinary(silence(900));
    client.send(finishTask('task-1'));
    await client.next(FINISHED);
    assert.equal(sentences(client).at(-1)!.text, 'Hello there.');
  });

  it('tells emotion for paraformer-realtime-8k-v2 alone, and not with semantic punctuation', async () => {
    const script: ScriptFile = { utterances: [{ text: 'Great.', emotion: 'happy', emotionConfidence: 0.8 }] };
    const emotionOf = async (model: string, parameters: Frame): Promise<unknown[]> => {
      const { client } = await open(script);
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

  it('gives interims of the -message model only on request', async () => {
    for (const [wanted, names] of [
      [false, 1],
      [true, 4],
    ] as const) {
      const { client } = await open(hello);
      client.send(
        runTask('task-1', { intermediate_result_enabled: wanted }, 'qwen-audio-3.1-asr-flash-message'),
      );
      client.sendBinary(silence(2_500));
      client.send(finishTask('task-1'));
      await client.next(FINISHED);
      assert.equal(client.of(RESULT).length, names);
    }
  });

  for (const path of [
    'header.task_id',
    'header.streaming',
    'payload.task_group',
    'payload.task',
    'payload.function',
    'payload.model',
    'payload.parameters.format',
    'payload.parameters.sample_rate',
    'payload.input',
  ]) {
    it(`fails a run-task without ${path}, in the documented words`, async () => {
      const { client } = await open();
      const frame = runTask('task-1');
      const keys = path.split('.');
      const last = keys.pop()!;
      Reflect.deleteProperty(keys.reduce<unknown>((value, key) => at(value, key), frame) as Frame, last);
      client.send(frame);
      const { code, message } = await failure(client);
      assert.equal(code, 'InvalidParameter');
      assert.equal(message, `Missing required parameter '${path}'! Please follow the protocol!`);
    });
  }

  const invalid: [Frame, string?][] = [
    [{ format: 'pcm16' }],
    [{ sample_rate: '16000' }],
    [{ sample_rate: 0 }],
    [{ max_sentence_silence: 199 }],
    [{ max_sentence_silence: 6_001 }],
    [{ max_sentence_silence: 800.5 }],
    [{ heartbeat: 'true' }],
    [{ speech_noise_threshold: 1.1 }],
    [{ language_hints: 'en' }],
    [{ semantic_punctuation_enabled: 1 }],
    [{ vocabulary: { word: 6 } }],
    [{ vocabulary: ['word'] }],
    [{ vocabulary_id: 7 }],
    [{ keep_dialect: 'no' }],
    [{ intermediate_result_enabled: 'yes' }],
    [{ sample_rate: 16_000 }, 'paraformer-realtime-8k-v2'],
    [{ sample_rate: 16_000 }, 'fun-asr-flash-8k-realtime'],
    [{ sample_rate: 8_000 }, 'paraformer-realtime-v1'],
    [{ sample_rate: 8_000 }, 'qwen-audio-3.1-asr-flash-message'],
  ];
  for (const [parameters, model] of invalid) {
    it(`fails ${JSON.stringify(parameters)} for ${model ?? 'any model'} with InvalidParameter`, async () => {
      const { client } = await open();
      client.send(runTask('task-1', parameters, model));
      const { code, message, taskId } = await failure(client);
      assert.deepEqual([code, taskId], ['InvalidParameter', 'task-1']);
      assert.match(message, new RegExp(`payload\\.parameters\\.${Object.keys(parameters)[0]!}`));
    });
  }

  it('fails an input that is no object, a context that is no list and another streaming mode', async () => {
    const frames = [
      runTask('t', {}, 'fun-asr-realtime', []),
      runTask('t', {}, 'fun-asr-realtime', { context: 'text' }),
      runTask('t'),
    ];
    (frames[2]!.header as Frame).streaming = 'out';
    for (const frame of frames) {
      const { client } = await open();
      client.send(frame);
      assert.equal((await failure(client)).code, 'InvalidParameter');
    }
  });

  it('takes parameters that the service does not check or know, and nulls', async () => {
    const { client } = await open();
    client.send(
      runTask('task-1', {
        vad_model: 'bogus',
        stream: true,
        vocabulary: { word: 50 },
        max_sentence_silence: null,
        special_word_filter: {},
      }),
    );
    await client.next(STARTED);
  });

  it('fails an unknown model with ModelNotFound', async () => {
    const { client } = await open();
    client.send(runTask('task-1', {}, 'fun-asr-realtme'));
    assert.equal((await failure(client)).code, 'ModelNotFound');
  });

  it('fails anything before run-task', async () => {
    const early: ((client: RawClient) => void)[] = [
      (client) => {
        client.sendBinary(silence(100));
      },
      (client) => {
        client.send(finishTask('task-1'));
      },
      (client) => {
        client.send(continueTask('task-1', []));
      },
      (client) => {
        client.send('hello');
      },
      (client) => {
        client.send({});
      },
      (client) => {
        client.send({ header: { action: 'stop-task', task_id: 'task-1' } });
      },
    ];
    for (const send of early) {
      const { client } = await open();
      send(client);
      assert.equal((await failure(client)).code, 'InvalidParameter');
    }
  });

  it('fails a finish-task without input: "task can not be null"', async () => {
    const { client } = await open();
    client.send(runTask('task-1'));
    client.send({ ...finishTask('task-1'), payload: {} });
    assert.deepEqual(await failure(client), {
      code: 'InvalidParameter',
      message: 'task can not be null',
      taskId: 'task-1',
    });
  });

  it('takes the list that a PHP sample sends as input of finish-task', async () => {
    const { client } = await open(hello);
    client.send(runTask('task-1'));
    client.sendBinary(silence(900));
    client.send({ ...finishTask('task-1'), payload: { input: [] } });
    await client.next(FINISHED);
  });

  it('fails a finish-task for another task', async () => {
    const { client } = await open();
    client.send(runTask('task-1'));
    client.send(finishTask('task-2'));
    assert.equal((await failure(client)).code, 'InvalidParameter');
  });

  for (const [what, pcm] of [
    ['no audio', undefined],
    ['silent audio', silence(3_000)],
  ] as const) {
    it(`answers a finish after ${what} with NO_VALID_AUDIO_ERROR`, async () => {
      const { client } = await open();
      client.send(runTask('task-1'));
      if (pcm) client.sendBinary(pcm);
      client.send(finishTask('task-1'));
      assert.equal((await failure(client)).code, 'NO_VALID_AUDIO_ERROR');
    });
  }

  it('runs a new task on the same connection, which goes on with the script', async () => {
    const { client } = await open({ utterances: ['First.', 'Second.'] });
    for (const taskId of ['task-1', 'task-2']) {
      client.send(runTask(taskId));
      client.sendBinary(silence(400));
      client.send(finishTask(taskId));
      await client.until(
        () => client.of(FINISHED).some((frame) => at(frame, 'header.task_id') === taskId),
        taskId,
      );
    }
    const finals = sentences(client).filter((sentence) => sentence.sentence_end);
    assert.deepEqual(
      finals.map(({ sentence_id: id, begin_time: begin, text }) => [id, begin, text]),
      [
        [1, 200, 'First.'],
        [1, 200, 'Second.'],
      ],
    );
  });

  it('fails a task_id that was used before, and a second task beside the first', async () => {
    const { client } = await open(hello);
    client.send(runTask('task-1'));
    client.sendBinary(silence(900));
    client.send(finishTask('task-1'));
    await client.next(FINISHED);
    client.send(runTask('task-1'));
    assert.match((await failure(client)).message, /'task-1' has been used/);
    const { client: other } = await open();
    other.send(runTask('task-1'));
    other.send(runTask('task-2'));
    assert.match((await failure(other)).message, /only after task-finished/);
  });

  it('takes continue-task without a word, and remembers it', async () => {
    const { service, client } = await open(hello);
    const context = [{ role: 'user', content: [{ type: 'input_text', text: 'before' }] }];
    client.send(runTask('task-1'));
    client.send(continueTask('task-1', context));
    client.sendBinary(silence(900));
    client.send(finishTask('task-1'));
    await client.next(FINISHED);
    const received = service.sessions[0]!.received.find(
      (entry) => entry.kind === 'json' && entry.type === 'continue-task',
    );
    assert.deepEqual(at(received, 'frame.payload.input.context'), context);
    assert.equal(client.of(STARTED).length, 1);
  });

  it('fails a task without messages for 23 s', async () => {
    const { client } = await open(hello, { timeScale: 200 });
    client.send(runTask('task-1'));
    await client.next(STARTED);
    const begun = performance.now();
    assert.deepEqual(await failure(client), {
      code: 'CLIENT_ERROR',
      message: 'request timeout after 23 seconds.',
      taskId: 'task-1',
    });
    assert.ok(performance.now() - begun >= 23_000 / 200 - 5);
  });

  it('closes a connection without a task for 60 s, at first and between tasks', async () => {
    const { client } = await open(hello, { timeScale: 600 });
    assert.deepEqual(await client.untilClosed(), { code: 1000, reason: '60 s without a task' });
    const { client: other } = await open(hello, { timeScale: 600 });
    other.send(runTask('task-1'));
    other.sendBinary(silence(900));
    other.send(finishTask('task-1'));
    await other.next(FINISHED);
    assert.equal((await other.untilClosed()).code, 1000);
    assert.equal(other.of(TASK_FAILED).length, 0);
  });

  it('hangs up after 60 s of silent audio', async () => {
    const { client } = await open({ utterances: ['Hi.'] });
    client.send(runTask('task-1'));
    for (let second = 0; second < 62; second += 2) client.sendBinary(silence(2_000));
    client.send(continueTask('task-1', []));
    await client.until(() => sentences(client).length === 3, 'the sentence');
    assert.equal(client.closed, undefined);
    client.sendBinary(silence(2_000));
    assert.equal((await client.untilClosed()).reason, '60 s of silent audio');
  });

  it('stays, and sends heartbeats, when heartbeat is on', async () => {
    const { client } = await open({ utterances: [{ text: 'Late.', atMs: 65_000 }] });
    client.send(runTask('task-1', { heartbeat: true }));
    for (let second = 0; second < 70; second += 2) client.sendBinary(silence(2_000));
    client.send(finishTask('task-1'));
    await client.next(FINISHED);
    const beats = sentences(client).filter((sentence) => sentence.heartbeat);
    assert.equal(beats.length, 6);
    assert.deepEqual([beats[0]!.sentence_id, beats[0]!.text, beats[0]!.sentence_end], [0, '', false]);
    assert.equal(sentences(client).at(-1)!.text, 'Late.');
  });

  it('takes a message of 262,144 bytes and closes 1009 for a longer one', async () => {
    const { client } = await open();
    client.send(runTask('task-1'));
    client.sendBinary(Buffer.alloc(262_144));
    client.socket.ping();
    await client.until(() => client.pongs === 1, 'the pong');
    client.sendBinary(Buffer.alloc(262_145));
    assert.equal((await client.untilClosed()).code, 1009);
  });

  it('reads WAV, and keeps a script going on formats it does not decode', async () => {
    for (const [format, bytes] of [
      ['wav', wav(silence(2_500))],
      ['opus', Buffer.alloc(10_000)],
      ['mp3', Buffer.alloc(10_000)],
    ] as const) {
      const { client } = await open(hello);
      client.send(runTask('task-1', { format }));
      client.sendBinary(bytes);
      await client.next(RESULT, 4);
      assert.equal(sentences(client).at(-1)!.end_time, 1_100);
    }
  });

  it('fails the task when the script says so', async () => {
    const { client } = await open({
      utterances: [{ text: 'x', error: { code: 'InternalError', message: 'broken' } }],
    });
    client.send(runTask('task-1'));
    client.sendBinary(silence(3_000));
    assert.deepEqual(await failure(client), { code: 'InternalError', message: 'broken', taskId: 'task-1' });
  });

  it('shows the same faults by kind as the other protocol', async () => {
    const { client } = await open({
      ...hello,
      faults: [
        { on: 'speechStarted', do: 'drop' },
        { on: 'interim', nth: 1, do: 'duplicate' },
        { on: 'final', do: 'edit', remove: ['payload.output.sentence.sentence_end', 'payload.usage'] },
        { on: 'finished', do: 'drop' },
        { on: 'task-finished', do: 'close', code: 1011 },
      ],
    });
    client.send(runTask('task-1'));
    client.sendBinary(silence(2_500));
    client.send(finishTask('task-1'));
    assert.equal((await client.untilClosed()).code, 1011);
    assert.deepEqual(
      sentences(client).map(({ text }) => text),
      ['Hello', 'Hello', 'Hello there.', 'Hello there.'],
    );
    assert.equal('sentence_end' in sentences(client)[3]!, false);
  });

  it('drops a task whose client goes away', async () => {
    const { service, client } = await open(hello);
    client.send(runTask('task-1'));
    client.sendBinary(silence(900));
    await client.next(RESULT);
    client.socket.terminate();
    await waitUntil(() => service.connectionCount === 0, 'the service to notice');
  });
});
