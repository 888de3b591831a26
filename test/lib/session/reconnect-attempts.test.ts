import assert from 'node:assert/strict';
import type { SessionOptions } from '../../../lib';
import type { ScriptConnection, ScriptFault } from '../../../local-service';
import { ManualClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

const BROKEN: ScriptFault = { atAudioMs: 700, do: 'terminate' };

describe('the attempts to reconnect', () => {
  const rig = useLibRig();

  /** A session that is about to make its first attempt to reconnect. */
  async function lost(connections: ScriptConnection[], options: SessionOptions = {}) {
    const clock = new ManualClock();
    await rig.serve({ connections: [{ faults: [BROKEN] }, ...connections] });
    const recorded = rig.open({ environment: { clock, random: () => 0.5 }, ...options });
    await recorded.session.append(silence(700));
    await recorded.next('reconnecting');
    return { clock, recorded };
  }

  it('wait random parts of delays that double up to a bound, and end with the error of the last', async () => {
    const refused: ScriptConnection = { upgrade: { status: 503, message: 'Down.' } };
    const { clock, recorded } = await lost([refused], {
      reconnect: { maxAttempts: 5, baseDelayMs: 400, maxDelayMs: 2000 },
    });
    for (const [index, delayMs] of [200, 400, 800, 1000, 1000].entries()) {
      const event = await recorded.next('reconnecting', index + 1);
      assert.deepEqual([event.attempt, event.delayMs], [index + 1, delayMs]);
      assert.match(event.reason, index === 0 ? /lost \(closed with 1006\)/ : /HTTP 503/);
      clock.advance(delayMs - 1);
      assert.equal(rig.service.sessions.length, index + 1);
      clock.advance(1);
    }
    const error = await recorded.failure();
    assert.equal(error.code, 'CONNECT_FAILED');
    assert.equal(error.httpStatus, 503);
    assert.equal(recorded.of('error')[0]?.statistics.audioLostMs, 700);
    assert.equal(recorded.of('error')[0]?.statistics.reconnects, 0);
    assert.equal(clock.pending, 0);
  });

  it('end at once on an error that is not retryable', async () => {
    const { clock, recorded } = await lost([{ upgrade: { status: 401 } }]);
    clock.advance(250);
    assert.equal((await recorded.failure()).code, 'AUTHENTICATION');
    assert.equal(rig.service.sessions.length, 2);
    assert.equal(clock.pending, 0);
  });

  it('go on when a service that ran the model before closes with 1011', async () => {
    const gone: ScriptConnection = { faults: [{ on: 'opened', do: 'close', code: 1011 }] };
    const { clock, recorded } = await lost([gone, { utterances: ['Hello.'] }]);
    clock.advance(250);
    await recorded.next('reconnecting', 2);
    clock.advance(500);
    await recorded.next('resumed');
    await recorded.session.finish();
  });

  it('are counted anew once a connection has given finals, and not for interims alone', async () => {
    const said = { text: 'Yes.', atMs: 100, endMs: 300 };
    const useful: ScriptConnection = { utterances: [said], faults: [{ on: 'final', do: 'terminate' }] };
    const useless: ScriptConnection = { utterances: [said], faults: [{ on: 'interim', do: 'terminate' }] };
    const { clock, recorded } = await lost([useful, useless, {}]);
    clock.advance(250);
    await recorded.next('resumed');
    await recorded.session.append(silence(1000));
    assert.equal((await recorded.next('reconnecting', 2)).attempt, 1);
    clock.advance(250);
    assert.equal((await recorded.next('reconnecting', 3)).attempt, 2);
    recorded.session.abort();
    assert.equal(clock.pending, 0);
  });

  it('stop at once when the session is aborted', async () => {
    const { clock, recorded } = await lost([{}]);
    recorded.session.abort();
    assert.equal((await recorded.end()).type, 'finished');
    assert.equal(clock.pending, 0);
  });

  it('are not begun when a listener of the reconnecting event aborts', async () => {
    const clock = new ManualClock();
    await rig.serve({ faults: [BROKEN] });
    const recorded = rig.open({ environment: { clock } });
    recorded.session.on('reconnecting', () => {
      recorded.session.abort();
    });
    await recorded.session.append(silence(700));
    await recorded.end();
    assert.equal(clock.pending, 0);
    assert.equal(rig.service.sessions.length, 1);
  });

  it('complete a finish that was called meanwhile, with all words, commits and statistics', async () => {
    const { clock, recorded } = await lost([{ utterances: [{ text: 'Hello.', atMs: 100, endMs: 400 }] }]);
    const commit = recorded.session.commit();
    const finished = recorded.session.finish();
    assert.equal(recorded.session.state, 'finishing');
    clock.advance(250);
    const statistics = await finished;
    assert.equal((await commit).text, 'Hello.');
    assert.deepEqual(recorded.finals, ['Hello.']);
    assert.equal(statistics.audioLostMs, 0);
    assert.equal(clock.pending, 0);
  });

  it('end with an error when a finish has waited for its timeout', async () => {
    const { clock, recorded } = await lost([{ upgrade: { hang: true } }], { finishTimeoutMs: 5000 });
    const finished = recorded.session.finish();
    clock.advance(4999);
    assert.equal(recorded.session.state, 'finishing');
    clock.advance(1);
    await assert.rejects(finished, { code: 'CONNECTION_LOST' });
    assert.equal(clock.pending, 0);
  });

  it('are not made before the service has accepted the session once', async () => {
    await rig.serve({ upgrade: { status: 503 } });
    const recorded = rig.open();
    assert.equal((await recorded.failure()).code, 'CONNECT_FAILED');
    assert.equal(rig.service.sessions.length, 1);
  });

  it('are made for a session that wakes and finds no service', async () => {
    const clock = new ManualClock();
    await rig.serve({ connections: [{}, { upgrade: { status: 503 } }, { utterances: ['Hello.'] }] });
    const recorded = rig.open({ environment: { clock, random: () => 0.5 }, idle: { afterMs: 5000 } });
    await recorded.session.append(silence(100));
    await recorded.session.ready();
    clock.advance(5000);
    await waitUntil(() => recorded.session.state === 'sleeping', 'the session to sleep');
    await recorded.session.append(silence(2000));
    await recorded.next('reconnecting');
    clock.advance(250);
    await recorded.next('resumed');
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Hello.']);
  });
});
