import assert from 'node:assert/strict';
import { openSession } from '../../../lib';
import type { SessionOptions } from '../../../lib';
import { StatisticsCounter } from '../../../lib/session/events/statistics';
import { FakeSocket } from '../../support/fake-socket';
import { ManualClock } from '../../support/clocks';
import { RecordedSession, useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

/** The parts of a session without a connection, on a clock that stands still. */
function openByHand(clock: ManualClock, options: SessionOptions = {}) {
  const socket = new FakeSocket();
  const session = openSession({
    region: 'local',
    environment: { clock, connect: socket.connect },
    ...options,
  });
  return { socket, recorded: new RecordedSession(session) };
}

describe('StatisticsCounter', () => {
  it('omits fields that were not measured', () => {
    assert.deepEqual(new StatisticsCounter(32).snapshot(0), {
      audioInMs: 0,
      audioSentMs: 0,
      audioReplayedMs: 0,
      audioLostMs: 0,
      audioGatedMs: 0,
      audioHeldMs: 0,
      reconnects: 0,
      reconnectsByReason: {},
      finals: 0,
      characters: 0,
    });
  });

  it('counts audio in milliseconds, the first text and the latencies of finals', () => {
    const counter = new StatisticsCounter(32);
    counter.audioInBytes += 32_000;
    counter.sent(16_000, 1000);
    counter.text('s', 1300);
    counter.text('s', 1900);
    for (const latency of [300, 100, 200, 10_000]) counter.final('Hi.', latency);
    const statistics = counter.snapshot(16_000);
    assert.equal(statistics.audioInMs, 1000);
    assert.equal(statistics.audioSentMs, 500);
    assert.equal(statistics.audioHeldMs, 500);
    assert.equal(statistics.firstInterimMs, 300);
    assert.equal(statistics.finalLatencyP50Ms, 200);
    assert.equal(statistics.finalLatencyP95Ms, 10_000);
    assert.equal(statistics.finalLatencyMaxMs, 10_000);
    assert.equal(statistics.finals, 4);
    assert.equal(statistics.characters, 12);
  });

  it('measures each sentence from when the beginning of its speech was sent to its first text', () => {
    const counter = new StatisticsCounter(32);
    assert.equal(counter.snapshot(0).interimLatencyMaxMs, undefined);
    for (const [i, latency] of [80, 20, 50].entries()) {
      counter.speechStarted(`s${i}`, 1000 * i);
      counter.text(`s${i}`, 1000 * i + latency);
      counter.text(`s${i}`, 1000 * i + 900);
    }
    // The text of another sentence, and of one whose beginning is unknown, gives no latency.
    counter.speechStarted('s3', 3000);
    counter.text('s2', 9000);
    counter.speechStarted('s4', undefined);
    counter.text('s4', 9999);
    const { interimLatencyP50Ms, interimLatencyP95Ms, interimLatencyMaxMs } = counter.snapshot(0);
    assert.deepEqual([interimLatencyP50Ms, interimLatencyP95Ms, interimLatencyMaxMs], [50, 80, 80]);
  });

  it('keeps only the newest latencies of a long session, and the maximum of all', () => {
    const counter = new StatisticsCounter(32);
    counter.final('x', 99_999);
    for (let i = 0; i < 512; i++) counter.final('x', i);
    const statistics = counter.snapshot(0);
    assert.equal(statistics.finalLatencyMaxMs, 99_999);
    assert.equal(statistics.finalLatencyP50Ms, 255);
    assert.equal(statistics.finalLatencyP95Ms, 486);
  });

  it('counts reconnects by what ended the lost connection', () => {
    const counter = new StatisticsCounter(32);
    assert.deepEqual(counter.snapshot(0).reconnectsByReason, {});
    for (const code of ['CONNECTION_LOST', 'THROTTLED', 'CONNECTION_LOST'] as const)
      counter.reconnected(code);
    const { reconnects, reconnectsByReason } = counter.snapshot(0);
    assert.equal(reconnects, 3);
    assert.deepEqual(reconnectsByReason, { CONNECTION_LOST: 2, THROTTLED: 1 });
  });
});

describe('the statistics event', () => {
  const rig = useLibRig();

  it('comes at its interval while the session lives, and leaves no timer behind', async () => {
    const clock = new ManualClock();
    const { socket, recorded } = openByHand(clock, { statisticsIntervalMs: 1000 });
    clock.advance(999);
    assert.equal(recorded.of('statistics').length, 0);
    clock.advance(1);
    socket.accept();
    await recorded.session.append(silence(500));
    clock.advance(2000);
    const told = recorded.of('statistics').map(({ statistics }) => statistics.audioSentMs);
    assert.deepEqual(told, [0, 500, 500]);
    recorded.session.abort();
    assert.equal(clock.pending, 0);
    assert.equal(recorded.types.at(-1), 'finished');
  });

  it('may be the event whose listener ends the session', () => {
    const clock = new ManualClock();
    const { recorded } = openByHand(clock, { statisticsIntervalMs: 1000 });
    recorded.session.on('statistics', () => {
      recorded.session.abort();
    });
    clock.advance(5000);
    assert.equal(clock.pending, 0);
    assert.equal(recorded.of('statistics').length, 1);
  });

  it('is kept only once for a reader who comes late', async () => {
    const clock = new ManualClock();
    const { recorded } = openByHand(clock, { statisticsIntervalMs: 1000 });
    const reader = recorded.session[Symbol.asyncIterator]();
    clock.advance(3000);
    recorded.session.abort();
    const types: string[] = [];
    for await (const { type } of reader) types.push(type);
    assert.equal(recorded.of('statistics').length, 3);
    assert.deepEqual(types, ['statistics', 'state', 'finished']);
  });

  it('does not come unless an interval is set', () => {
    const clock = new ManualClock();
    const { recorded } = openByHand(clock);
    clock.advance(9000);
    assert.deepEqual(recorded.types, []);
    recorded.session.abort();
    assert.throws(() => openByHand(clock, { statisticsIntervalMs: 5 }), /statisticsIntervalMs.*from 100/);
  });

  it('has the latencies of real frames of both protocols', async () => {
    await rig.serve({ utterances: ['Good morning everybody.', 'And good night.'] });
    const recorded = rig.open();
    await recorded.session.append(silence(6000));
    const statistics = await recorded.session.finish();
    assert.equal(statistics.finals, 2);
    for (const kind of ['interim', 'final'] as const) {
      const [p50 = -1, p95 = -1, max = -1] = (['P50', 'P95', 'Max'] as const).map(
        (which) => statistics[`${kind}Latency${which}Ms`],
      );
      assert.ok(p50 >= 0 && p95 >= p50 && max >= p95 && max < 5000, `${kind}: ${p50} ${p95} ${max}`);
    }
  });
});
