import assert from 'node:assert/strict';
import type { SessionOptions } from '../../../lib';
import { scaledClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { deadSilence, silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

/** The service's 23 s and 60 s pass in milliseconds; the session's clock runs as fast. */
const SCALE = 50;
const MODEL = 'fun-asr-realtime';
const UNHURRIED = {
  connectTimeoutMs: 3_600_000,
  configureTimeoutMs: 3_600_000,
  finishTimeoutMs: 3_600_000,
  pingIntervalMs: 3_600_000,
  commitTimeoutMs: 3_600_000,
  answerTimeoutMs: 3_600_000,
};

describe('a session without audio for a while', () => {
  const rig = useLibRig();
  const open = (options: SessionOptions = {}) =>
    rig.open({
      model: MODEL,
      environment: { clock: scaledClock(SCALE) },
      // At this scale, a machine that is busy for a moment would exceed the timeouts.
      ...UNHURRIED,
      ...options,
    });
  const warnings = (recorded: ReturnType<typeof open>) => recorded.of('warning').map(({ code }) => code);

  it('sleeps after its idle time without a connection, and goes on with the next audio, its times and ids', async () => {
    const spoken = { text: 'Hello.', atMs: 200, endMs: 500 };
    await rig.serve({ connections: [{ utterances: [spoken] }] }, { timeScale: SCALE });
    const recorded = open();
    const { session } = recorded;
    await session.append(silence(1000));
    await waitUntil(() => session.state === 'sleeping', 'the session to sleep');
    await waitUntil(() => rig.service.connectionCount === 0, 'the connection to be gone');
    assert.deepEqual(recorded.finals, ['Hello.']);
    await session.append(silence(1000));
    await recorded.next('resumed');
    assert.equal(session.state, 'open');
    const statistics = await session.finish();
    assert.deepEqual(
      recorded.of('final').map(({ beginMs }) => beginMs),
      [200, 1200],
    );
    assert.equal(new Set(recorded.of('final').map(({ sentenceId }) => sentenceId)).size, 2);
    assert.equal(statistics.audioSentMs, 2000);
    assert.equal(statistics.audioLostMs, 0);
    assert.equal(statistics.billedSeconds, 2);
    assert.deepEqual(warnings(recorded), ['SLEEPING']);
    assert.equal(recorded.of('opened').length, 1);
  });

  it('answers a commit and finishes while it sleeps, without connecting', async () => {
    await rig.serve({ utterances: ['Hello.'] }, { timeScale: SCALE });
    const { session } = open();
    await session.append(silence(2000));
    await waitUntil(() => session.state === 'sleeping', 'the session to sleep');
    assert.equal((await session.commit()).text, 'Hello.');
    await session.finish();
    assert.equal(rig.service.sessions.length, 1);
  });

  it('can be aborted while it sleeps', async () => {
    await rig.serve({ utterances: ['Hello.'] }, { timeScale: SCALE });
    const recorded = open();
    await recorded.session.append(silence(2000));
    await waitUntil(() => recorded.session.state === 'sleeping', 'the session to sleep');
    recorded.session.abort();
    assert.equal((await recorded.end()).type, 'finished');
  });

  it('is kept alive on one connection by a little silence where that policy is chosen', async () => {
    await rig.serve({ utterances: ['Hello.', 'Again.'] }, { timeScale: SCALE });
    const recorded = open({ idle: { policy: 'keepAlive' } });
    const { session } = recorded;
    await session.ready();
    await session.append(silence(600));
    const [record] = rig.service.sessions;
    // Three times the service's 23 s.
    const started = performance.now();
    await waitUntil(() => performance.now() - started > 70_000 / SCALE, '70 s to pass');
    assert.equal(session.state, 'open');
    assert.ok(record!.audioBytes > silence(600).length);
    await session.append(silence(4000));
    const statistics = await session.finish();
    assert.equal(rig.service.sessions.length, 1);
    assert.deepEqual(recorded.finals, ['Hello.', 'Again.']);
    assert.equal(statistics.audioSentMs, 4600);
    assert.deepEqual(warnings(recorded), []);
  });

  it('finishes by itself where that policy is chosen', async () => {
    await rig.serve({ utterances: ['Hello.'] }, { timeScale: SCALE });
    const recorded = open({ idle: { policy: 'close', afterMs: 5000 } });
    await recorded.session.append(silence(2000));
    const end = await recorded.end();
    assert.equal(end.type, 'finished');
    assert.deepEqual(recorded.finals, ['Hello.']);
  });

  it('takes audio that comes while it finishes by itself, and goes on with it', async () => {
    const spoken = { text: 'Hello.', atMs: 200, endMs: 500 };
    await rig.serve(
      { utterances: [spoken], faults: [{ on: 'finished', do: 'delay', ms: 3000 }] },
      { timeScale: SCALE },
    );
    const recorded = open({ idle: { policy: 'close', afterMs: 5000 } });
    const { session } = recorded;
    await session.append(silence(1000));
    const finishes = () =>
      rig.service.sessions[0]?.received.some(
        (entry) => entry.kind === 'json' && entry.type === 'finish-task',
      );
    await waitUntil(() => finishes() === true, 'the session to finish by itself');
    await session.append(silence(1000));
    assert.equal((await recorded.end()).type, 'finished');
    assert.deepEqual(recorded.finals, ['Hello.', 'Hello.']);
    assert.equal(session.statistics().audioLostMs, 0);
  });

  it('asks the service to stay during silent audio where the model has a heartbeat', async () => {
    // The clock runs slower than in other tests, because the audio itself has to keep up with the service's 23 s.
    await rig.serve({ utterances: [] }, { timeScale: 20 });
    const recorded = open({ environment: { clock: scaledClock(20) } });
    const { session } = recorded;
    for (let second = 0; second < 70; second += 1) await session.append(deadSilence(1000));
    await waitUntil(() => rig.service.sessions[0]!.audioBytes >= 70 * 32_000, 'the audio to arrive');
    assert.equal(session.state, 'open');
    assert.match(JSON.stringify(rig.service.sessions[0]!.received[0]), /"heartbeat":true/);
    session.abort();
  });

  it('survives that the service closes after silent audio where the model has no heartbeat', async () => {
    const lateWord = { text: 'Late.', atMs: 500, endMs: 900 };
    const connections = [{ utterances: [] }, { utterances: [lateWord] }];
    await rig.serve({ connections }, { timeScale: 20 });
    const recorded = open({ model: 'fun-asr-flash-8k-realtime', environment: { clock: scaledClock(20) } });
    const { session } = recorded;
    for (let second = 0; second < 61; second += 1) await session.append(deadSilence(1000, 8000));
    await waitUntil(() => session.state === 'sleeping', 'the service to hang up');
    await session.append(silence(3000, 8000));
    await session.finish();
    // The rest of the silent audio may have woken the session once more before.
    assert.equal(recorded.finals.at(-1), 'Late.');
    assert.equal((await recorded.end()).type, 'finished');
  });

  it('fails once, without further attempts, when the service refuses at once', async () => {
    await rig.serve({ faults: [{ on: 'opened', do: 'close', code: 1000 }] });
    const recorded = rig.open({ model: MODEL, reconnect: { maxAttempts: 2, baseDelayMs: 1 } });
    await recorded.session.append(silence(1000));
    assert.equal((await recorded.failure()).code, 'CONNECTION_LOST');
    assert.equal(rig.service.sessions.length, 3);
  });

  it('stays open while Manual mode has uncommitted audio', async () => {
    await rig.serve({ utterances: ['Hello.'] }, { timeScale: SCALE });
    const { session } = open({ model: 'qwen3-asr-flash-realtime', mode: 'manual', idle: { afterMs: 5000 } });
    await session.append(silence(1000));
    await session.ready();
    const started = performance.now();
    await waitUntil(() => performance.now() - started > 20_000 / SCALE, '20 s to pass');
    assert.equal(session.state, 'open');
    assert.equal((await session.commit()).text, 'Hello.');
    await waitUntil(() => session.state === 'sleeping', 'the session to sleep');
    await session.finish();
  });
});
