import assert from 'node:assert/strict';
import { openSession } from '../../../lib';
import type { ScriptConnection } from '../../../local-service';
import { ManualClock } from '../../support/clocks';
import { fakeSockets } from '../../support/fake-socket';
import { RecordedSession, useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

describe('a silent connection that the service drops', () => {
  const rig = useLibRig();

  for (const code of [1011, 1006, 1000]) {
    it(`with ${code} lets the session sleep, and audio wakes it`, async () => {
      const clock = new ManualClock();
      const { sockets, connect } = fakeSockets();
      const session = openSession({
        region: 'local',
        environment: {
          clock,
          connect,
        },
      });
      const recorded = new RecordedSession(session);
      sockets[0]!.accept();
      await session.append(silence(1000));
      clock.advance(5000);
      sockets[0]!.pong();
      sockets[0]!.end(code);
      assert.equal(session.state, 'sleeping');
      // No connection is made as long as no audio comes.
      clock.advance(600_000);
      assert.equal(sockets.length, 1);
      await session.append(silence(100));
      assert.equal(session.state, 'connecting');
      sockets[1]!.accept();
      assert.deepEqual(recorded.states, ['connecting', 'open', 'sleeping', 'connecting', 'open']);
      assert.deepEqual([recorded.of('reconnecting'), recorded.of('warning')], [[], []]);
      assert.equal(session.statistics().reconnects, 0);
      session.abort();
    });
  }

  it('again and again, soon after opening, neither ends the session nor opens connections without audio', async () => {
    await rig.serve({ utterances: [], faults: [{ afterMs: 600, do: 'close', code: 1011 }] });
    const recorded = rig.open();
    await recorded.session.ready();
    await waitUntil(() => recorded.session.state === 'sleeping', 'the session to sleep');
    assert.equal(rig.service.sessions.length, 1);
    await recorded.session.append(silence(100));
    await waitUntil(() => rig.service.sessions.length === 2, 'the session to wake');
    await waitUntil(() => recorded.session.state === 'sleeping', 'the session to sleep again');
    assert.deepEqual(recorded.of('reconnecting'), []);
    recorded.session.abort();
  });

  it('is a loss while an answer is owed', async () => {
    const said = { text: 'Hello there.', atMs: 200, endMs: 1100 };
    const cut: ScriptConnection = { utterances: [said], faults: [{ afterMs: 800, do: 'close', code: 1011 }] };
    await rig.serve({ connections: [cut, { utterances: [said] }] });
    const recorded = rig.open({ reconnect: { baseDelayMs: 1 } });
    await recorded.session.append(silence(700));
    await recorded.next('resumed');
    await recorded.session.append(silence(2000));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Hello there.']);
  });
});
