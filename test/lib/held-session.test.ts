import assert from 'node:assert/strict';
import { HeldSession } from '../../lib/held-session';
import { useLibRig } from '../support/lib-rig';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

describe('a session that others use for a while', () => {
  const rig = useLibRig();

  it('tells its owner when nobody has used it for the idle time, and not while it is in use', async () => {
    await rig.serve({ utterances: ['One.'] });
    const { session } = rig.open();
    let rings = 0;
    let isReading = true;
    const held = new HeldSession(session, { unusedMs: 50, onUnused: () => (rings += 1) });
    const reading = held.use(() => waitUntil(() => !isReading, 'the reader to end'));
    await session.ready();
    const readAtMs = performance.now();
    await waitUntil(() => performance.now() - readAtMs > 150, 'more than its time to pass');
    assert.equal(rings, 0);
    assert.ok(held.isInUse);
    isReading = false;
    await reading;
    await waitUntil(() => rings === 1, 'the ring');
    held.abort();
  });

  it('answers a late call with the error that ended it', async () => {
    await rig.serve();
    const connect = (): never => {
      throw new Error('no network here');
    };
    const recorded = rig.open({ environment: { connect } });
    const held = new HeldSession(recorded.session);
    const end = await recorded.end();
    assert.ok(end.type === 'error');
    await assert.rejects(held.append(silence(100)), end.error);
    assert.ok(held.isClosed && !held.takesAudio);
  });

  it('answers an empty commit without an error where the caller cannot know that nothing was heard', async () => {
    await rig.serve({ utterances: [] });
    const { session } = rig.open({ mode: 'manual' });
    const held = new HeldSession(session);
    await assert.rejects(held.commit(), { code: 'COMMIT_EMPTY' });
    assert.deepEqual(await held.commitIfAny(), { text: '', finals: [] });
    held.abort();
  });
});
