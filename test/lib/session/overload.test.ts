import assert from 'node:assert/strict';
import { openSession } from '../../../lib';
import type { AsrError, SessionOptions } from '../../../lib';
import { ManualClock } from '../../support/clocks';
import { handPlayed } from '../../support/hand-played';
import { frames } from '../../support/documented-frames';
import { useLibRig } from '../../support/lib-rig';
import { loud, RAW, silence } from '../../support/scripted-audio';
import { noise } from '../../support/wav-files';

describe('more audio than can be sent', () => {
  const rig = useLibRig();

  /** Audio is held until the clock moves: a burst of 500 ms is sent, and then real time. */
  async function slow(options: SessionOptions) {
    const clock = new ManualClock();
    await rig.serve({ utterances: [] }, { keepAudio: true });
    const recorded = rig.open({
      environment: { clock },
      pace: { burstMs: 500, multiple: 1 },
      maxHeldAudioMs: 1000,
      answerTimeoutMs: 3_600_000,
      ...options,
    });
    await recorded.session.ready();
    return { clock, recorded };
  }

  it('is refused as a whole by the policy "fail", until there is room', async () => {
    const { clock, recorded } = await slow({ overload: 'fail' });
    const { session } = recorded;
    const audio = noise(1500 * 32);
    await session.append(audio);
    assert.equal(session.statistics().audioHeldMs, 1000);
    await assert.rejects(session.append(silence(100)), (error: AsrError) => {
      assert.equal(error.code, 'HELD_AUDIO_LIMIT');
      assert.equal(error.retryable, true);
      assert.match(error.message, /1000 ms of audio wait.*This audio was not taken/);
      return true;
    });
    assert.equal(session.statistics().audioInMs, 1500);
    clock.advance(200);
    await session.append(silence(100));
    clock.advance(10_000);
    const statistics = await session.finish();
    assert.equal(statistics.audioInMs, 1600);
    assert.equal(statistics.audioLostMs, 0);
    assert.ok(Buffer.concat(rig.service.sessions[0]!.audio).subarray(0, audio.length).equals(audio));
  });

  it('drops the oldest audio by the policy "dropOldest", with one warning of its length, and keeps times right', async () => {
    const { clock, recorded } = await slow({ overload: 'dropOldest' });
    const { session } = recorded;
    const audio = noise(4000 * 32);
    const hints = { encoding: 's16le' };
    for (let at = 0; at < audio.length; at += 3200)
      await session.append(audio.subarray(at, at + 3200), hints);
    assert.equal(session.statistics().audioHeldMs, 1000);
    assert.equal(session.statistics().audioLostMs, 2500);
    assert.equal(recorded.of('warning').length, 0);
    for (let i = 0; i < 20; i += 1) clock.advance(100);
    const statistics = await session.finish();
    assert.deepEqual(
      recorded
        .of('warning')
        .map(({ code, message }) => [code, message.startsWith('2500 ms of audio were dropped')]),
      [['AUDIO_DROPPED', true]],
    );
    const expected = Buffer.concat([audio.subarray(0, 500 * 32), audio.subarray(3000 * 32)]);
    assert.ok(Buffer.concat(rig.service.sessions[0]!.audio).equals(expected));
    assert.equal(statistics.audioInMs, 4000);
    assert.equal(statistics.audioSentMs, 1500);
    assert.equal(statistics.audioLostMs, 2500);
  });

  it('keeps the times of sentences behind the gap', async () => {
    const clock = new ManualClock();
    // 500 ms are sent and 2500 ms are dropped. The service hears this sentence 700 ms into the audio that it got.
    await rig.serve({ utterances: [{ text: 'Hello.', atMs: 700, endMs: 1000 }] });
    const recorded = rig.open({
      environment: { clock },
      pace: { burstMs: 500, multiple: 1 },
      maxHeldAudioMs: 1000,
      overload: 'dropOldest',
    });
    await recorded.session.ready();
    for (let i = 0; i < 40; i += 1) await recorded.session.append(silence(100));
    for (let i = 0; i < 20; i += 1) clock.advance(100);
    await recorded.session.finish();
    const [final] = recorded.of('final');
    assert.deepEqual([final?.beginMs, final?.endMs], [3200, 3500]);
  });

  it('is bounded while there is no connection, and the dropped length is reported after it', async () => {
    const clock = new ManualClock();
    await rig.serve({ connections: [{ faults: [{ atAudioMs: 700, do: 'terminate' }] }, {}] });
    const recorded = rig.open({
      environment: { clock, random: () => 1 },
      maxHeldAudioMs: 1000,
      overload: 'dropOldest',
    });
    await recorded.session.append(silence(700));
    await recorded.next('reconnecting');
    for (let i = 0; i < 30; i += 1) await recorded.session.append(silence(100));
    clock.advance(500);
    const resumed = await recorded.next('resumed');
    assert.equal(resumed.lostMs, 2700);
    assert.equal(resumed.replayedMs, 0);
    const statistics = await recorded.session.finish();
    assert.equal(statistics.audioLostMs, 2700);
    assert.equal(statistics.audioSentMs, 1700);
  });

  it('is reported repeatedly while audio is dropped without end', async () => {
    const { clock, recorded } = await slow({ overload: 'dropOldest' });
    for (let i = 0; i < 250; i += 1) {
      await recorded.session.append(silence(200));
      clock.advance(100);
    }
    const warnings = recorded.of('warning');
    assert.ok(warnings.length >= 1 && warnings.length <= 3, `${warnings.length} warnings`);
  });

  it('is never dropped from a container, which cannot begin in its middle', () => {
    assert.throws(
      () =>
        openSession({
          region: 'local',
          model: 'fun-asr-realtime',
          wireFormat: 'mp3',
          overload: 'dropOldest',
        }),
      { code: 'INVALID_OPTION', param: 'overload' },
    );
  });

  it('is bounded in bytes whatever the durations are', async () => {
    await rig.serve({ upgrade: { hang: true } });
    const { session } = rig.open({ maxHeldAudioMs: 2_000_000_000 });
    const megabyte = Buffer.alloc(1024 * 1024);
    let taken = 0;
    await assert.rejects(
      async () => {
        for (; taken < 100; taken += 1) await session.append(megabyte);
      },
      { code: 'HELD_AUDIO_LIMIT' },
    );
    assert.equal(taken, 64);
  });

  /** Of 4 s half a second is sent, and a second is held; the rest is dropped. @param piece 100 ms of it. */
  async function dropping(piece: Buffer) {
    const played = handPlayed({
      pace: { burstMs: 500, multiple: 1 },
      maxHeldAudioMs: 1000,
      overload: 'dropOldest',
    });
    played.sockets[0]!.accept();
    for (let ms = 0; ms < 4000; ms += 100) await played.session.append(piece, RAW);
    return played;
  }

  for (const [what, until, lostMs] of [
    ['is counted as lost', 0, 500 + 2500],
    ['is counted as lost as far as no final has it', 300, 200 + 2500],
    ['is not counted as lost where a final has it', 500, 2500],
  ] as const) {
    it(`is dropped, and audio that was sent before ${what}, when the connection is lost`, async () => {
      const { clock, sockets, session, recorded } = await dropping(loud(100));
      if (until > 0)
        sockets[0]!.say(frames.started('a', 0), frames.stopped('a', until), frames.completed('a', 'One.'));
      sockets[0]!.end(1006);
      assert.equal(session.statistics().audioLostMs, lostMs);
      clock.advance(1000);
      sockets[1]!.accept();
      // A loss is counted once.
      sockets[1]!.end(1006);
      assert.equal(session.statistics().audioLostMs, lostMs);
      assert.equal(recorded.of('resumed')[0]!.lostMs, until === 500 ? 0 : lostMs - 2500);
      session.abort();
    });
  }

  it('is dropped, and audio that was sent before counts as lost with a later connection only as long as it may be speech', async () => {
    for (const [audio, isCounted] of [
      [silence(100), false],
      [loud(100), true],
    ] as const) {
      for (const laterMs of [0, 90_000]) {
        const { clock, sockets, session } = await dropping(audio);
        for (let ms = 0; ms < laterMs; ms += 1000) {
          clock.advance(1000);
          await session.append(silence(100), RAW);
          sockets[0]!.pong();
        }
        sockets[0]!.end(1006);
        const expected = 2500 + (isCounted && laterMs === 0 ? 500 : 0);
        assert.equal(session.statistics().audioLostMs, expected, `${isCounted}, ${laterMs} ms later`);
        session.abort();
      }
    }
  });
});
