import assert from 'node:assert/strict';
import { ConnectionPool, transcribe } from '../../../lib';
import { ManualClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { silence, wav } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

const MODEL = 'fun-asr-realtime';

describe('a pool of connections', () => {
  let pool: ConnectionPool;

  beforeEach(() => {
    pool = new ConnectionPool({ maxIdle: 2 });
  });
  // This hook runs before those of the rig, which wait until the service has no connection any more.
  afterEach(() => {
    pool.close();
  });
  const rig = useLibRig();

  const say = (options = {}, ms = 2000) =>
    transcribe(wav(silence(ms)), { address: rig.service.url, model: MODEL, pool, ...options });

  it('serves two sessions, one after the other, with one connection and two tasks', async () => {
    await rig.serve({ utterances: ['One.', { text: 'Two.', atMs: 2100, endMs: 2400 }] });
    assert.equal((await say()).text, 'One.');
    assert.equal(pool.idleCount, 1);
    assert.equal((await say({}, 4000)).text, 'Two.');
    assert.equal(rig.service.sessions.length, 1);
    assert.equal(pool.reusedCount, 1);
    const ids = rig.service.sessions[0]!.received.flatMap((entry) =>
      entry.kind === 'json' && entry.type === 'run-task'
        ? [(entry.frame.header as { task_id: string }).task_id]
        : [],
    );
    assert.equal(new Set(ids).size, 2);
  });

  it('does not use a connection again after task-failed', async () => {
    await rig.serve({ connections: [{ utterances: [] }, { utterances: ['Fine.'] }] });
    assert.equal((await say()).text, '');
    assert.equal(pool.idleCount, 0);
    assert.equal((await say()).text, 'Fine.');
    assert.equal(rig.service.sessions.length, 2);
  });

  it('never hands a connection to another key, address or workspace', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    await say({ apiKey: 'sk-one' });
    await say({ apiKey: 'sk-two' });
    assert.equal(rig.service.sessions.length, 2);
    assert.equal(pool.reusedCount, 0);
  });

  it('keeps no more connections than its bound, and none of a protocol with one session per connection', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    await Promise.all([say(), say(), say()]);
    assert.equal(rig.service.sessions.length, 3);
    assert.equal(pool.idleCount, 2);
    pool.close();
    await waitUntil(() => rig.service.connectionCount === 0, 'the connections to close');
    await say({ model: 'qwen3-asr-flash-realtime' });
    assert.equal(pool.idleCount, 0);
  });

  it('closes a waiting connection after 50 s, before the service does', async () => {
    const manual = new ManualClock();
    pool = new ConnectionPool({}, { clock: manual });
    await rig.serve({ utterances: ['Hello.'] });
    await say();
    assert.equal(pool.idleCount, 1);
    manual.advance(49_999);
    assert.equal(pool.idleCount, 1);
    manual.advance(1);
    assert.equal(pool.idleCount, 0);
    assert.equal(manual.pending, 0);
  });

  it('connects again without losing audio when the waiting connection died just as it was taken', async () => {
    await rig.serve({
      connections: [
        {
          utterances: ['One.'],
          faults: [
            { on: 'opened', nth: 2, do: 'drop' },
            { on: 'opened', nth: 2, do: 'terminate' },
          ],
        },
        { utterances: ['Two.'] },
      ],
    });
    assert.equal((await say()).text, 'One.');
    assert.equal((await say()).text, 'Two.');
    assert.equal(rig.service.sessions.length, 2);
  });

  it('drops a waiting connection that was closed', async () => {
    await rig.serve({ utterances: ['One.'] }, { timeScale: 1000 });
    await say();
    await waitUntil(() => pool.idleCount === 0, 'the service to close the idle connection');
  });

  it('keeps nothing after it was closed', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    pool.close();
    await say();
    assert.equal(pool.idleCount, 0);
  });
});
