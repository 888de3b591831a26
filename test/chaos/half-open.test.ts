import assert from 'node:assert/strict';
import { ManualClock } from '../support/clocks';
import { useLibRig } from '../support/lib-rig';
import type { RecordedSession } from '../support/lib-rig';
import { Random } from '../support/random';
import { loud, silence } from '../support/scripted-audio';
import { WAYS } from './chaos-session';
import { FaultProxy } from './fault-proxy';

/** `HALF_OPEN_TRIES=100 npm test -- test/chaos/half-open.test.ts` is the whole proof. */
const TRIES = Number(process.env.HALF_OPEN_TRIES ?? 10);
const SEED = Number(process.env.HALF_OPEN_SEED ?? 1);

/** One long sentence, with a word for each 100 ms of audio. */
const SENTENCE = {
  text: Array.from({ length: 700 }, (_, index) => `w${index}`).join(' '),
  atMs: 0,
  endMs: 70_000,
};

describe('a link that is half open', () => {
  const rig = useLibRig();

  for (let index = 0; index < TRIES; index++) {
    it(`is noticed within its bound, and replaced: seed ${SEED}, try ${index}`, async () => {
      const random = new Random(SEED).part(index);
      const { model, mode } = random.pick(WAYS);
      const pingIntervalMs = random.int(1000, 30_000);
      const pongTimeoutMs = random.int(500, 10_000);
      const clock = new ManualClock();
      await rig.serve({ utterances: [SENTENCE] });
      const proxy = await FaultProxy.start({
        port: rig.service.port,
        planFor: () => ({ faults: [] }),
        clock,
      });
      const recorded = rig.open({
        address: proxy.url,
        model,
        mode,
        pingIntervalMs,
        pongTimeoutMs,
        // The clock may advance far while the new connection is being made.
        connectTimeoutMs: 600_000,
        environment: { clock },
      });
      try {
        await recorded.next('opened');
        await live(recorded, clock, random);
        assert.deepEqual(recorded.of('reconnecting'), []);

        proxy.halfOpen();
        // It makes no difference whether anything is still sent.
        if (random.chance(0.5)) await recorded.session.append(silence(200));
        clock.advance(pingIntervalMs + pongTimeoutMs);
        const [reconnecting] = recorded.of('reconnecting');
        assert.ok(reconnecting, `not noticed within ${pingIntervalMs} + ${pongTimeoutMs} ms`);

        clock.advance(reconnecting.delayMs);
        const { lostMs } = await recorded.next('resumed');
        assert.equal(lostMs, 0);
        assert.equal(rig.service.sessions.length, 2);
      } finally {
        recorded.session.abort();
        await proxy.close();
      }
    });
  }

  it('loses nothing that was said before the microphone was switched off', async () => {
    const clock = new ManualClock();
    await rig.serve({ utterances: [{ text: 'Lights on.', atMs: 0, endMs: 900 }] });
    const proxy = await FaultProxy.start({ port: rig.service.port, planFor: () => ({ faults: [] }), clock });
    const recorded = rig.open({ address: proxy.url, connectTimeoutMs: 600_000, environment: { clock } });
    try {
      await recorded.next('opened');
      proxy.halfOpen();
      await recorded.session.append(loud(1000));
      // Ping and answer have 20 s and 10 s by default.
      clock.advance(31_000);
      await recorded.next('resumed');
      await recorded.next('interim');
      await recorded.session.append(silence(1000));
      assert.equal((await recorded.next('final')).text, 'Lights on.');
    } finally {
      recorded.session.abort();
      await proxy.close();
    }
  });
});

/** Runs up to a minute on a good link. The clock waits until every answer is there. */
async function live(recorded: RecordedSession, clock: ManualClock, random: Random): Promise<void> {
  for (let steps = random.int(0, 60); steps > 0; steps--) {
    clock.advance(random.int(0, 500));
    const interims = recorded.of('interim').length;
    await recorded.session.append(silence(200));
    await recorded.next('interim', interims + 1);
  }
}
