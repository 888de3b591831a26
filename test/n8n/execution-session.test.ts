import assert from 'node:assert/strict';
import { ExecutionSession } from '../../nodes/n8n/shared/execution-session';
import { handPlayed } from '../support/hand-played';
import { frames } from '../support/documented-frames';
import { loud, RAW } from '../support/scripted-audio';

/** Retry On Fail repeats a Commit, and the audio before it is committed only once. */
describe('a commit that n8n repeats because its answer did not come in time', () => {
  function open() {
    const { clock, sockets, session } = handPlayed({
      mode: 'manual',
      pingIntervalMs: 3_600_000,
      answerTimeoutMs: 3_600_000,
    });
    sockets[0]!.accept('manual');
    const held = new ExecutionSession(session, {
      name: 'default',
      openedBy: 'Open',
      unusedMs: 3_600_000,
      longestMs: 3_600_000,
      onEnd: () => undefined,
    });
    after(() => {
      held.end('the test is over');
    });
    const give = () =>
      held.append(
        (async function* () {
          yield loud(1000);
          await Promise.resolve();
        })(),
        () => RAW,
      );
    /** Lets the commit run into its time limit. */
    const late = async () => {
      const answer = held.commit();
      // It is handled before it fails.
      const failed = assert.rejects(answer, { code: 'COMMIT_TIMEOUT' });
      await Promise.resolve();
      clock.advance(21_000);
      await failed;
    };
    const answer = (id: string, text: string) => {
      // Pings stand in front of a commit and behind it.
      sockets[0]!.pong();
      sockets[0]!.say(frames.committed(id), frames.completed(id, text));
      sockets[0]!.pong();
    };
    return { held, give, late, answer };
  }

  it('fails again as long as there is no answer, and then has it', async () => {
    const { held, give, late, answer } = open();
    await give();
    await late();
    await assert.rejects(held.commit(), { code: 'COMMIT_TIMEOUT' });
    answer('a', 'Hello.');
    const { text, finals } = await held.commit();
    assert.deepEqual([text, finals.map(({ sentenceId }) => sentenceId)], ['Hello.', ['a']]);
    held.drain();
    assert.deepEqual(await held.commit(), { text: '', finals: [] });
  });

  it('has what came too late in front of what was said since', async () => {
    const { held, give, late, answer } = open();
    await give();
    await late();
    answer('a', 'One.');
    await give();
    const next = held.commit();
    await Promise.resolve();
    answer('b', 'Two.');
    const { text, finals } = await next;
    assert.deepEqual([text, finals.length], ['One. Two.', 2]);
  });
});
