import assert from 'node:assert/strict';
import type { ScriptFile } from '../../local-service';
import { at, type RawClient } from '../support/raw-client';
import {
  append,
  COMMIT,
  COMPLETED,
  FINISH,
  INTERIM,
  MANUAL,
  REALTIME,
  ServiceBench,
} from '../support/local-service';
import { finishTask, INFERENCE, runTask } from '../support/run-task-frames';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const CREATED = 'session.created';
const COMMITTED = 'input_audio_buffer.committed';
const ITEM_CREATED = 'conversation.item.created';
const CAP = 'connections too much max_connections 100';

describe('local service: faults that live services have shown', () => {
  const bench = new ServiceBench();

  async function open(script: ScriptFile, path = REALTIME): Promise<RawClient> {
    const service = await bench.start({ script: { utterances: ['Hello there.', 'And more.'], ...script } });
    return bench.connect(service, path);
  }

  it('refuses by the cap of open connections before the greeting and after it (protocol.md E 1)', async () => {
    for (const before of [true, false]) {
      const client = await open({ faults: [{ on: 'opened', before, do: 'fail', as: 'connectionCap' }] });
      assert.equal((await client.untilClosed()).code, 1000);
      assert.deepEqual(client.names, before ? ['error'] : [CREATED, 'error']);
      const { type, code, message } = client.of('error')[0]!.error as Record<string, unknown>;
      assert.deepEqual([type, code, message], ['invalid_request_error', 'invalid_value', CAP]);
    }
  });

  it('fails a task with ResponseTimeout, or with any code, in the words of the protocol (protocol.md E 3)', async () => {
    const named = await open({ faults: [{ on: 'interim', do: 'fail', as: 'responseTimeout' }] }, INFERENCE);
    named.send(runTask('task-1'));
    named.sendBinary(silence(2_000));
    assert.equal((await named.untilClosed()).code, 1000);
    const { header } = named.frames.at(-1)!;
    assert.deepEqual(header, {
      task_id: 'task-1',
      event: 'task-failed',
      error_code: 'ResponseTimeout',
      error_message: 'Response timeout.',
      attributes: {},
    });
    assert.equal(
      named.of('result-generated').filter((frame) => at(frame, 'payload.output.sentence.text')).length,
      1,
    );

    const other = await open({
      faults: [{ atAudioMs: 100, do: 'fail', code: 'InternalError', message: 'Oh.', closeCode: 1011 }],
    });
    other.send(append(silence(100)));
    assert.equal((await other.untilClosed()).code, 1011);
    assert.equal(at(other.frames.at(-1), 'error.code'), 'InternalError');
  });

  it('closes a connection without audio, and no other (protocol.md E 5)', async () => {
    // The bound is a second of real time, which no pause of a busy machine reaches.
    const service = await bench.start({
      timeScale: 20,
      script: { faults: [{ idleMs: 20_000, do: 'close', code: 1011, reason: 'Internal server error' }] },
    });
    const client = await bench.connect(service, REALTIME);
    const beganMs = Date.now();
    const talking = setInterval(() => {
      client.send(append(silence(100)));
    }, 20);
    try {
      await waitUntil(() => Date.now() - beganMs > 2_200, 'audio for more than twice the bound');
    } finally {
      clearInterval(talking);
    }
    assert.equal(client.closed, undefined);
    assert.ok(service.sessions[0]!.audioFrames >= 25, 'audio arrived all the time');
    assert.deepEqual(await client.untilClosed(), { code: 1011, reason: 'Internal server error' });
  });

  it('leaves out the ids of items, or of sentences', async () => {
    const client = await open({ quirks: ['noItemIds'] });
    client.send(append(silence(2_000)));
    client.send(FINISH);
    await client.next('session.finished');
    for (const name of [COMMITTED, INTERIM, COMPLETED]) {
      assert.ok(client.of(name).length > 0, name);
      assert.ok(
        client.of(name).every((frame) => !('item_id' in frame)),
        name,
      );
    }
    assert.equal(at(client.of(ITEM_CREATED)[0], 'item.id'), undefined);
    assert.equal(at(client.of(ITEM_CREATED)[0], 'item.type'), 'message');

    const task = await open({ quirks: ['noSentenceIds'] }, INFERENCE);
    task.send(runTask('task-1'));
    task.sendBinary(silence(2_000));
    task.send(finishTask('task-1'));
    await task.next('task-finished');
    const sentences = task.of('result-generated').map((frame) => at(frame, 'payload.output.sentence'));
    assert.ok(sentences.length > 2);
    assert.ok(sentences.every((sentence) => !('sentence_id' in (sentence as object))));
  });

  it('creates an item before it is committed', async () => {
    const client = await open({
      quirks: ['createdBeforeCommitted'],
      faults: [{ on: 'interim', do: 'drop' }],
    });
    client.send(append(silence(3_000)));
    client.send(FINISH);
    await client.next('session.finished');
    const order = client.names.filter((name) => name === COMMITTED || name === ITEM_CREATED);
    assert.deepEqual(order, [ITEM_CREATED, COMMITTED, ITEM_CREATED, COMMITTED]);
  });

  it('completes an item by itself in Manual mode, and the next one by the commit (protocol.md E 7)', async () => {
    const client = await open({ faults: [{ atAudioMs: 1_000, do: 'complete' }] });
    client.send(MANUAL);
    client.send(append(silence(1_000)));
    assert.equal((await client.next(COMPLETED)).transcript, 'Hello there.');
    client.send(append(silence(500)));
    client.send(COMMIT);
    assert.equal((await client.next(COMPLETED, 2)).transcript, 'And more.');
    const ids = client.of(COMPLETED).map(({ item_id: id }) => id);
    assert.deepEqual(
      ids,
      client.of(COMMITTED).map(({ item_id: id }) => id),
    );
  });

  it('begins again with the first connection where the script loops', async () => {
    const refused = {
      faults: [{ on: 'opened', before: true, do: 'fail' as const, as: 'connectionCap' as const }],
    };
    const service = await bench.start({ script: { cycle: true, connections: [refused, refused, {}] } });
    const first: string[] = [];
    for (let connection = 0; connection < 6; connection += 1) {
      const client = await bench.connect(service, REALTIME);
      await client.until(() => client.names.length > 0, 'a frame');
      first.push(client.names[0]!);
    }
    assert.deepEqual(first, ['error', 'error', CREATED, 'error', 'error', CREATED]);
  });
});
