import assert from 'node:assert/strict';
import {
  FINISHED,
  HELLO,
  RESULT,
  RunTaskBench,
  STARTED,
  TASK_FAILED,
  failure,
  sentences,
} from '../support/run-task-bench';
import { at } from '../support/raw-client';
import { continueTask, finishTask, runTask } from '../support/run-task-frames';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

describe('local service: one task after the other, and their limits', () => {
  const bench = new RunTaskBench();

  it('runs a new task on the same connection, and goes on with the script', async () => {
    const { client } = await bench.open({ utterances: ['First.', 'Second.'] });
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
    const { client } = await bench.open(HELLO);
    client.send(runTask('task-1'));
    client.sendBinary(silence(900));
    client.send(finishTask('task-1'));
    await client.next(FINISHED);
    client.send(runTask('task-1'));
    assert.match((await failure(client)).message, /'task-1' has been used/);
    const { client: other } = await bench.open();
    other.send(runTask('task-1'));
    other.send(runTask('task-2'));
    assert.match((await failure(other)).message, /only after task-finished/);
  });

  it('accepts continue-task without an answer, and records it', async () => {
    const { service, client } = await bench.open(HELLO);
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

  it('takes audio after run-task, before and after task-started (protocol.md E 23)', async () => {
    const { client } = await bench.open({ ...HELLO, faults: [{ on: 'opened', do: 'delay', ms: 100 }] });
    client.send(runTask('task-1'));
    client.sendBinary(silence(1_500));
    client.send(finishTask('task-1'));
    await client.next(FINISHED);
    assert.equal(client.names[0], STARTED);
    assert.equal(sentences(client).at(-1)!.text, 'Hello there.');
  });

  it('fails a task without messages for 23 s', async () => {
    const { client } = await bench.open(HELLO, { timeScale: 200 });
    const begun = performance.now();
    client.send(runTask('task-1'));
    await client.next(STARTED);
    assert.deepEqual(await failure(client), {
      code: 'CLIENT_ERROR',
      message: 'request timeout after 23 seconds.',
      taskId: 'task-1',
    });
    assert.ok(performance.now() - begun >= 23_000 / 200 - 5);
  });

  it('closes a connection without a task for 60 s, at first and between tasks', async () => {
    const { client } = await bench.open(HELLO, { timeScale: 60 });
    assert.deepEqual(await client.untilClosed(), { code: 1000, reason: '60 s without a task' });
    const { client: other } = await bench.open(HELLO, { timeScale: 60 });
    other.send(runTask('task-1'));
    other.sendBinary(silence(900));
    other.send(finishTask('task-1'));
    await other.next(FINISHED);
    assert.equal((await other.untilClosed()).code, 1000);
    assert.equal(other.of(TASK_FAILED).length, 0);
  });

  it('fails a task after 60 s of silent audio with a frame before the close (protocol.md E 25)', async () => {
    const { client } = await bench.open({ utterances: ['Hi.'] });
    client.send(runTask('task-1'));
    for (let second = 0; second < 62; second += 2) client.sendBinary(silence(2_000));
    client.send(continueTask('task-1', []));
    await client.until(() => sentences(client).length === 3, 'the sentence');
    assert.equal(client.closed, undefined);
    client.sendBinary(silence(2_000));
    assert.deepEqual(await failure(client), {
      code: 'NO_INPUT_AUDIO_ERROR',
      message: 'No speech in 60 seconds of audio.',
      taskId: 'task-1',
    });
    assert.equal((await client.untilClosed()).code, 1000);
  });

  it('keeps a silent task and sends heartbeats when heartbeat is on', async () => {
    const { client } = await bench.open({ utterances: [{ text: 'Late.', atMs: 65_000 }] });
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
    const { client } = await bench.open();
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
      const { client } = await bench.open(HELLO);
      client.send(runTask('task-1', { format }));
      client.sendBinary(bytes);
      await client.next(RESULT, 4);
      assert.equal(sentences(client).at(-1)!.end_time, 1_100);
    }
  });

  it('fails the task when the script says so', async () => {
    const { client } = await bench.open({
      utterances: [{ text: 'x', error: { code: 'InternalError', message: 'broken' } }],
    });
    client.send(runTask('task-1'));
    client.sendBinary(silence(3_000));
    assert.deepEqual(await failure(client), { code: 'InternalError', message: 'broken', taskId: 'task-1' });
  });

  it('plays faults of the same kinds as the other protocol', async () => {
    const { client } = await bench.open({
      ...HELLO,
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
    const { service, client } = await bench.open(HELLO);
    client.send(runTask('task-1'));
    client.sendBinary(silence(900));
    await client.next(RESULT);
    client.socket.terminate();
    await waitUntil(() => service.connectionCount === 0, 'the service to notice');
  });
});
