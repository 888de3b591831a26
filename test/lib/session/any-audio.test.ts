import assert from 'node:assert/strict';
import { transcribe } from '../../../lib';
import type { WarningCode } from '../../../lib';
import { fixture } from '../../support/audio-fixtures';
import { decodeChunks, likeness } from '../../support/decode-chunks';
import { JFK_PCM } from '../../support/jfk';
import { useLibRig } from '../../support/lib-rig';
import { deadSilence, silence, wav } from '../../support/scripted-audio';

describe('audio of any format in a session', () => {
  const rig = useLibRig();
  const arrived = (): Buffer => Buffer.concat(rig.service.sessions[0]!.audio);
  const WEBM = (): Buffer => fixture('a.webm', '-c:a libopus -ar 48000');

  it('arrives in order, however long a decoder takes to load, also where append is not awaited', async () => {
    await rig.serve({}, { keepAudio: true });
    const { session } = rig.open();
    const webm = WEBM();
    const mp3 = fixture('a.mp3', '-ar 44100 -ac 2');
    const buffer = Buffer.alloc(4096);
    for (let at = 0; at < webm.length; at += 4096) {
      const size = webm.copy(buffer, 0, at, at + 4096);
      // `append` is not awaited, and the memory is used again at once.
      void session.append(buffer.subarray(0, size));
    }
    void session.append(mp3);
    void session.append(wav(JFK_PCM));
    await session.finish();
    const parts = [await decodeChunks(webm, 4096), await decodeChunks(mp3, 65_536)].map(({ pcm }) => pcm);
    assert.ok(arrived().equals(Buffer.concat([...parts, JFK_PCM])));
  });

  it('is committed with the samples that the decoder still held, and decoding goes on after it', async () => {
    await rig.serve({ utterances: ['One.', 'Two.'] }, { keepAudio: true });
    const { session } = rig.open({ mode: 'manual' });
    const webm = WEBM();
    void session.append(webm.subarray(0, 50_000));
    const first = session.commit();
    void session.append(webm.subarray(50_000));
    assert.equal((await first).text, 'One.');
    assert.equal((await session.commit()).text, 'Two.');
    await session.finish();
    const { pcm } = await decodeChunks(webm, 4096);
    assert.ok(Math.abs(arrived().length - pcm.length) <= 2);
    assert.ok(likeness(arrived(), pcm) > 0.99);
  });

  it('is refused where a recording turns out to be none, and the next one is taken', async () => {
    await rig.serve({}, { keepAudio: true });
    const { session } = rig.open();
    const broken = Buffer.from(fixture('a.webm', '-c:a libopus'));
    broken.write('A_XXXX', broken.indexOf('A_OPUS'), 'latin1');
    const before = process.env.FFMPEG_PATH;
    process.env.FFMPEG_PATH = '/no/such/ffmpeg';
    try {
      await assert.rejects(session.append(broken), {
        code: 'BAD_AUDIO',
        message: /WebM or Matroska without Opus/,
      });
    } finally {
      if (before === undefined) delete process.env.FFMPEG_PATH;
      else process.env.FFMPEG_PATH = before;
    }
    await session.append(wav(JFK_PCM));
    await session.finish();
    assert.ok(arrived().equals(JFK_PCM));
  });

  it('is dropped at once when the session is aborted while a decoder loads', async () => {
    await rig.serve();
    const recorded = rig.open();
    const appended = recorded.session.append(WEBM());
    recorded.session.abort();
    await assert.rejects(appended, { code: 'SESSION_CLOSED' });
    assert.equal((await recorded.end()).type, 'finished');
  });

  it('is reported once as silent, clipped, of a low rate or cut off', async () => {
    await rig.serve();
    const square = Buffer.from(new Int16Array(32_000).map((_, i) => (i % 80 < 40 ? 32767 : -32768)).buffer);
    const cases: [audio: Buffer, codes: WarningCode[]][] = [
      [deadSilence(3000), ['AUDIO_SILENT']],
      [square, ['AUDIO_CLIPPED']],
      [wav(silence(3000, 8000), 8000), ['AUDIO_RATE']],
      [wav(silence(3000)).subarray(0, 50_000), ['AUDIO_CUT']],
      [silence(3000), []],
    ];
    for (const [audio, codes] of cases) {
      const recorded = rig.open();
      for (let at = 0; at < audio.length; at += 3200)
        await recorded.session.append(audio.subarray(at, at + 3200), { rate: 16_000 });
      await recorded.session.finish();
      const said = recorded.of('warning').map(({ code }) => code);
      assert.deepEqual(said, codes);
    }
  });

  it('arrives unchanged as raw PCM in chunks of any size, and a recording behind it is still recognised', async () => {
    await rig.serve({}, { keepAudio: true });
    const { session } = rig.open();
    const sizes = [3200, 3200, 1, 3199, 640, 7, 9, 20_000, 3200];
    for (let at = 0, n = 0; at < JFK_PCM.length; n += 1) {
      const size = sizes[n % sizes.length]!;
      await session.append(JFK_PCM.subarray(at, at + size));
      at += size;
    }
    await session.append(wav(JFK_PCM));
    await session.finish();
    assert.ok(arrived().equals(Buffer.concat([JFK_PCM, JFK_PCM])));
  });

  it('is sent unchanged and unmeasured where the caller decoded it, after everything appended before', async () => {
    await rig.serve({}, { keepAudio: true });
    const recorded = rig.open();
    const mp3 = fixture('a.mp3', '-ar 44100 -ac 2');
    const riff = Buffer.concat([wav(JFK_PCM).subarray(0, 44), deadSilence(12_000)]);
    void recorded.session.append(mp3);
    void recorded.session.append(riff, { encoding: 's16le', isDecoded: true });
    await recorded.session.append(riff, { encoding: 's16le', isDecoded: true });
    await recorded.session.finish();
    const { pcm } = await decodeChunks(mp3, 65_536);
    const at = arrived().indexOf(Buffer.concat([riff, riff]));
    // At its end the decoder releases what it held back of the other recording.
    assert.ok(at > pcm.length - 4096 && at <= pcm.length, `${at} of ${pcm.length}`);
    assert.deepEqual(recorded.of('warning'), []);
  });

  it("is resampled where the caller decoded it to another rate than the session's", async () => {
    await rig.serve({}, { keepAudio: true });
    const { session } = rig.open();
    await session.append(silence(1000, 8000), { encoding: 's16le', rate: 8000, isDecoded: true });
    await session.finish();
    assert.equal(arrived().length, 32_000);
  });

  it('is reported once as reduced to 8 kHz for a telephone model, and is recognised', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const recorded = rig.open({ model: 'paraformer-realtime-8k-v2' });
    const file = wav(silence(3000));
    for (let at = 0; at < file.length; at += 3200)
      await recorded.session.append(file.subarray(at, at + 3200));
    await recorded.session.finish();
    const said = recorded.of('warning');
    assert.deepEqual(
      said.map(({ code }) => code),
      ['AUDIO_RATE'],
    );
    assert.match(said[0]!.message, /16000 Hz.*8000 Hz.*converted/);
    assert.deepEqual(recorded.finals, ['Hello.']);
  });
});

