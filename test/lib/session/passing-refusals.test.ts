import assert from 'node:assert/strict';
import type { ScriptConnection } from '../../../local-service';
import { handPlayed } from '../../support/hand-played';
import { CAP, capped } from '../../support/connection-cap';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

const RUN_TASK = 'fun-asr-realtime';

function taskFailed(code: string): ScriptConnection {
  return { utterances: [{ text: 'Hello there.', error: { code, message: 'Said so.' } }] };
}

describe('a temporary refusal', () => {
  const rig = useLibRig();
  const SOON = { reconnect: { baseDelayMs: 1 }, pace: { burstMs: 1e6 } };
  const HELLO: ScriptConnection = { utterances: [{ text: 'Hello there.', atMs: 200, endMs: 1100 }] };
  const CUT: ScriptConnection = { ...HELLO, faults: [{ atAudioMs: 700, do: 'terminate' }] };

  for (const where of ['before session.created', 'after session.created'] as const) {
    it(`of the account's cap on connections ends no session (${where})`, async () => {
      await rig.serve({ connections: [CUT, capped(where), capped(where), HELLO] });
      const recorded = rig.open(SOON);
      await recorded.session.append(silence(700));
      await recorded.next('reconnecting');
      await recorded.session.append(silence(2000));
      await recorded.session.finish();
      assert.deepEqual(recorded.finals, ['Hello there.']);
      assert.equal(recorded.of('waiting').length, 2);
      assert.match(recorded.of('waiting')[0]!.reason, /connections/);
    });

    it(`of the account's cap is reported as such on the first connection (${where})`, async () => {
      await rig.serve(capped(where));
      const error = await rig.open().failure();
      assert.equal(error.code, 'THROTTLED');
      assert.equal(error.retryable, true);
      assert.match(error.message, /as many open connections as it may/);
    });
  }

  it('with an unknown code is tried again where the configuration was accepted before', async () => {
    const frame = { type: 'error', error: { code: 'invalid_value', message: 'Not today.' } };
    const refusing: ScriptConnection = {
      faults: [
        { on: 'opened', do: 'send', frame },
        { on: 'configured', do: 'drop' },
      ],
    };
    await rig.serve({ connections: [CUT, refusing, { upgrade: { status: 404 } }, HELLO] });
    const recorded = rig.open(SOON);
    await recorded.session.append(silence(2000));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Hello there.']);
    assert.match(recorded.of('reconnecting')[1]!.reason, /Not today/);
  });

  for (const code of ['ResponseTimeout', 'NeverHeardOf.This']) {
    it(`of a task with ${code} is tried again`, async () => {
      await rig.serve({ connections: [taskFailed(code), HELLO] });
      const recorded = rig.open({ ...SOON, model: RUN_TASK });
      await recorded.session.append(silence(3000));
      await recorded.session.finish();
      assert.deepEqual(recorded.finals, ['Hello there.']);
      assert.equal(recorded.of('reconnecting').length, 1);
    });
  }

  for (const code of ['InvalidParameter', 'Arrearage', 'ModelNotFound', 'AccessDenied']) {
    it(`is not assumed for ${code}, which ends an established session at once`, async () => {
      await rig.serve({ connections: [taskFailed(code), HELLO] });
      const recorded = rig.open({ ...SOON, model: RUN_TASK });
      await recorded.session.append(silence(3000));
      const error = await recorded.failure();
      assert.equal(error.serviceCode, code);
      assert.equal(error.retryable, false);
      assert.deepEqual(recorded.of('reconnecting'), []);
    });
  }

  it('in nine attempts of ten ends no session, for half an hour of connections that break every minute', async () => {
    const { clock, sockets, session, recorded } = handPlayed();
    let dialled = 0;
    let acceptedAtMs = 0;
    while (clock.now() < 30 * 60_000 && session.state !== 'closed') {
      clock.advance(100);
      await session.append(silence(100));
      sockets.at(-1)!.pong();
      if (dialled < sockets.length) {
        dialled = sockets.length;
        const socket = sockets.at(-1)!;
        if (dialled % 10 !== 1) {
          socket.open();
          socket.say(JSON.stringify(CAP));
        } else {
          socket.accept();
          acceptedAtMs = clock.now();
        }
      } else if (session.state === 'open' && clock.now() - acceptedAtMs > 60_000) {
        sockets.at(-1)!.end(1011);
      }
    }
    assert.equal(session.state, 'open');
    const { audioInMs, audioLostMs, reconnects } = session.statistics();
    assert.deepEqual([audioInMs, audioLostMs], [30 * 60_000, 0]);
    assert.ok(reconnects >= 15, `${reconnects} reconnects`);
    assert.ok(recorded.of('waiting').length >= 9 * reconnects);
    session.abort();
    assert.equal(clock.pending, 0);
  });
});
