import assert from 'node:assert/strict';
import { openSession } from '../../../lib';
import { ManualClock } from '../../support/clocks';
import { frames } from '../../support/documented-frames';
import { FakeSocket } from '../../support/fake-socket';
import { RecordedSession, useLibRig } from '../../support/lib-rig';
import { loud, silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

const SENTENCE = 'Good morning everybody.';
const HOUR_MS = 3_600_000;

describe('a session whose finish meets a fault', () => {
  const rig = useLibRig();

  it('keeps an unfinished sentence as a truncated final when the service never ends', async () => {
    const clock = new ManualClock();
    await rig.serve({
      utterances: [{ text: SENTENCE, final: null }],
      faults: [{ on: 'finished', do: 'delay', ms: HOUR_MS }],
    });
    const recorded = rig.open({ finishTimeoutMs: 4000, environment: { clock } });
    await recorded.session.append(silence(800));
    const finished = recorded.session.finish();
    await recorded.next('speechStopped');
    clock.advance(3999);
    assert.equal(recorded.session.state, 'finishing');
    clock.advance(1);
    const statistics = await finished;
    assert.equal(statistics.finals, 1);
    assert.deepEqual(recorded.types.slice(-3), ['warning', 'final', 'finished']);
    assert.equal(recorded.of('warning')[0]?.code, 'FINISH_TIMEOUT');
    assert.equal(recorded.of('final')[0]?.truncated, true);
    assert.equal(clock.pending, 0);
  });

  it('counts the finish timeout from the last result, so that a slow service is waited for', async () => {
    const clock = new ManualClock();
    await rig.serve({
      utterances: [SENTENCE],
      faults: [
        { on: 'final', do: 'delay', ms: 100 },
        { on: 'finished', do: 'delay', ms: HOUR_MS },
      ],
    });
    const recorded = rig.open({ finishTimeoutMs: 4000, environment: { clock } });
    await recorded.session.append(silence(800));
    const finished = recorded.session.finish();
    await recorded.next('speechStopped');
    clock.advance(3000);
    await recorded.next('final');
    clock.advance(3999);
    assert.equal(recorded.session.state, 'finishing');
    clock.advance(1);
    await finished;
    assert.deepEqual(recorded.finals, [SENTENCE]);
  });

  it('takes a close with 1000 after the finish for the end, though session.finished is missing', async () => {
    await rig.serve({ utterances: [SENTENCE], faults: [{ on: 'finished', do: 'drop' }] });
    const recorded = rig.open();
    await recorded.session.append(silence(800));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, [SENTENCE]);
    assert.deepEqual(recorded.types.slice(-1), ['finished']);
    assert.deepEqual(recorded.of('warning'), []);
  });

  it('sends again what was said where the service closes with 1000 after the finish, without a word about it', async () => {
    const said = { text: SENTENCE, atMs: 0, endMs: 700 };
    const cut = {
      utterances: [said],
      faults: [{ on: 'speechStarted' as const, do: 'close' as const, code: 1000 }],
    };
    await rig.serve({ connections: [cut, { utterances: [said] }] });
    const recorded = rig.open({ reconnect: { baseDelayMs: 1 } });
    await recorded.session.append(loud(800));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, [SENTENCE]);
    assert.equal(recorded.of('final')[0]?.truncated, undefined);
  });

  it('ends, with what there is, where the service closes with 1000 after the finish each time', async () => {
    const said = { text: SENTENCE, atMs: 0, endMs: 700 };
    await rig.serve({ utterances: [said], faults: [{ on: 'speechStopped', do: 'close', code: 1000 }] });
    const recorded = rig.open({ reconnect: { baseDelayMs: 1 } });
    await recorded.session.append(loud(800));
    await recorded.session.finish();
    assert.equal(recorded.of('final')[0]?.truncated, true);
    assert.equal(recorded.of('reconnecting').length, 1);
  });

  it('says that a connection which broke off during the finish was lost', async () => {
    await rig.serve({ utterances: [SENTENCE], faults: [{ on: 'speechStopped', do: 'terminate' }] });
    const recorded = rig.open({ reconnect: { maxAttempts: 0 } });
    await recorded.session.append(silence(800));
    const finished = recorded.session.finish();
    await assert.rejects(finished, { code: 'CONNECTION_LOST' });
    assert.deepEqual(recorded.types.slice(-2), ['final', 'error']);
    assert.equal(recorded.of('final')[0]?.truncated, true);
  });

  it('ends at once when the service answers session.finished and leaves the connection open', async () => {
    const service = await rig.serve({
      utterances: [SENTENCE],
      // A frame that is delayed for ever holds back the service's own close.
      faults: [{ on: 'finished', do: 'send', frame: { type: 'session.finished' } }],
    });
    const recorded = rig.open();
    await recorded.session.append(silence(800));
    await recorded.session.finish();
    assert.equal(recorded.session.state, 'closed');
    await waitUntil(() => service.sessions[0]?.closed?.code === 1000, 'the close');
  });

  for (const mode of ['vad', 'manual'] as const) {
    it(`waits a second, not twenty, for the end after an inference failure in mode ${mode}`, async () => {
      const clock = new ManualClock();
      await rig.serve({
        utterances: [{ text: SENTENCE, error: {} }],
        faults: [{ on: 'finished', do: 'delay', ms: HOUR_MS }],
      });
      const recorded = rig.open({ mode, environment: { clock } });
      await recorded.session.append(silence(800));
      const finished = recorded.session.finish();
      const warning = await recorded.next('warning');
      assert.equal(warning.code, 'SENTENCE_FAILED');
      clock.advance(1000);
      await finished;
      assert.deepEqual(recorded.finals, []);
    });
  }

  it('still waits for the finals of other sentences after one has failed', async () => {
    const clock = new ManualClock();
    const socket = new FakeSocket();
    const { session, ...recorded } = new RecordedSession(
      openSession({ region: 'local', environment: { clock, connect: socket.connect } }),
    );
    socket.accept();
    void session.append(silence(800));
    const finished = session.finish();
    socket.say(frames.started('i1'), frames.started('i2', 500), frames.failed('i1'));
    clock.advance(999);
    socket.say(frames.interim('i2', 'Good'));
    clock.advance(999);
    socket.say(frames.completed('i2', 'Good.'));
    clock.advance(999);
    assert.equal(session.state, 'finishing');
    clock.advance(1);
    await finished;
    const finals = recorded.events.filter(({ type }) => type === 'final');
    assert.equal(finals.length, 1);
  });

  it('leaves no timer behind when a listener of a failed sentence aborts', async () => {
    const clock = new ManualClock();
    await rig.serve({
      utterances: [{ text: 'x', failed: {}, steps: [] }],
      faults: [{ on: 'finished', do: 'delay', ms: HOUR_MS }],
    });
    const recorded = rig.open({ environment: { clock } });
    recorded.session.on('warning', () => {
      recorded.session.abort();
    });
    await recorded.session.append(silence(800));
    void recorded.session.finish();
    await recorded.end();
    assert.equal(clock.pending, 0);
  });

  it('refuses append and commit after finish, and returns the same promise for a second finish', async () => {
    await rig.serve({ utterances: [SENTENCE] });
    const { session } = rig.open();
    await session.append(silence(800));
    const finished = session.finish();
    assert.equal(session.state, 'finishing');
    assert.equal(session.finish(), finished);
    await assert.rejects(session.append(silence(100)), { code: 'SESSION_CLOSED', message: /finishing/ });
    await assert.rejects(session.commit(), { code: 'SESSION_CLOSED' });
    const statistics = await finished;
    assert.equal(await session.finish(), statistics);
    await assert.rejects(session.append(silence(100)), { code: 'SESSION_CLOSED', message: /over/ });
    session.abort();
    assert.equal(session.state, 'closed');
  });
});
