import assert from 'node:assert/strict';
import type { AsrError } from '../../../lib';
import { ManualClock, scaledClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { silence, wav } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';
import { noise } from '../../support/wav-files';
import { turns } from '../../support/turns';

const FAST = { burstMs: 1e6 };

describe('audio on its way through a session', () => {
  const rig = useLibRig();
  const served = () => rig.service.sessions[0]!;
  const arrived = () => Buffer.concat(served().audio);

  it('is held while the session connects, and then sent in order, byte for byte', async () => {
    await rig.serve({ faults: [{ on: 'configured', do: 'delay', ms: 20 }] }, { keepAudio: true });
    const { session } = rig.open();
    const audio = noise(20_002);
    for (const [from, to] of [
      [0, 7],
      [7, 5000],
      [5000, 5001],
      [5001, 20_002],
    ] as const) {
      await session.append(audio.subarray(from, to));
    }
    assert.equal(session.state, 'connecting');
    assert.equal(session.statistics().audioHeldMs, 625);
    await session.finish();
    assert.ok(arrived().equals(audio));
  });

  it('may be read from a buffer that the caller uses again after append', async () => {
    await rig.serve({}, { keepAudio: true });
    const { session } = rig.open();
    const audio = noise(9600);
    const reused = Buffer.alloc(1600);
    for (let offset = 0; offset < audio.length; offset += reused.length) {
      audio.copy(reused, 0, offset);
      await session.append(reused);
      reused.fill(0xff);
      // Half of the audio comes while the session connects, the other half while it is open.
      if (offset === 4800) await session.ready();
    }
    await session.finish();
    assert.ok(arrived().equals(audio));
  });

  it('is sent on arrival once the session is open', async () => {
    await rig.serve();
    const { session } = rig.open();
    await session.ready();
    await session.append(silence(20));
    assert.equal(session.statistics().audioSentMs, 20);
    await waitUntil(() => served().audioBytes === 640, 'the audio');
  });

  for (const sampleRateHz of [16000, 8000]) {
    it(`goes out in messages of at most 100 ms at ${sampleRateHz} Hz, also when it is appended at once`, async () => {
      await rig.serve({}, { keepAudio: true });
      const { session } = rig.open({ sampleRateHz, pace: FAST });
      const audio = silence(60_050, sampleRateHz);
      await session.append(audio.subarray(0, audio.length / 2));
      await session.ready();
      await session.append(audio.subarray(audio.length / 2));
      await session.finish();
      assert.equal(arrived().length, audio.length);
      assert.ok(served().audio.every(({ length }) => length <= sampleRateHz / 5 && length % 2 === 0));
      await waitUntil(() => served().closed?.code === 1000, 'the close');
      assert.equal(session.statistics().audioSentMs, 60_050);
    });
  }

  it('is refused with an error from a caller who does not wait, without losing what was accepted', async () => {
    await rig.serve({ upgrade: { hang: true } });
    const { session } = rig.open({ maxHeldAudioMs: 1000 });
    const answers: Promise<string>[] = [];
    for (let i = 0; i < 1000; i += 1) {
      answers.push(
        session.append(silence(100)).then(
          () => 'taken',
          (error: unknown) => (error as AsrError).code,
        ),
      );
    }
    const { audioInMs, audioHeldMs } = session.statistics();
    assert.equal(audioInMs, audioHeldMs);
    // One second may be held, and a hundred calls may wait.
    assert.ok(audioHeldMs >= 1000 && audioHeldMs <= 12_000, String(audioHeldMs));
    session.abort();
    const codes = await Promise.all(answers);
    assert.ok(codes.includes('HELD_AUDIO_LIMIT'));
    assert.equal(codes.filter((code) => code === 'taken').length, 10);
  });

  it('makes append wait past maxHeldAudioMs, until there is room again', async () => {
    await rig.serve({ upgrade: { hang: true } });
    const hanging = rig.open({ maxHeldAudioMs: 1000 });
    await hanging.session.append(silence(1000));
    let accepted = false;
    void hanging.session.append(silence(10)).then(() => (accepted = true));
    await turns();
    assert.equal(accepted, false);
    hanging.session.abort();

    const clock = new ManualClock();
    await rig.serve();
    const { session } = rig.open({
      maxHeldAudioMs: 1000,
      pace: { burstMs: 500, multiple: 1 },
      environment: { clock },
    });
    const waits = session.append(silence(2000));
    void waits.then(() => (accepted = true));
    await session.ready();
    await waitUntil(() => session.statistics().audioHeldMs === 1500, 'the burst to go out');
    assert.equal(accepted, false);
    clock.advance(600);
    await waits;
    assert.ok(session.statistics().audioHeldMs <= 1000);
  });

  it('is not sent faster than the service takes it: ten minutes of a file arrive without a 1007', async () => {
    const scale = 40;
    await rig.serve({ utterances: ['Hello.'] }, { timeScale: scale });
    const recorded = rig.open({
      environment: { clock: scaledClock(scale) },
      // On a machine with other tests, an answer may take longer than a scaled timeout.
      pingIntervalMs: 3_600_000,
      connectTimeoutMs: 3_600_000,
      configureTimeoutMs: 3_600_000,
      answerTimeoutMs: 3_600_000,
      finishTimeoutMs: 3_600_000,
    });
    const chunk = silence(2000);
    for (let i = 0; i < 300; i++) await recorded.session.append(chunk);
    const statistics = await recorded.session.finish();
    await waitUntil(() => served().closed?.code === 1000, 'the close');
    assert.equal(served().audioBytes, 600_000 * 32);
    assert.equal(statistics.audioLostMs, 0);
    assert.deepEqual(recorded.finals, ['Hello.']);
  });

  it('would end with 1007 if it were sent faster', async () => {
    await rig.serve();
    const recorded = rig.open({ pace: { burstMs: 1e6 }, maxHeldAudioMs: 1e6 });
    await recorded.session.append(silence(150_000));
    const error = await recorded.failure();
    assert.equal(error.code, 'PROTOCOL_REJECTED');
    assert.equal(error.closeCode, 1007);
    assert.match(error.message, /faster than/);
  });

  it('is sent at the pace that was asked for', async () => {
    const clock = new ManualClock();
    await rig.serve();
    const { session } = rig.open({ pace: { burstMs: 1000, multiple: 2 }, environment: { clock } });
    await session.append(silence(10_000));
    await session.ready();
    for (let seconds = 0; seconds <= 4; seconds++) {
      const { audioSentMs } = session.statistics();
      assert.ok(Math.abs(audioSentMs - (1000 + seconds * 2000)) <= 100, `${audioSentMs} after ${seconds} s`);
      for (let i = 0; i < 100; i++) clock.advance(10);
    }
  });

  it('may alternate between WAV files and raw PCM, in chunks', async () => {
    await rig.serve({}, { keepAudio: true });
    const { session } = rig.open();
    const audio = noise(3200);
    const file = wav(audio);
    for (let offset = 0; offset < file.length; offset += 37)
      await session.append(file.subarray(offset, offset + 37));
    await session.append(audio);
    await session.append(file);
    await session.append(new Int16Array(new Uint8Array(audio).buffer));
    await session.append(new Uint8Array(audio).buffer);
    await session.finish();
    assert.ok(arrived().equals(Buffer.concat([audio, audio, audio, audio, audio])));
  });

  it('is refused when it is no audio, without being sent, and the session lives on', async () => {
    await rig.serve({}, { keepAudio: true });
    const { session } = rig.open();
    const audio = noise(640);
    await session.append(audio);
    for (const bad of [null, undefined, 'text', 7, [1], {}]) {
      await assert.rejects(session.append(bad as Buffer), { code: 'BAD_AUDIO' });
    }
    const page = Buffer.from(`<!DOCTYPE html>${' '.repeat(100)}`);
    await assert.rejects(session.append(page), { code: 'BAD_AUDIO', message: /an HTML page/ });
    await assert.rejects(session.append(audio, { bits: 17 }), { code: 'BAD_AUDIO', message: /17 bits/ });
    await session.append(audio);
    await session.finish();
    assert.ok(arrived().equals(Buffer.concat([audio, audio])));
    assert.equal(session.statistics().audioInMs, 40);
  });

  it('may be empty without any effect', async () => {
    await rig.serve();
    const { session } = rig.open();
    await session.append(Buffer.alloc(0));
    await session.finish();
    assert.equal(served().audioFrames, 0);
  });

  it('is timed by 8 kHz in a session of 8 kHz', async () => {
    await rig.serve({ utterances: [{ text: 'Hello.', atMs: 500, endMs: 900 }] });
    const recorded = rig.open({ sampleRateHz: 8000 });
    await recorded.session.append(silence(2500, 8000));
    const statistics = await recorded.session.finish();
    assert.deepEqual([recorded.of('final')[0]?.beginMs, recorded.of('final')[0]?.endMs], [500, 900]);
    assert.equal(statistics.audioInMs, 2500);
  });
});
