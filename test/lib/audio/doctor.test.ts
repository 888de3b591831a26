import assert from 'node:assert/strict';
import { describeAudio } from '../../../lib';
import { AudioIntake } from '../../../lib/audio/intake';
import { ffmpegPath, fixture, fixturePath } from '../../support/audio-fixtures';
import { JFK_PCM } from '../../support/jfk';
import { deadSilence, silence, wav } from '../../support/scripted-audio';

function amplified(pcm: Buffer, factor: number): Buffer {
  const louder = Buffer.alloc(pcm.length);
  for (let at = 0; at < pcm.length; at += 2) {
    louder.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(pcm.readInt16LE(at) * factor))), at);
  }
  return louder;
}

describe('the audio doctor', () => {
  it('reports container, codec, rate, channels, bits, length and level', async () => {
    assert.deepEqual(await describeAudio(wav(JFK_PCM)), {
      container: 'wav',
      codec: 'pcm_s16le',
      rateHz: 16_000,
      channels: 1,
      bits: 16,
      bytes: JFK_PCM.length + 44,
      seconds: 11,
      peakDb: -2.1,
      rmsDb: -16.9,
      isClipped: false,
      isSilent: false,
      isCut: false,
      byFfmpeg: false,
    });
  });

  it('distinguishes clipped from loud, and silent from quiet', async () => {
    assert.equal((await describeAudio(wav(amplified(JFK_PCM, 6)))).isClipped, true);
    assert.equal((await describeAudio(wav(amplified(JFK_PCM, 1.25)))).isClipped, false);
    const muted = await describeAudio(wav(deadSilence(2000)));
    assert.equal(muted.isSilent, true);
    assert.equal(muted.peakDb, -120);
    assert.equal((await describeAudio(wav(silence(2000)))).isSilent, false);
  });

  it('reads the samples of typed arrays, and takes the rate of a file from its name and hints', async () => {
    const floats = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin(i / 10) / 2);
    const info = await describeAudio(floats);
    assert.equal(info.codec, 'pcm_f32le');
    assert.ok(Math.abs(info.peakDb + 6) < 0.1);
    const told = await describeAudio(floats, { hints: { rate: 8000, channels: 2 } });
    assert.equal(told.seconds, 1);
  });

  it('describes each kind of file that is no audio in a sentence of its own', async () => {
    const messages: string[] = [];
    for (const [source, said] of [
      [new Uint8Array(0), /empty/],
      [Buffer.of(1), /one byte/],
      [Buffer.from('Please call me back tomorrow, thank you.'), /text/],
      [Buffer.from('\x89PNG\r\n\x1a\n and so on', 'latin1'), /PNG image/],
      [fixture('a.flac', '').subarray(0, 40), /FLAC file ends before its audio/],
      [fixture('a.mp3', '').subarray(0, 60), /./],
      [wav(Buffer.alloc(0)), /no audio in it/],
      [wav(JFK_PCM).subarray(0, 30), /WAV/],
    ] as const) {
      await assert.rejects(describeAudio(source), (error: Error) => {
        assert.match(error.message, said);
        messages.push(error.message);
        return true;
      });
    }
    assert.equal(new Set(messages).size, messages.length);
  });

  it('says how to get ffmpeg where a format needs it and it is missing', async () => {
    const before = process.env.FFMPEG_PATH;
    process.env.FFMPEG_PATH = '/no/such/ffmpeg';
    try {
      await assert.rejects(describeAudio(fixturePath('a.m4a', '')), {
        code: 'BAD_AUDIO',
        message: /MP4 or M4A.*no ffmpeg.*apt install ffmpeg.*FFMPEG_PATH/,
      });
    } finally {
      if (before === undefined) delete process.env.FFMPEG_PATH;
      else process.env.FFMPEG_PATH = before;
    }
  });

  it('reports what ffmpeg says of a damaged file, and leaves no file and no process behind', async () => {
    const before = process.env.FFMPEG_PATH;
    process.env.FFMPEG_PATH = ffmpegPath();
    try {
      const damaged = Buffer.from(fixture('a.m4a', ''));
      damaged.fill(0, damaged.indexOf('moov') + 8);
      await assert.rejects(describeAudio(damaged), { code: 'BAD_AUDIO', message: /ffmpeg cannot read it: / });
      const intake = new AudioIntake(16_000);
      await intake.write(fixture('a.aac', '-ac 2').subarray(0, 20_000));
      intake.reset();
    } finally {
      if (before === undefined) delete process.env.FFMPEG_PATH;
      else process.env.FFMPEG_PATH = before;
    }
  });
});
