import assert from 'node:assert/strict';
import { Arrivals } from '../../../lib/session/link/arrivals';
import { scaledClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

describe('the audio that has arrived at the service', () => {
  it('is known by the answer to a ping that was sent behind it', () => {
    let pings = 0;
    const arrived: string[] = [];
    const arrivals = new Arrivals(
      () => (pings += 1),
      () => pings,
    );
    arrivals.confirm(() => arrived.push('first'));
    arrivals.confirm(() => arrived.push('second'));
    assert.equal(pings, 1);
    arrivals.answered();
    assert.deepEqual([pings, arrived], [2, ['first']]);
    arrivals.answered();
    assert.deepEqual([pings, arrived], [2, ['first', 'second']]);
  });

  it('is asked for by one ping at a time, and only when somebody waits', () => {
    let pings = 0;
    const arrivals = new Arrivals(
      () => (pings += 1),
      () => pings,
    );
    arrivals.ask();
    arrivals.ask();
    assert.equal(pings, 1);
    arrivals.answered();
    arrivals.answered();
    assert.equal(pings, 1);
  });

  describe('for a commit in VAD mode', () => {
    const rig = useLibRig();

    it('is waited for on a slow line, so that audio on its way belongs to the answer', async () => {
      const timeScale = 20;
      await rig.serve(
        {
          utterances: [{ text: 'Good morning.', atMs: 3500, endMs: 4500 }],
          faults: [{ atAudioMs: 100, do: 'readSlowly', bytesPerSecond: 20_000 }],
        },
        { timeScale },
      );
      const { session } = rig.open({
        pace: { burstMs: 10_000 },
        commitTimeoutMs: 3_600_000,
        pongTimeoutMs: 3_600_000,
        connectTimeoutMs: 3_600_000,
        configureTimeoutMs: 3_600_000,
        answerTimeoutMs: 3_600_000,
        finishTimeoutMs: 3_600_000,
        environment: { clock: scaledClock(timeScale) },
      });
      await session.append(silence(5000));
      const { text } = await session.commit();
      assert.equal(text, 'Good morning.');
      await session.finish();
    });
  });
});
