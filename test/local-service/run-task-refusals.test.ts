import assert from 'node:assert/strict';
import { FINISHED, HELLO, RunTaskBench, STARTED, failure } from '../support/run-task-bench';
import { at, type Frame, type RawClient } from '../support/raw-client';
import { continueTask, finishTask, runTask } from '../support/run-task-frames';
import { silence } from '../support/scripted-audio';

describe('local service: refusals of a task', () => {
  const bench = new RunTaskBench();

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
      const { client } = await bench.open();
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
    [{ sample_rate: 8_000 }, 'fun-asr-realtime'],
    [{ sample_rate: 44_100 }, 'fun-asr-realtime-2026-02-28'],
    [{ sample_rate: 48_000 }, 'fun-asr-mtl-realtime'],
    [{ sample_rate: 8_000 }, 'qwen-audio-3.1-asr-flash-message'],
  ];
  for (const [parameters, model] of invalid) {
    it(`fails ${JSON.stringify(parameters)} for ${model ?? 'any model'} with InvalidParameter`, async () => {
      const { client } = await bench.open();
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
      const { client } = await bench.open();
      client.send(frame);
      assert.equal((await failure(client)).code, 'InvalidParameter');
    }
  });

  it('accepts parameters that the service does not check or know, and nulls', async () => {
    const { client } = await bench.open();
    client.send(
      runTask('task-1', {
        vad_model: 'bogus',
        stream: true,
        vocabulary: { word: 50 },
        max_sentence_silence: null,
        special_word_filter: {},
        // protocol.md E 11
        language_hints: ['tlh'],
        // A Java program's leak (protocol.md E 24).
        pre_task_id: '',
      }),
    );
    await client.next(STARTED);
  });

  it('knows later snapshots of its families, and their rates', async () => {
    const names: [string, number][] = [
      ['fun-asr-realtime-2026-11-05', 16_000],
      ['fun-asr-mtl-realtime-2025-12-10', 16_000],
      ['fun-asr-flash-8k-realtime-2026-11-05', 8_000],
      ['paraformer-realtime-8k-v3', 8_000],
      ['paraformer-realtime-v3', 44_100],
      ['qwen-audio-3.2-asr-flash-streaming', 48_000],
      ['qwen-audio-3.2-asr-flash-message-2026-11-05', 16_000],
    ];
    for (const [model, rate] of names) {
      const { client } = await bench.open();
      client.send(runTask('task-1', { sample_rate: rate }, model));
      await client.next(STARTED);
    }
  });

  it('fails an unknown model with ModelNotFound', async () => {
    for (const model of ['fun-asr-realtme', 'fun-asr-realtime-2099-01-01', 'gummy-realtime-v1']) {
      const { client } = await bench.open();
      client.send(runTask('task-1', {}, model));
      assert.equal((await failure(client)).code, 'ModelNotFound');
    }
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
        client.send('HELLO');
      },
      (client) => {
        client.send({});
      },
      (client) => {
        client.send({ header: { action: 'stop-task', task_id: 'task-1' } });
      },
    ];
    for (const send of early) {
      const { client } = await bench.open();
      send(client);
      assert.equal((await failure(client)).code, 'InvalidParameter');
    }
  });

  it('fails a finish-task without input: "task can not be null"', async () => {
    const { client } = await bench.open();
    client.send(runTask('task-1'));
    client.send({ ...finishTask('task-1'), payload: {} });
    assert.deepEqual(await failure(client), {
      code: 'InvalidParameter',
      message: 'task can not be null',
      taskId: 'task-1',
    });
  });

  it('accepts the list that a PHP sample sends as input of finish-task', async () => {
    const { client } = await bench.open(HELLO);
    client.send(runTask('task-1'));
    client.sendBinary(silence(900));
    client.send({ ...finishTask('task-1'), payload: { input: [] } });
    await client.next(FINISHED);
  });

  it('fails a finish-task for another task', async () => {
    const { client } = await bench.open();
    client.send(runTask('task-1'));
    client.send(finishTask('task-2'));
    assert.equal((await failure(client)).code, 'InvalidParameter');
  });

  for (const [what, pcm] of [
    ['no audio', undefined],
    ['silent audio', silence(3_000)],
  ] as const) {
    it(`answers a finish after ${what} with NO_VALID_AUDIO_ERROR`, async () => {
      const { client } = await bench.open();
      client.send(runTask('task-1'));
      if (pcm) client.sendBinary(pcm);
      client.send(finishTask('task-1'));
      assert.equal((await failure(client)).code, 'NO_VALID_AUDIO_ERROR');
    });
  }
});
