import assert from 'node:assert/strict';
import { ManualClock } from '../../support/clocks';
import { handPlayed } from '../../support/hand-played';
import { frames } from '../../support/documented-frames';
import { useLibRig } from '../../support/lib-rig';
import { loud, silence } from '../../support/scripted-audio';

/** The service's error after 23 s without audio (protocol.md B.5). */
const IDLE = JSON.stringify({
  header: {
    event: 'task-failed',
    error_code: 'CLIENT_ERROR',
    error_message: 'request timeout after 23 seconds.',
  },
  payload: {},
});

describe('a service that complains of missing audio after audio was sent', () => {
  const rig = useLibRig();

  it('is sent the audio again, because the line has stalled', async () => {
    const sentence = { text: 'Good morning.', atMs: 22_000, endMs: 23_000 };
    await rig.serve({
      connections: [
        { utterances: [sentence], faults: [{ atAudioMs: 22_500, do: 'send', text: IDLE }] },
        { utterances: ['Good morning.'] },
      ],
    });
    const clock = new ManualClock();
    const recorded = rig.open({
      model: 'fun-asr-realtime',
      pace: { burstMs: 60_000 },
      environment: { clock },
    });
    await recorded.session.append(silence(25_000));
    const { attempt, delayMs } = await recorded.next('reconnecting');
    assert.equal(attempt, 1);
    clock.advance(delayMs);
    await recorded.next('resumed');
    const statistics = await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Good morning.']);
    assert.equal(statistics.audioLostMs, 0);
    assert.ok(statistics.audioReplayedMs > 0);
    assert.deepEqual(recorded.of('warning'), []);
  });

  /** A minute of silence and what follows it, in a session whose service then finds no speech. */
  async function minuteAnd(rest: Buffer, model: string) {
    const { clock, sockets, session, recorded } = handPlayed({ model });
    sockets[0]!.open();
    sockets[0]!.sayOfTask('task-started');
    for (let seconds = 0; seconds < 60; seconds++) {
      await session.append(silence(1000));
      clock.advance(1000);
      sockets[0]!.pong();
    }
    await session.append(rest);
    sockets[0]!.sayOfTask('task-failed', {
      error_code: 'NO_INPUT_AUDIO_ERROR',
      error_message: 'No speech in 60 seconds of audio.',
    });
    return { session, recorded, sockets };
  }

  for (const model of ['fun-asr-realtime', 'paraformer-realtime-8k-v1']) {
    it(`is sent the last seconds again where somebody has just begun to speak (${model})`, async () => {
      const { session, recorded, sockets } = await minuteAnd(loud(500), model);
      assert.equal(sockets.length, 2);
      sockets[1]!.open();
      sockets[1]!.sayOfTask('task-started');
      const { audioReplayedMs, audioLostMs } = session.statistics();
      assert.ok(audioReplayedMs >= 1500 && audioReplayedMs <= 5000, `${audioReplayedMs} ms`);
      assert.deepEqual([audioLostMs, recorded.of('reconnecting')], [0, []]);
      session.abort();
    });
  }

  it('is sent nothing where it has found no speech in silence', async () => {
    const { session, sockets } = await minuteAnd(silence(500), 'fun-asr-realtime');
    assert.deepEqual([session.state, sockets.length], ['sleeping', 1]);
    session.abort();
  });

  it('is sent nothing again where it found no speech in all that it was asked about', async () => {
    const { clock, sockets, session } = handPlayed({ model: 'fun-asr-realtime', idle: { afterMs: 1000 } });
    sockets[0]!.open();
    sockets[0]!.sayOfTask('task-started');
    await session.append(loud(300));
    clock.advance(1500);
    assert.ok(sockets[0]!.sent.at(-1)!.includes('finish-task'));
    sockets[0]!.sayOfTask('task-failed', { error_code: 'NO_VALID_AUDIO_ERROR', error_message: 'No audio.' });
    clock.advance(60_000);
    assert.deepEqual([session.state, sockets.length], ['sleeping', 1]);
    session.abort();
  });

  it('is sent nothing again of the last word of a sentence that it has given', async () => {
    const { clock, sockets, session } = handPlayed({ pace: { burstMs: 60_000 } });
    sockets[0]!.accept();
    clock.advance(15_000);
    sockets[0]!.pong();
    await session.append(Buffer.concat([loud(10_150), silence(1350)]));
    sockets[0]!.say(frames.started('a', 0), frames.stopped('a', 10_000), frames.completed('a', 'One.'));
    clock.advance(6000);
    await session.append(silence(100));
    sockets[0]!.end(1000);
    assert.deepEqual([session.state, sockets.length], ['sleeping', 1]);
    session.abort();
  });
});
