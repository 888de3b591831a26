import assert from 'node:assert/strict';
import { transcribe } from '../../../lib';
import type { AsrError } from '../../../lib';
import { useLibRig } from '../../support/lib-rig';
import { silence, wav } from '../../support/scripted-audio';

const RUN_TASK = 'fun-asr-realtime';

describe('the ids and statistics of a session', () => {
  const rig = useLibRig();

  for (const model of ['qwen3-asr-flash-realtime', RUN_TASK]) {
    it(`are updated after a loss, and are those in the transcript (${model})`, async () => {
      await rig.serve({
        utterances: ['Hello there.'],
        connections: [{ faults: [{ atAudioMs: 300, do: 'terminate' }] }, {}],
      });
      const recorded = rig.open({ model, reconnect: { baseDelayMs: 1 } });
      await recorded.session.append(silence(2000));
      const { sessionId: first } = await recorded.next('opened');
      const { sessionId } = await recorded.next('resumed');
      assert.ok(sessionId !== '' && sessionId !== first);
      assert.equal(recorded.session.id, sessionId);
      await recorded.session.finish();

      await rig.serve({ utterances: ['Hello there.'] });
      const transcript = await transcribe(wav(silence(1000)), {
        region: 'local',
        address: rig.service.url,
        model,
      });
      assert.match(transcript.sessionId ?? '', /^[\w-]{8,}$/);
    });

    it(`are in the error that ends a session, with the id of the request (${model})`, async () => {
      await rig.serve({
        utterances: ['Hello there.'],
        faults: [{ atAudioMs: 300, do: 'fail', code: 'Arrearage', message: 'No money.' }],
      });
      const recorded = rig.open({ model });
      await recorded.session.append(silence(1000));
      const error = await recorded.failure();
      const [opened] = recorded.of('opened');
      assert.equal(error.code, 'PAYMENT');
      assert.equal(error.sessionId, opened?.sessionId);
      assert.ok(error.requestId);
    });
  }

  for (const model of ['qwen3-asr-flash-realtime', RUN_TASK]) {
    it(`are in the answer of each commit, which says which session or task has answered (${model})`, async () => {
      await rig.serve({ utterances: ['One.', 'Two.'] });
      const mode = model === RUN_TASK ? 'vad' : 'manual';
      const recorded = rig.open({ model, mode });
      const answered: (string | undefined)[] = [];
      for (let commit = 0; commit < 2; commit += 1) {
        await recorded.session.append(silence(2000));
        answered.push((await recorded.session.commit()).sessionId);
      }
      const started = rig.service.sessions[0]!;
      const ids =
        model === RUN_TASK
          ? started.received.flatMap((frame) =>
              frame.kind === 'json' && frame.type === 'run-task'
                ? [(frame.frame.header as { task_id: string }).task_id]
                : [],
            )
          : Array.from({ length: 2 }, () => recorded.of('opened')[0]?.sessionId);
      assert.deepEqual(answered, ids.slice(0, 2));
      await recorded.session.finish();
    });
  }

  it('are in the warning of a sentence that failed, and in the error of its commit', async () => {
    await rig.serve({ utterances: [{ text: 'x', failed: {} }] });
    const recorded = rig.open({ mode: 'manual' });
    await recorded.session.append(silence(1000));
    const failure: unknown = await recorded.session.commit().catch((error: unknown) => error);
    const [opened] = recorded.of('opened');
    const [warning] = recorded.of('warning');
    for (const told of [failure as AsrError, warning!]) {
      assert.equal(told.sessionId, opened?.sessionId);
      assert.match(told.requestId ?? '', /^event_/);
    }
    await recorded.session.finish();
  });

  it('are in a refusal of the connection, with the code of the service, and in that of a model', async () => {
    await rig.serve({
      upgrade: { status: 401, code: 'InvalidApiKey', message: 'Invalid API-key provided.' },
    });
    const refused = await rig.open().failure();
    assert.equal(refused.serviceCode, 'InvalidApiKey');
    assert.match(refused.requestId ?? '', /^[\da-f-]{36}$/);
    assert.equal(refused.sessionId, undefined);

    const service = await rig.serve({
      faults: [{ on: 'opened', do: 'edit', set: { 'session.model': 'qwen-omni-turbo-realtime' } }],
    });
    const other = await rig.open().failure();
    assert.equal(other.code, 'MODEL_MISMATCH');
    assert.match(other.sessionId ?? '', /^sess_/);
    assert.equal(service.sessions.length, 1);
  });

  it('are in the trace, for each session of it', async () => {
    await rig.serve({ connections: [{ faults: [{ atAudioMs: 300, do: 'terminate' }] }, {}] });
    const lines: string[] = [];
    const trace = { write: (line: string) => lines.push(line) };
    const recorded = rig.open({ trace, reconnect: { baseDelayMs: 1 } });
    await recorded.session.append(silence(2000));
    const { sessionId } = await recorded.next('resumed');
    await recorded.session.finish();
    for (const id of [recorded.of('opened')[0]!.sessionId, sessionId]) {
      assert.ok(
        lines.some((line) => line.includes(`"id":"${id}"`)),
        id,
      );
    }
  });

  it('change with the next task after a commit of a run-task model', async () => {
    await rig.serve({ utterances: ['One.', 'Two.'] });
    const recorded = rig.open({ model: RUN_TASK });
    await recorded.session.append(silence(1000));
    await recorded.session.commit();
    await recorded.session.append(silence(1000));
    const { sessionId, replayedMs, lostMs } = await recorded.next('resumed');
    assert.notEqual(sessionId, recorded.of('opened')[0]?.sessionId);
    assert.equal(recorded.session.id, sessionId);
    assert.deepEqual([replayedMs, lostMs], [0, 0]);
    await recorded.session.finish();
    assert.equal(recorded.of('resumed').length, 1);
  });

  it('come with the delays of the first and the last result, the latency of each final, and tokens', async () => {
    await rig.serve({
      utterances: ['Hello there.', 'And more.'],
      faults: [{ on: 'finished', do: 'delay', ms: 120 }],
    });
    const recorded = rig.open({ model: 'qwen-audio-3.1-asr-flash-streaming' });
    await recorded.session.append(silence(4000));
    await recorded.next('final');
    const statistics = await recorded.session.finish();
    assert.ok((statistics.firstPackageDelayMs ?? Infinity) <= (statistics.firstInterimMs ?? -1));
    assert.ok((statistics.lastPackageDelayMs ?? 0) >= 100, String(statistics.lastPackageDelayMs));
    for (const { latencyMs } of recorded.of('final')) assert.ok(latencyMs !== undefined && latencyMs >= 0);
    const { inputTokens = 0, outputTokens = 0, totalTokens } = statistics;
    assert.ok(inputTokens > 0 && outputTokens > 0);
    assert.equal(totalTokens, inputTokens + outputTokens);
  });
});
