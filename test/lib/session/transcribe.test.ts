import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { transcribe } from '../../../lib';
import type { AudioSource, SessionEvent, TranscribeOptions } from '../../../lib';
import { useLibRig } from '../../support/lib-rig';
import { silence, wav } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

describe('transcribe', () => {
  const rig = useLibRig();
  const run = (audio: AudioSource, options: TranscribeOptions = {}) =>
    transcribe(audio, { region: 'local', address: rig.service.url, ...options });

  const UTTERANCES = [
    { text: '今天天气真不错。', language: 'zh', emotion: 'neutral' },
    { text: 'Great!', emotion: 'happy' },
    { text: '阳光明媚，我们去公园吧。', language: 'zh', emotion: 'happy' },
  ];

  it('gives the text, the sentences, the language and the prevailing emotion of a recording', async () => {
    await rig.serve({ utterances: UTTERANCES });
    const events: SessionEvent[] = [];
    const transcript = await run(wav(silence(12_000)), { onEvent: (event) => events.push(event) });
    assert.equal(transcript.text, '今天天气真不错。Great!阳光明媚，我们去公园吧。');
    assert.deepEqual(
      transcript.sentences.map(({ text }) => text),
      UTTERANCES.map(({ text }) => text),
    );
    assert.equal(transcript.language, 'zh');
    assert.equal(transcript.emotion, 'happy');
    assert.equal(transcript.statistics.audioInMs, 12_000);
    const others = events.filter(({ type }) => type !== 'state');
    assert.equal(others[0]?.type, 'opened');
    assert.equal(events.at(-1)?.type, 'finished');
  });

  it('recognises the whole recording as one sentence in Manual mode', async () => {
    await rig.serve({ utterances: ['All of it.', 'Nothing more.'] });
    const transcript = await run(wav(silence(5000)), { mode: 'manual' });
    assert.equal(transcript.text, 'All of it.');
  });

  it('runs the session at the rate of the recording, where the model takes it', async () => {
    const service = await rig.serve({ utterances: ['Hello.'] });
    const at = async (audio: AudioSource, options?: TranscribeOptions) => {
      await run(audio, options);
      return service.sessions.at(-1)?.url && configuredRate(service.sessions.length - 1);
    };
    const configuredRate = (index: number) => {
      const update = service.sessions[index]?.received[0];
      return update?.kind === 'json' && (update.frame.session as { sample_rate: number }).sample_rate;
    };
    assert.equal(await at(wav(silence(1000, 8000), 8000)), 8000);
    assert.equal(await at(silence(1000, 8000), { hints: { rate: 8000 } }), 8000);
    assert.equal(await at(silence(1000), { hints: { encoding: 's16le' } }), 16000);
    assert.equal(await at(wav(silence(1000, 8000), 8000), { sampleRateHz: 16000 }), 16000);
    assert.equal(await at(wav(silence(1000, 44100), 44100)), 16000);
  });

  it('sends audio above 16 kHz as 16 kHz also where the model takes any rate, unless a rate is chosen', async () => {
    const service = await rig.serve({ utterances: ['Hello.'] });
    const rateOf = async (recordedHz: number, options: TranscribeOptions) => {
      await run(wav(silence(1000, recordedHz), recordedHz), options);
      const task = service.sessions.at(-1)?.received[0];
      const payload =
        task?.kind === 'json' ? (task.frame.payload as { parameters: { sample_rate: number } }) : undefined;
      return payload?.parameters.sample_rate;
    };
    for (const model of [
      'paraformer-realtime-v2',
      'qwen-audio-3.1-asr-flash-streaming',
      'fun-asr-realtime',
    ]) {
      assert.equal(await rateOf(44_100, { model }), 16_000, model);
      assert.equal(await rateOf(48_000, { model }), 16_000, model);
    }
    assert.equal(await rateOf(8000, { model: 'paraformer-realtime-v2' }), 8000);
    assert.equal(await rateOf(8000, { model: 'fun-asr-realtime' }), 16_000);
    assert.equal(await rateOf(44_100, { model: 'paraformer-realtime-v2', sampleRateHz: 44_100 }), 44_100);
  });

  it('passes opus through unchanged, in appends of Qwen too (protocol.md E 17)', async () => {
    const service = await rig.serve({ utterances: ['Hello.'] });
    const bytes = Buffer.from('OggS and what follows it');
    await run(bytes, { wireFormat: 'opus', mode: 'manual' }).catch(() => undefined);
    const [update, audio] = service.sessions[0]!.received;
    const session =
      update?.kind === 'json' ? (update.frame.session as { input_audio_format: string }) : undefined;
    assert.equal(session?.input_audio_format, 'opus');
    assert.equal(audio?.kind === 'audio' && audio.bytes, bytes.length);
  });

  it('reads the rate of a WAV that comes byte by byte', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const file = wav(silence(1000, 8000), 8000);
    const pieces = [...Array.from(file.subarray(0, 60), (byte) => Buffer.of(byte)), file.subarray(60)];
    assert.equal((await run(Readable.from(pieces))).text, 'Hello.');
  });

  it('refuses wrong options before it reads anything', async () => {
    await rig.serve();
    const stream = new PassThrough();
    await assert.rejects(run(stream, { model: 'nonsense' }), { code: 'INVALID_OPTION', param: 'model' });
    stream.destroy();
    assert.equal(rig.service.sessions.length, 0);
  });

  it('says what is wrong with audio that is empty, missing or of another kind, without a session left behind', async () => {
    await rig.serve();
    for (const audio of [new Uint8Array(0), './no such file.wav', Buffer.from('OggS\0\0\0\0')]) {
      await assert.rejects(run(audio), { code: 'BAD_AUDIO' });
    }
  });

  it("fails with the session's error, though the stream never ends", async () => {
    await rig.serve({ upgrade: { status: 401 } });
    const stream = new PassThrough();
    stream.write(wav(silence(1000)));
    await assert.rejects(run(stream), { code: 'AUTHENTICATION' });
    await waitUntil(() => stream.destroyed, 'the stream to be destroyed');
  });

  it('stops at its signal while the stream is silent, and closes stream and session', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const stream = new PassThrough();
    stream.write(wav(silence(1000)));
    const controller = new AbortController();
    const running = run(stream, {
      signal: controller.signal,
      onEvent: ({ type }) => {
        if (type === 'interim') controller.abort();
      },
    });
    await assert.rejects(running, { code: 'ABORTED' });
    await waitUntil(() => stream.destroyed, 'the stream to be destroyed');
    await assert.rejects(run(silence(100), { signal: controller.signal }), { code: 'ABORTED' });
  });

  it('stops at its signal while it waits for the last results', async () => {
    await rig.serve({
      utterances: ['Hello.'],
      faults: [{ on: 'finished', do: 'delay', ms: 3_600_000 }],
    });
    const controller = new AbortController();
    const running = run(wav(silence(1000)), {
      signal: controller.signal,
      onEvent: ({ type }) => {
        if (type === 'final') controller.abort();
      },
    });
    await assert.rejects(running, { code: 'ABORTED' });
  });

  it('fails when the connection is lost in the middle and reconnects are off', async () => {
    await rig.serve({ utterances: ['Good morning.'], faults: [{ atAudioMs: 700, do: 'terminate' }] });
    const lost = run(wav(silence(2000)), { reconnect: { maxAttempts: 0 } });
    await assert.rejects(lost, { code: 'CONNECTION_LOST' });
  });
});
