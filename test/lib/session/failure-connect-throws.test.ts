import assert from 'node:assert/strict';
import { ConnectionPool } from '../../../lib';
import { ManualClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

describe('a connect that throws', () => {
  const rig = useLibRig();
  const KEY = 'sk-5ecre7-d0-not-show-7f3a';
  const broken = (): never => {
    throw new Error(`No way out with ${KEY}.`);
  };

  it('fails the session with a typed error, and leaves no timer', async () => {
    await rig.serve();
    const clock = new ManualClock();
    for (const options of [{}, { firstConnectTimeoutMs: 10_000 }]) {
      const recorded = rig.open({ ...options, apiKey: KEY, environment: { clock, connect: broken } });
      const error = await recorded.failure();
      assert.equal(error.code, 'CONNECT_FAILED');
      assert.match(error.message, /No way out/);
      assert.ok(!error.message.includes(KEY));
      assert.equal(clock.pending, 0);
    }
  });

  it('fails with a typed error in a pool, too, and where the thrown value is no Error', async () => {
    await rig.serve();
    const pool = new ConnectionPool({}, { connect: broken });
    assert.equal((await rig.open({ pool }).failure()).code, 'CONNECT_FAILED');
    assert.equal(pool.openCount, 0);
    pool.close();
    const connect = (): never => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- this is what the test is about
      throw 'nothing';
    };
    assert.match((await rig.open({ environment: { connect } }).failure()).message, /nothing/);
  });

  it('counts as one more failed attempt of a session that reconnects', async () => {
    await rig.serve({ connections: [{ faults: [{ atAudioMs: 700, do: 'terminate' }] }, {}] });
    const real = new ConnectionPool().connect;
    let calls = 0;
    const recorded = rig.open({
      reconnect: { baseDelayMs: 1 },
      environment: {
        connect: (request, handlers) => {
          calls += 1;
          return calls === 2 ? broken() : real(request, handlers);
        },
      },
    });
    await recorded.session.append(silence(700));
    await recorded.next('resumed');
    assert.equal(recorded.of('reconnecting').length, 2);
    await recorded.session.finish();
  });
});

describe('append to a session that is over', () => {
  const rig = useLibRig();

  it('rejects with the error that ended the session', async () => {
    await rig.serve({ upgrade: { status: 401 } });
    const failed = rig.open();
    const error = await failed.failure();
    await assert.rejects(failed.session.append(silence(100)), { code: 'SESSION_CLOSED', cause: error });
    const aborted = rig.open();
    aborted.session.abort();
    await assert.rejects(
      aborted.session.append(silence(100)),
      (reason: Error & { cause: { code: string } }) => {
        assert.match(reason.message, /it was aborted/);
        assert.equal(reason.cause.code, 'ABORTED');
        return true;
      },
    );
  });
});
