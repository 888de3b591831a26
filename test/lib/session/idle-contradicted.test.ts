import assert from 'node:assert/strict';
import { ManualClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

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
});
