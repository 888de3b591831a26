import assert from 'node:assert/strict';
import type { SessionOptions } from '../../../lib';
import type { ScriptConnection, ScriptFault } from '../../../local-service';
import { ManualClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import type { RecordedSession } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';
import { watchedConnect } from '../../support/watched-connect';
import { noise } from '../../support/wav-files';

const RUN_TASK = 'fun-asr-realtime';
const SOON = { reconnect: { baseDelayMs: 1 }, pace: { burstMs: 1e6 } };
const BROKEN: ScriptFault = { atAudioMs: 700, do: 'terminate' };

/** Every sentence has interims of one name, followed by one final. */
function checkSentences(recorded: RecordedSession, texts: string[]): void {
  assert.deepEqual(recorded.finals, texts);
  const ids = recorded.of('final').map(({ sentenceId }) => sentenceId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { sentenceId } of [...recorded.of('interim'), ...recorded.of('speechStarted')]) {
    assert.ok(ids.includes(sentenceId), `${sentenceId} has no final`);
  }
  const over = new Set<string>();
  for (const event of recorded.events) {
    if (event.type === 'final') over.add(event.sentenceId);
    if (event.type === 'interim') assert.ok(!over.has(event.sentenceId), 'an interim behind its final');
  }
}

describe('a session whose connection is lost', () => {
  const rig = useLibRig();
  const open = (options: SessionOptions = {}) => rig.open({ ...SOON, ...options });

  for (const model of ['qwen3-asr-flash-realtime', RUN_TASK]) {
    it(`continues the open sentence under its id, with times that go on (${model})`, async () => {
      const said = { text: 'Good morning everybody.', atMs: 200, endMs: 1100, emotion: 'happy' };
      await rig.serve({ utterances: [said], connections: [{ faults: [BROKEN] }, {}] });
      const recorded = open({ model });
      const { session } = recorded;
      await session.append(silence(700));
      await recorded.next('interim');
      await recorded.next('reconnecting');
      await session.append(silence(2500));
      const statistics = await session.finish();
      checkSentences(recorded, ['Good morning everybody.']);
      const [final] = recorded.of('final');
      assert.deepEqual([final?.beginMs, final?.endMs, final?.truncated], [200, 1100, undefined]);
      assert.equal(recorded.of('speechStarted').length, 1);
      assert.equal(recorded.of('speechStopped').length, 1);
      assert.equal(recorded.of('opened').length, 1);
      const lengths = recorded.of('interim').map(({ text }) => text.length);
      assert.deepEqual(
        lengths,
        [...lengths].sort((a, b) => a - b),
        'an interim never falls back',
      );
      // The session counts one interim and one final, as without the loss.
      assert.ok(recorded.of('emotion').length <= 2);
      assert.equal(recorded.of('resumed')[0]?.replayedMs, 700);
      assert.equal(recorded.of('resumed')[0]?.lostMs, 0);
      assert.equal(statistics.audioSentMs, 3200);
      assert.equal(statistics.audioReplayedMs, 700);
      assert.equal(statistics.audioLostMs, 0);
      assert.equal(statistics.reconnects, 1);
      assert.deepEqual(statistics.reconnectsByReason, { CONNECTION_LOST: 1 });
    });

    it(`repeats no sentence that was final before (${model})`, async () => {
      const one = { text: 'One two.', atMs: 200, endMs: 800 };
      const two = { text: 'Three four.', atMs: 3000, endMs: 3600 };
      await rig.serve({
        utterances: [one, two],
        connections: [{ faults: [{ atAudioMs: 3400, do: 'terminate' }] }, {}],
      });
      const recorded = open({ model });
      const { session } = recorded;
      await session.append(silence(2800));
      await recorded.next('final');
      await session.append(silence(600));
      await recorded.next('reconnecting');
      await session.append(silence(2500));
      const statistics = await session.finish();
      checkSentences(recorded, ['One two.', 'Three four.']);
      assert.deepEqual(
        recorded.of('final').map(({ beginMs, endMs }) => [beginMs, endMs]),
        [
          [200, 800],
          [3000, 3600],
        ],
      );
      assert.equal(statistics.finals, 2);
    });

    it(`loses nothing that is spoken while there is no connection (${model})`, async () => {
      const said = { text: 'Hello.', atMs: 3000, endMs: 3300 };
      await rig.serve({
        connections: [{ faults: [BROKEN] }, { upgrade: { status: 503 } }, { utterances: [said] }],
      });
      const recorded = open({ model, reconnect: { baseDelayMs: 30 } });
      const { session } = recorded;
      await session.append(silence(700));
      await recorded.next('reconnecting');
      assert.equal(session.state, 'reconnecting');
      await session.append(silence(4000));
      assert.equal(session.statistics().audioHeldMs, 4000);
      const statistics = await session.finish();
      checkSentences(recorded, ['Hello.']);
      assert.equal(recorded.of('final')[0]?.beginMs, 3000);
      assert.deepEqual(
        recorded.of('reconnecting').map(({ attempt }) => attempt),
        [1, 2],
      );
      assert.equal(statistics.reconnects, 1);
    });
  }

  it('sends the same bytes again from the first one that is needed', async () => {
    const utterances = [{ text: 'One.', atMs: 200, endMs: 500 }];
    const cut: ScriptConnection = { utterances, faults: [{ atAudioMs: 30_000, do: 'terminate' }] };
    await rig.serve({ connections: [cut, {}] }, { keepAudio: true });
    const recorded = open({ maxReplayAudioMs: 40_000, pingIntervalMs: 3_600_000 });
    const audio = noise(40_000 * 32);
    for (let at = 0; at < audio.length; at += 3210)
      await recorded.session.append(audio.subarray(at, at + 3210));
    await recorded.session.finish();
    const [first, second] = rig.service.sessions.map((session) => Buffer.concat(session.audio));
    assert.ok(first?.equals(audio.subarray(0, first.length)));
    const { replayedMs } = recorded.of('resumed')[0]!;
    assert.ok(replayedMs > 28_000 && replayedMs % 1 === 0, String(replayedMs));
    assert.ok(second?.equals(audio.subarray(audio.length - second.length)));
    assert.equal(recorded.session.statistics().audioReplayedMs, replayedMs);
  });

  it('gives each sentence once after two losses in a row, also when the second comes while it resumes', async () => {
    const utterances = [{ text: 'Good morning everybody.', atMs: 200, endMs: 1100 }];
    const cut = (atAudioMs: number): ScriptConnection => ({ faults: [{ atAudioMs, do: 'terminate' }] });
    await rig.serve({ utterances, connections: [cut(900), cut(400), cut(900), {}] });
    const recorded = open();
    await recorded.session.append(silence(900));
    await recorded.next('resumed', 3);
    await recorded.session.append(silence(2000));
    const statistics = await recorded.session.finish();
    checkSentences(recorded, ['Good morning everybody.']);
    assert.equal(statistics.reconnects, 3);
    assert.equal(statistics.audioSentMs, 2900);
  });

  it('gives a sentence that is not recognised again with its last text, before the next one', async () => {
    await rig.serve({
      connections: [
        {
          utterances: [{ text: 'Some noise here.', atMs: 200, endMs: 2000 }],
          faults: [{ atAudioMs: 1900, do: 'terminate' }],
        },
        { utterances: [{ text: 'Hello.', atMs: 4000, endMs: 4300 }] },
      ],
    });
    const recorded = open();
    await recorded.session.append(silence(1900));
    await recorded.next('resumed');
    await recorded.session.append(silence(5000));
    await recorded.session.finish();
    checkSentences(recorded, ['Some noise', 'Hello.']);
    assert.deepEqual(
      recorded.of('final').map(({ truncated }) => truncated),
      [true, undefined],
    );
  });

  it('continues a sentence that the replay joins to the one before, also when a later one begins before its final', async () => {
    const [one, two, six] = ['One two.', 'Three four five.', 'Six.'];
    await rig.serve({
      connections: [
        {
          utterances: [
            { text: one, atMs: 500, endMs: 2000 },
            { text: two, atMs: 2900, endMs: 5000 },
          ],
          faults: [{ atAudioMs: 4500, do: 'terminate' }],
        },
        {
          utterances: [
            { text: `${one} ${two}`, atMs: 300, endMs: 4800 },
            { text: six, atMs: 5800, endMs: 7000 },
          ],
          faults: [{ on: 'final', nth: 1, do: 'hold', ms: 500 }],
        },
      ],
    });
    const recorded = open();
    await recorded.session.append(silence(4500));
    await recorded.next('resumed');
    await recorded.session.append(silence(4500));
    await recorded.next('final', 3);
    await recorded.session.finish();
    assert.deepEqual([...recorded.finals].sort(), [one, two, six].sort());
    assert.deepEqual(
      recorded.of('final').map(({ truncated }) => truncated),
      [undefined, undefined, undefined],
    );
    const ids = new Set(recorded.of('final').map(({ sentenceId }) => sentenceId));
    assert.ok(recorded.of('interim').every(({ sentenceId }) => ids.has(sentenceId)));
  });

  it('drops audio that is older than it may keep, reports its length, and goes on', async () => {
    await rig.serve({
      connections: [
        {
          utterances: [{ text: 'A very long sentence.', atMs: 200, endMs: 60_000 }],
          faults: [{ atAudioMs: 20_000, do: 'terminate' }],
        },
        { utterances: [{ text: 'Rest.', atMs: 1000, endMs: 2000 }] },
      ],
    });
    const recorded = open({ maxReplayAudioMs: 5000 });
    for (let second = 0; second < 20; second += 1)
      await recorded.session.append(noise(32_000), { rate: 16_000 });
    await recorded.next('resumed');
    await recorded.session.append(silence(3000), { rate: 16_000 });
    const statistics = await recorded.session.finish();
    const [resumed] = recorded.of('resumed');
    assert.ok(resumed!.lostMs >= 14_500 && resumed!.lostMs <= 15_000, String(resumed?.lostMs));
    assert.equal(statistics.audioLostMs, resumed?.lostMs);
    assert.ok(resumed!.replayedMs <= 5000, String(resumed?.replayedMs));
    assert.deepEqual(
      recorded.of('warning').map(({ code }) => code),
      ['AUDIO_DROPPED'],
    );
    assert.match(recorded.of('warning')[0]!.message, new RegExp(`${resumed?.lostMs} ms of audio`));
    assert.equal(recorded.of('final').at(-1)?.text, 'Rest.');
    // The times count from the audio that was given.
    assert.equal(recorded.of('final').at(-1)?.endMs, 20_000 - resumed!.replayedMs + 2000);
  });

  it('replays no more quiet audio than a service needs to detect silence', async () => {
    const clock = new ManualClock();
    const { arrivals, connect } = watchedConnect();
    await rig.serve({ connections: [{ faults: [{ atAudioMs: 60_000, do: 'terminate' }] }, {}] });
    const recorded = open({
      environment: { clock, connect, random: () => 0 },
      pingIntervalMs: 2000,
      pongTimeoutMs: 2000,
    });
    await recorded.session.ready();
    for (let second = 0; second < 59; second += 1) {
      await recorded.session.append(silence(1000));
      clock.advance(1000);
      const pings = Math.floor((second + 1) / 2);
      await waitUntil(() => arrivals[0]!.pongs >= pings, 'the answer to the ping');
    }
    await recorded.session.append(silence(1000));
    await recorded.next('reconnecting');
    clock.advance(0);
    const { replayedMs } = await recorded.next('resumed');
    assert.ok(replayedMs <= 12_000, String(replayedMs));
    assert.equal(recorded.session.statistics().audioLostMs, 0);
  });

  it('sends a container again from its beginning, and reports when that is no longer kept', async () => {
    const cut: ScriptConnection = { faults: [{ atAudioMs: 700, do: 'terminate' }] };
    await rig.serve({ connections: [cut, {}, cut, {}] }, { keepAudio: true });
    const file = noise(24_000);
    const recorded = open({ model: RUN_TASK, wireFormat: 'mp3' });
    await recorded.session.append(file);
    await recorded.next('resumed');
    await recorded.session.finish();
    assert.ok(Buffer.concat(rig.service.sessions[1]!.audio).equals(file));
    const long = open({ model: RUN_TASK, wireFormat: 'mp3', maxReplayAudioMs: 100 });
    for (let at = 0; at < 100_000; at += 4000) await long.session.append(file.subarray(0, 4000));
    const error = await long.failure();
    assert.equal(error.code, 'CONNECTION_LOST');
    assert.match(error.message, /mp3 audio is longer than what is kept/);
  });
});