describe('transcribe', () => {
  const rig = useLibRig();

  async function rateOf(model: string, audio: Buffer): Promise<unknown> {
    await rig.serve({ utterances: ['Yes.'] });
    const { audio: info } = await transcribe(audio, { address: rig.service.url, model });
    assert.ok(info);
    const received = JSON.stringify(rig.service.sessions[0]!.received);
    return Number(/"sample_rate":(\d+)/.exec(received)?.[1]);
  }

  it('runs at the rate of the source where the model takes it, and never raises 8 kHz', async () => {
    const at = (rateHz: number): Buffer => wav(silence(1500, rateHz), rateHz);
    assert.equal(await rateOf('qwen3-asr-flash-realtime', at(8000)), 8000);
    assert.equal(await rateOf('qwen3-asr-flash-realtime', at(44_100)), 16_000);
    assert.equal(await rateOf('fun-asr-flash-8k-realtime', at(8000)), 8000);
    assert.equal(await rateOf('fun-asr-flash-8k-realtime', at(48_000)), 8000);
    assert.equal(await rateOf('fun-asr-realtime', at(44_100)), 16_000);
    assert.equal(await rateOf('paraformer-realtime-v2', at(44_100)), 16_000);
    assert.equal(await rateOf('paraformer-realtime-v2', at(96_000)), 16_000);
    assert.equal(await rateOf('paraformer-realtime-v2', fixture('a.ogg', '-c:a libopus -ar 48000')), 16_000);
  });

  it('reports the format of the audio, and warns of missing parts', async () => {
    await rig.serve({ utterances: ['Yes.'] });
    const codes: string[] = [];
    const file = fixture('a.ogg', '-c:a libopus -ar 48000');
    const { audio } = await transcribe(file.subarray(0, file.length - 5000), {
      address: rig.service.url,
      onEvent: (event) => {
        if (event.type === 'warning') codes.push(event.code);
      },
    });
    assert.equal(audio?.codec, 'opus');
    assert.equal(audio.isCut, true);
    assert.ok(codes.includes('AUDIO_CUT'), codes.join());
  });

  it('says once what is wrong with a recording, however it is decoded', async () => {
    await rig.serve({ utterances: ['Yes.'] });
    for (const audio of [wav(deadSilence(3000)), wav(deadSilence(3000, 44_100), 44_100)]) {
      const codes: string[] = [];
      await transcribe(audio, {
        address: rig.service.url,
        onEvent: (event) => {
          if (event.type === 'warning') codes.push(event.code);
        },
      });
      assert.deepEqual(codes, ['AUDIO_SILENT']);
    }
  });

  it('opens no session for input that is no audio', async () => {
    await rig.serve();
    for (const bad of [Buffer.of(1), Buffer.from('\x89PNG\r\n\x1a\n and so on', 'latin1')]) {
      await assert.rejects(transcribe(bad, { address: rig.service.url }), { code: 'BAD_AUDIO' });
    }
    assert.equal(rig.service.sessions.length, 0);
  });
});
