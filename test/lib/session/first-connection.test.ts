import assert from 'node:assert/strict';
import { ConnectionPool, transcribe } from '../../../lib';
import type { SessionOptions } from '../../../lib';
import type { ScriptConnection } from '../../../local-service';
import { ManualClock } from '../../support/clocks';
import { capped } from '../../support/connection-cap';
import { useLibRig } from '../../support/lib-rig';
import { silence, wav } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

describe('the first connection of a session', () => {
  const rig = useLibRig();
  const PATIENT = { firstConnectTimeoutMs: 10_000, reconnect: { baseDelayMs: 1 } };

  const passing: [name: string, connection: ScriptConnection][] = [
    ['HTTP 429', { upgrade: { status: 429 } }],
    ['HTTP 503', { upgrade: { status: 503 } }],
    ["the account's cap on connections", capped('before session.created')],
    ['a connection that breaks off', { faults: [{ on: 'opened', do: 'terminate' }] }],
  ];
  for (const [name, connection] of passing) {
    it(`is tried again after ${name}`, async () => {
      await rig.serve({ connections: [connection, connection, { utterances: ['Hello.'] }] });
      const recorded = rig.open(PATIENT);
      await recorded.session.append(silence(2000));
      await recorded.session.finish();
      assert.deepEqual(recorded.finals, ['Hello.']);
      assert.deepEqual(recorded.of('reconnecting'), []);
      assert.equal(rig.service.sessions.length, 3);
    });
  }

  const lasting: [name: string, connection: ScriptConnection, options: SessionOptions][] = [
    ['a refused key', { upgrade: { status: 401 } }, {}],
    ['a path that nobody serves', { upgrade: { status: 404 } }, {}],
    ['a model that the host does not have', { faults: [{ on: 'opened', do: 'close', code: 1011 }] }, {}],
    ['a name that does not exist', {}, { region: 'custom', address: 'wss://nowhere.invalid' }],
  ];
  for (const [name, connection, options] of lasting) {
    it(`is not tried again after ${name}`, async () => {
      await rig.serve(connection);
      let attempts = 0;
      const debug = (message: string) => {
        if (message === 'connection ended') attempts += 1;
      };
      await rig.open({ ...PATIENT, reconnect: { baseDelayMs: 1 }, log: { debug }, ...options }).failure();
      assert.equal(attempts, 1);
      assert.ok(rig.service.sessions.length <= 1);
    });
  }

  it('is given up after its bound with the last error, and leaves nothing open', async () => {
    const clock = new ManualClock();
    await rig.serve({ upgrade: { status: 503 } });
    let refusals = 0;
    const debug = (message: string) => {
      if (message === 'connection ended') refusals += 1;
    };
    const recorded = rig.open({
      firstConnectTimeoutMs: 3000,
      log: { debug },
      environment: { clock, random: () => 1 },
    });
    // After 0.5 s and 1 s more; after another 2 s it would be too late.
    for (const [index, delayMs] of [500, 1000].entries()) {
      await waitUntil(() => refusals === index + 1, 'the refusal');
      assert.equal(recorded.session.state, 'connecting');
      clock.advance(delayMs);
    }
    const error = await recorded.failure();
    assert.equal(error.httpStatus, 503);
    assert.equal(rig.service.sessions.length, 3);
    assert.equal(clock.pending, 0);
  });

  it('is tried again by transcribe unless told otherwise', async () => {
    const connections = [{ upgrade: { status: 503 } }, { utterances: ['Hello.'] }];
    const { url: address } = await rig.serve({ connections });
    const { text } = await transcribe(wav(silence(2000)), { region: 'local', address });
    assert.equal(text, 'Hello.');
    await rig.serve({ upgrade: { status: 503 } });
    await assert.rejects(
      transcribe(wav(silence(2000)), { region: 'local', address: rig.service.url, firstConnectTimeoutMs: 0 }),
      { httpStatus: 503 },
    );
  });

  it('waits for a place in a full pool, and says so', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const pool = new ConnectionPool({ maxOpen: 1 });
    const first = rig.open({ pool });
    await first.session.ready();
    const second = rig.open({ pool });
    const { reason } = await second.next('waiting');
    assert.match(reason, /All 1 connections/);
    first.session.abort();
    await second.session.append(silence(2000));
    await second.session.finish();
    assert.deepEqual(second.finals, ['Hello.']);
    pool.close();
  });
});
