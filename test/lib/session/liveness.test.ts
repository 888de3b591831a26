import assert from 'node:assert/strict';
import type { SessionOptions } from '../../../lib';
import type { ScriptFault } from '../../../local-service';
import { ManualClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';
import { allArrived, watchedConnect } from '../../support/watched-connect';
import { noise } from '../../support/wav-files';

const FAST = { burstMs: 1e6 };

describe('a service that is connected and dead', () => {
  const rig = useLibRig();
  let clock: ManualClock;
  let watched: ReturnType<typeof watchedConnect>;

  beforeEach(() => {
    clock = new ManualClock();
    watched = watchedConnect();
  });

  const open = (options: SessionOptions = {}) =>
    rig.open({
      environment: { clock, random: () => 0, connect: watched.connect },
      pace: FAST,
      pingIntervalMs: 3_600_000,
      ...options,
    });

  const arrived = (connection: number, audioMs: number): Promise<void> =>
    allArrived(rig.service, watched.arrivals, audioMs, connection);

  /** The clock moves in steps, as time passes. */
  function pass(ms: number): void {
    for (let passed = 0; passed < ms; passed += 1000) clock.advance(1000);
  }

  it('is replaced within ping interval and timeout when its link is half open', async () => {
    const utterances = [{ text: 'Good morning everybody.', atMs: 200, endMs: 1100 }];
    await rig.serve({ utterances, connections: [{ faults: [{ atAudioMs: 700, do: 'halfOpen' }] }, {}] });
    const recorded = open({ pingIntervalMs: 4000, pongTimeoutMs: 1000, answerTimeoutMs: 60_000 });
    await recorded.session.append(silence(600));
    await recorded.next('interim');
    await recorded.session.append(silence(200));
    await arrived(0, 700);
    clock.advance(4999);
    assert.equal(recorded.session.state, 'open');
    clock.advance(1);
    assert.equal(recorded.session.state, 'reconnecting');
    assert.match(recorded.of('reconnecting')[0]!.reason, /no answer to a ping within 1000 ms/);
    clock.advance(0);
    await recorded.next('resumed');
    await recorded.session.append(silence(1000));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Good morning everybody.']);
    // The service's side reads nothing, so it never sees the end.
    await rig.service.close();
  });

  const mute: ScriptFault[] = (
    ['speechStarted', 'interim', 'speechStopped', 'committed', 'itemCreated', 'final'] as const
  ).map((on) => ({ on, do: 'drop' }));

  it('is replaced when it does not answer a commit, which is then answered by the next one', async () => {
    await rig.serve({ utterances: ['Hello.'], connections: [{ faults: mute }, {}] });
    const recorded = open({ mode: 'manual', answerTimeoutMs: 6000 });
    await recorded.session.append(silence(1000));
    const result = recorded.session.commit();
    await arrived(0, 1000);
    pass(10_000);
    assert.equal((await result).text, 'Hello.');
    assert.deepEqual(
      recorded.of('warning').map(({ code }) => code),
      ['SERVICE_SILENT'],
    );
    assert.deepEqual(recorded.finals, ['Hello.']);
    await recorded.session.finish();
  });

  it('is replaced when it is silent on audio that may be speech, once until there is text', async () => {
    await rig.serve({
      utterances: [{ text: 'Hello.', atMs: 200 }],
      connections: [{ faults: mute }, { utterances: [] }],
    });
    const recorded = open({ answerTimeoutMs: 6000 });
    await recorded.session.ready();
    await recorded.session.append(noise(12 * 32_000));
    await arrived(0, 12_000);
    pass(10_000);
    await recorded.next('resumed');
    assert.equal(recorded.of('resumed')[0]?.replayedMs, 12_000);
    await recorded.session.append(noise(12 * 32_000));
    await arrived(1, 24_000);
    pass(60_000);
    assert.equal(rig.service.sessions.length, 2);
    const silent = recorded.of('warning').filter(({ code }) => code === 'SERVICE_SILENT');
    assert.equal(silent.length, 1);
    recorded.session.abort();
    assert.equal(clock.pending, 0);
  });

  it('is kept while nobody speaks', async () => {
    await rig.serve({ utterances: [] });
    const recorded = open({ answerTimeoutMs: 6000, idle: { afterMs: 3_600_000 } });
    await recorded.session.ready();
    await recorded.session.append(silence(30_000));
    await arrived(0, 30_000);
    pass(60_000);
    assert.equal(recorded.session.state, 'open');
    assert.equal(recorded.of('warning').length, 0);
  });

  it('is kept in a sentence that its speaker never ends', async () => {
    await rig.serve({ utterances: ['Good morning everybody.'] });
    const recorded = open({ answerTimeoutMs: 6000, idle: { afterMs: 3_600_000 } });
    await recorded.session.append(silence(600));
    await recorded.next('interim');
    pass(60_000);
    assert.equal(recorded.session.state, 'open');
  });
});

describe('a connection that is old', () => {
  const rig = useLibRig();
  const ways: [name: string, options: SessionOptions][] = [
    ['VAD mode', { mode: 'vad' }],
    ['Manual mode', { mode: 'manual' }],
    ['a run-task model', { model: 'fun-asr-realtime' }],
  ];
  for (const [name, options] of ways) {
    it(`is replaced between two sentences, without losing or repeating a word (${name})`, async () => {
      const clock = new ManualClock();
      const one = { text: 'One two three.', atMs: 200, endMs: 1100 };
      // The time counts from the audio of the second connection, which repeats a little of the audio before.
      const two = { text: 'Four five.', atMs: 2900, endMs: 3500 };
      await rig.serve({
        utterances: options.mode === 'manual' ? [two] : [one, two],
        connections: [{ utterances: [one] }, {}],
      });
      const recorded = rig.open({
        environment: { clock },
        pace: FAST,
        maxAgeMs: 10_000,
        pingIntervalMs: 3_600_000,
        ...options,
      });
      const { session } = recorded;
      await session.append(silence(700));
      await recorded.next('interim');
      clock.advance(10_000);
      // The connection is not replaced in the middle of a sentence.
      assert.equal(rig.service.sessions.length, 1);
      await session.append(silence(options.mode === 'manual' ? 500 : 2000));
      if (options.mode === 'manual') await session.commit();
      await recorded.next('resumed');
      assert.equal(rig.service.sessions.length, 2);
      await session.append(silence(4000));
      const statistics = await session.finish();
      assert.deepEqual(recorded.finals, ['One two three.', 'Four five.']);
      assert.equal(recorded.of('reconnecting').length, 0);
      assert.equal(recorded.of('warning').length, 0);
      assert.equal(statistics.reconnects, 0);
      assert.equal(statistics.audioLostMs, 0);
      assert.equal(clock.pending, 0);
    });
  }

  it('is replaced although the service does not end the old one', async () => {
    const clock = new ManualClock();
    await rig.serve({ connections: [{ faults: [{ on: 'finished', do: 'delay', ms: 3_600_000 }] }, {}] });
    const recorded = rig.open({ environment: { clock }, maxAgeMs: 10_000 });
    await recorded.session.append(silence(1000));
    await recorded.session.ready();
    clock.advance(10_000);
    await waitUntil(() => rig.service.sessions[0]!.received.length >= 3, 'the finish');
    await recorded.session.append(silence(500));
    clock.advance(3000);
    await recorded.next('resumed');
    assert.equal(recorded.of('warning').length, 0);
    // Quiet audio that the old connection has confirmed is not sent again.
    await waitUntil(() => rig.service.sessions[1]!.audioBytes >= 500 * 32, 'the audio behind the finish');
    await recorded.session.finish();
  });

  it('is kept where no maximum age is set', async () => {
    const clock = new ManualClock();
    await rig.serve();
    const recorded = rig.open({
      environment: { clock },
      maxAgeMs: 0,
      pingIntervalMs: 3_600_000,
      idle: { afterMs: 3_600_000 },
    });
    await recorded.session.ready();
    clock.advance(3_000_000);
    assert.equal(recorded.session.state, 'open');
    assert.equal(rig.service.sessions.length, 1);
  });
});
