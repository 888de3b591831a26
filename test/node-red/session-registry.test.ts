import assert from 'node:assert/strict';
import type { NodeMessageInFlow } from 'node-red';
import { SessionRegistry } from '../../nodes/node-red/asr-session/session-registry';
import { useLibRig } from '../support/lib-rig';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const MSG = { _msgid: 'm' } as NodeMessageInFlow;

describe('the sessions of a node that closes', () => {
  const rig = useLibRig();

  function registry(onEvent: (type: string) => void): SessionRegistry {
    return new SessionRegistry({
      openSession: () => rig.open().session,
      onEvent: ({ type }) => {
        onEvent(type);
      },
      maxSessions: 20,
      finishAfterMs: () => 0,
      translate: (key) => key,
      keep: [],
      log: () => undefined,
    });
  }

  it('are aborted after the bound where the service does not end them', async () => {
    await rig.serve({ utterances: ['Hello.'], faults: [{ on: 'final', nth: 1, do: 'halfOpen' }] });
    const types: string[] = [];
    const sessions = registry((type) => types.push(type));
    for (const key of ['a', 'b']) {
      await sessions.getOrOpen(key, MSG).append(silence(800), {});
    }
    await waitUntil(() => types.filter((type) => type === 'interim').length >= 2, 'both to hear something');
    // This is long enough for the finals, and far less than the 20 s that the client would wait for the end.
    await sessions.finish(5000);
    assert.equal(types.filter((type) => type === 'final').length, 2);
    assert.ok(!types.includes('finished'));
    sessions.close();
    assert.equal(sessions.all.size, 0);
    await waitUntil(() => rig.service.connectionCount === 0, 'the connections to close');
    assert.ok(!types.includes('finished'));
  });

  it('are gone at once where all of them end by themselves', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const sessions = registry(() => undefined);
    await sessions.getOrOpen('a', MSG).append(silence(800), {});
    await sessions.finish(1_000_000);
    assert.equal(sessions.all.size, 0);
    assert.throws(() => sessions.getOrOpen('b', MSG), /asr-session.error.closed/);
  });
});
