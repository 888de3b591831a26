import assert from 'node:assert/strict';
import { startLocalService } from '../../local-service';
import { append, COMPLETED, FINISH, REALTIME, ServiceBench } from '../support/local-service';
import { at } from '../support/raw-client';
import { failure, FINISHED, STARTED } from '../support/run-task-bench';
import { finishTask, INFERENCE, runTask } from '../support/run-task-frames';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const SCRIPT = { utterances: ['Hello there.'], loop: true };
const CLOSED_IDLE = { code: 1011, reason: 'Internal server error' };

describe('local service: limits', () => {
  const bench = new ServiceBench();

  it('refuses a Qwen connection above the cap by a frame, until another closes (protocol.md E 1)', async () => {
    const service = await bench.start({ limits: { qwenConnections: 2 } });
    const first = await bench.connect(service, REALTIME);
    await bench.connect(service, REALTIME);
    const third = await bench.connect(service, REALTIME);
    assert.equal((await third.untilClosed()).code, 1000);
    assert.deepEqual(third.names, ['error']);
    assert.equal(at(third.frames[0], 'error.message'), 'connections too much max_connections 2');
    await bench.connect(service, INFERENCE);
    first.close();
    await waitUntil(() => service.connectionCount === 2, 'the place to be free');
    await (await bench.connect(service, REALTIME)).next('session.created');
  });

  it('refuses a run-task connection above the limit with 429', async () => {
    const service = await bench.start({ limits: { runTaskConnections: 1 } });
    await bench.connect(service, INFERENCE);
    await assert.rejects(bench.connect(service, INFERENCE), /429/);
    await (await bench.connect(service, REALTIME)).next('session.created');
  });

  it('serves a bounded number of sessions and tasks at once, and the next when one ends', async () => {
    const service = await bench.start({ script: SCRIPT, limits: { listening: 1 } });
    const task = await bench.connect(service, INFERENCE);
    task.send(runTask('task-1'));
    await task.next(STARTED);

    const session = await bench.connect(service, REALTIME);
    session.send(append(silence(100)));
    await session.untilClosed();
    assert.equal(at(session.frames.at(-1), 'error.code'), 'Throttling.AllocationQuota');
    const other = await bench.connect(service, INFERENCE);
    other.send(runTask('task-2'));
    assert.equal((await failure(other)).code, 'Throttling.RateQuota');

    task.sendBinary(silence(900));
    task.send(finishTask('task-1'));
    await task.next(FINISHED);
    const next = await bench.connect(service, REALTIME);
    next.send(append(silence(2_000)));
    next.send(FINISH);
    await next.next(COMPLETED);
  });

  it('takes a bounded number of requests in a second, and goes on in the next', async () => {
    // A second of the service takes two, in which a busy machine connects four times.
    const timeScale = 0.5;
    const service = await bench.start({ timeScale, limits: { requestsPerSecond: 3 } });
    for (let request = 0; request < 3; request += 1) await bench.connect(service, REALTIME);
    await assert.rejects(bench.connect(service, INFERENCE), /429/);
    assert.equal(service.sessions.at(-1)!.upgradeStatus, 429);
    const refusedAt = performance.now();
    await waitUntil(
      () => performance.now() - refusedAt > 1_000 / timeScale,
      'the next second of service time',
    );
    await bench.connect(service, INFERENCE);
  });

  it('ends a Qwen connection without messages for 60 s, before its configuration and after audio', async () => {
    const service = await bench.start({ timeScale: 600 });
    const begun = performance.now();
    const silent = await bench.connect(service, REALTIME);
    assert.deepEqual(await silent.untilClosed(), CLOSED_IDLE);
    assert.ok(performance.now() - begun >= 60_000 / 600 - 10);
    const spoke = await bench.connect(service, REALTIME);
    spoke.send(append(silence(100)));
    spoke.socket.ping();
    assert.deepEqual(await spoke.untilClosed(), CLOSED_IDLE);
  });

  it('slows down run-task audio at the rate at which it refuses Qwen audio, and reads all of it', async () => {
    const service = await bench.start({ script: SCRIPT });
    const client = await bench.connect(service, INFERENCE);
    client.send(runTask('task-1', { heartbeat: true }));
    const begun = performance.now();
    for (let second = 0; second < 120; second += 2) client.sendBinary(silence(2_000));
    client.send(finishTask('task-1'));
    await client.next(FINISHED);
    assert.equal(service.sessions[0]!.audioBytes, 120 * 32_000);
    assert.ok(performance.now() - begun > 400, `${performance.now() - begun} ms`);
  });

  it('are refused where they are no whole numbers', async () => {
    for (const qwenConnections of [0, -1, 1.5, NaN])
      await assert.rejects(
        startLocalService({ engine: 'script', limits: { qwenConnections } }),
        /Expected `limits\.qwenConnections` to be a whole number >= 1/,
      );
  });

  it('end with the service: each connection closes with a code, and each task fails (protocol.md E 25)', async () => {
    const service = await bench.start();
    const session = await bench.connect(service, REALTIME);
    const task = await bench.connect(service, INFERENCE);
    task.send(runTask('task-1'));
    await task.next(STARTED);
    await service.close();
    assert.equal((await session.untilClosed()).code, 1001);
    assert.equal((await task.untilClosed()).code, 1001);
    assert.equal(at(task.frames.at(-1), 'header.error_code'), 'InternalError');
  });

  it('keeps no keys in its records, unless a test wants them', async () => {
    const headers = {
      authorization: 'Bearer sk-secret-1',
      cookie: 'sk-secret-2',
      'x-dashscope-workspace': 'ws-1',
    };
    const path = `${INFERENCE}?api_key=sk-secret-3&x=1`;
    const service = await bench.start();
    await bench.connect(service, path, headers);
    const record = service.sessions[0]!;
    assert.doesNotMatch(JSON.stringify(record), /sk-secret/);
    assert.equal(record.url, `${INFERENCE}?api_key=***&x=1`);
    assert.deepEqual(
      [record.headers.authorization, record.headers['x-dashscope-workspace']],
      ['***', 'ws-1'],
    );
    const keeping = await bench.start({ keepKeys: true });
    await bench.connect(keeping, path, headers);
    assert.equal(keeping.sessions[0]!.headers.authorization, 'Bearer sk-secret-1');
  });
});
