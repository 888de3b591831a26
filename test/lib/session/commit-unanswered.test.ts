import assert from 'node:assert/strict';
import type { ScriptConnection } from '../../../local-service';
import { ManualClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

const MODEL = 'fun-asr-realtime';
const UNANSWERED: ScriptConnection = {
  utterances: ['Good morning.'],
  faults: [{ on: 'finished', do: 'drop' }],
};

/** A run-task commit ends the task, and no audio may be sent until the service says that it has ended. */
describe('a commit that the service never answers', () => {
  const rig = useLibRig();
  const finishTimeoutMs = 20_000;
  const isCommitThere = () =>
    rig.service.sessions[0]?.received.some(
      (frame) => frame.kind === 'json' && frame.type === 'finish-task',
    ) === true;

  function open(clock: ManualClock, maxAttempts: number) {
    return rig.open({
      model: MODEL,
      finishTimeoutMs,
      commitTimeoutMs: 600_000,
      answerTimeoutMs: 600_000,
      pingIntervalMs: 600_000,
      pace: { burstMs: 20_000 },
      reconnect: { maxAttempts },
      environment: { clock },
    });
  }

  it('is asked again on another connection, and the audio behind it is heard', async () => {
    await rig.serve({
      connections: [UNANSWERED, { utterances: ['Good morning.', 'Hello.'] }],
    });
    const clock = new ManualClock();
    const recorded = open(clock, 3);
    await recorded.session.append(silence(1500));
    const commit = recorded.session.commit();
    await waitUntil(isCommitThere, 'the commit to arrive');
    await recorded.session.append(silence(3000));
    clock.advance(finishTimeoutMs);
    const { delayMs } = await recorded.next('reconnecting');
    clock.advance(delayMs);
    assert.equal((await commit).text, 'Good morning.');
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Good morning.', 'Hello.']);
  });

  it('does not keep a session from its end', async () => {
    await rig.serve(UNANSWERED);
    const clock = new ManualClock();
    const recorded = open(clock, 0);
    await recorded.session.append(silence(1500));
    const commit = recorded.session.commit();
    await recorded.session.append(silence(1500));
    const finished = recorded.session.finish();
    await waitUntil(isCommitThere, 'the commit to arrive');
    clock.advance(finishTimeoutMs);
    await assert.rejects(finished, { code: 'CONNECTION_LOST' });
    await assert.rejects(commit);
  });
});
