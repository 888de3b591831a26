import assert from 'node:assert/strict';
import { ManualClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

const SENTENCE = { text: 'Good morning.', atMs: 200, endMs: 1200 };

describe('the end of a session on a link that is half open', () => {
  const rig = useLibRig();

  async function openAndSpeak(clock: ManualClock, more: object = {}) {
    await rig.serve({
      connections: [
        { utterances: [SENTENCE], faults: [{ atAudioMs: 1000, do: 'halfOpen' }] },
        { utterances: [SENTENCE] },
      ],
    });
    const recorded = rig.open({ model: 'fun-asr-realtime', environment: { clock }, ...more });
    await recorded.session.append(silence(2000));
    await recorded.next('interim');
    return recorded;
  }

  for (const who of ['the caller', 'the idle time'] as const) {
    it(`loses no words where ${who} asks for it, because the link is pinged at once`, async () => {
      const clock = new ManualClock();
      const idleMs = 15_000;
      const recorded = await openAndSpeak(clock, {
        pingIntervalMs: 600_000,
        pongTimeoutMs: 10_000,
        finishTimeoutMs: 20_000,
        idle: { policy: 'reopen', afterMs: idleMs },
      });
      if (who === 'the caller') void recorded.session.finish();
      else clock.advance(idleMs);
      clock.advance(10_000);
      const { delayMs } = await recorded.next('reconnecting');
      clock.advance(delayMs);
      await recorded.next('resumed');
      await recorded.session.finish();
      assert.deepEqual(recorded.finals, ['Good morning.']);
      assert.equal(recorded.of('final')[0]?.truncated, undefined);
      // The service's side reads nothing, so it never sees the end.
      await rig.service.close();
    });
  }
});
