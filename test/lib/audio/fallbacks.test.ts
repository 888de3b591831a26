import assert from 'node:assert/strict';
import { decodeAudio, describeAudio } from '../../../lib';
import type { AudioInfo } from '../../../lib';
import { ffmpegPath, fixture } from '../../support/audio-fixtures';
import { decodeChunks, likeness } from '../../support/decode-chunks';
import { withEnvironment } from '../../support/environment';
import { JFK_PCM } from '../../support/jfk';
import { wav } from '../../support/scripted-audio';
import { chunk } from '../../support/wav-files';

const ID3 = Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\x07\x76TIT2', 'latin1'), Buffer.alloc(1010)]);
const PICTURE_BYTES = 3 * 1024 * 1024;
/** An ID3 tag with a large picture in it. */
const COVER = Buffer.concat([
  Buffer.from('ID3\x03\0\0', 'latin1'),
  Buffer.of(PICTURE_BYTES >> 21, (PICTURE_BYTES >> 14) & 127, 0, 0),
  Buffer.from('APIC'),
  Buffer.alloc(PICTURE_BYTES - 4, 0xaa),
]);

interface Decoded {
  pcm: Buffer;
  info: AudioInfo;
}

/** A whole recording without further hints. */
async function decoded(file: Uint8Array, ffmpeg: string): Promise<Decoded> {
  return withEnvironment({ FFMPEG_PATH: ffmpeg }, async () => {
    let info: AudioInfo | undefined;
    const pieces: Uint8Array[] = [];
    const options = { rateHz: 16_000, onInfo: (found: AudioInfo) => (info = found) };
    for await (const pcm of decodeAudio(file, options)) pieces.push(Uint8Array.from(pcm));
    assert.ok(info);
    return { pcm: Buffer.concat(pieces), info };
  });
}

const NO_FFMPEG = '/nowhere/ffmpeg';

interface Fallback {
  name: string;
  make: () => Buffer;
  codec: string;
  /** What the error says where there is no ffmpeg. */
  said: RegExp;
}

/** Formats that only ffmpeg reads. */
const FALLBACKS: readonly Fallback[] = [
  {
    name: 'AIFF-C with ima4',
    make: () => fixture('a.aif', '-c:a adpcm_ima_qt -ar 22050'),
    codec: 'adpcm_ima_qt',
    said: /AIFF .*compression "ima4"/,
  },
  {
    name: 'AU with G.722',
    make: () => auOf(fixture('a.g722', '-c:a g722 -f g722 -ar 16000'), 24),
    codec: 'adpcm_g722',
    said: /AU file is compressed \(encoding 24\)/,
  },
  {
    name: 'ID3 before AC-3',
    make: () => Buffer.concat([ID3, fixture('a.ac3', '-ar 48000')]),
    codec: 'ac3',
    said: /AC-3 behind an ID3 tag.*no ffmpeg/,
  },
  {
    name: 'ID3 before a compressed WAV',
    make: () => Buffer.concat([ID3, fixture('b.wav', '-c:a adpcm_ima_wav -ar 22050')]),
    codec: 'adpcm_ima_wav',
    said: /WAV that is compressed.*no ffmpeg/,
  },
  {
    name: 'AAC that begins within a frame',
    make: () => fixture('a.aac', '').subarray(500),
    codec: 'aac',
    said: /AAC.*no ffmpeg/,
  },
  {
    name: 'MPEG-TS that begins within a packet',
    make: () => fixture('a.ts', '-c:a mp2 -ar 48000').subarray(700),
    codec: 'mp2',
    said: /MPEG video.*no ffmpeg/,
  },
];

/** The header of AU names a compressed encoding. */
function auOf(bytes: Buffer, encoding: number): Buffer {
  const header = Buffer.alloc(24);
  header.write('.snd');
  for (const [index, value] of [24, bytes.length, encoding, 16_000, 1].entries())
    header.writeUInt32BE(value, 4 + 4 * index);
  return Buffer.concat([header, bytes]);
}

describe('what no decoder of ours reads', function () {
  this.timeout(60_000);
  for (const { name, make, codec, said } of FALLBACKS) {
    it(`is read by ffmpeg: ${name}`, async () => {
      const { pcm, info } = await decoded(make(), ffmpegPath());
      assert.deepEqual([info.codec, info.byFfmpeg], [codec, true]);
      assert.ok(pcm.length > 0.9 * JFK_PCM.length, `${pcm.length} bytes`);
      assert.ok(info.rmsDb > -35, `${info.rmsDb} dB`);
    });

    it(`is refused by its name where there is no ffmpeg: ${name}`, async () => {
      await assert.rejects(decoded(make(), NO_FFMPEG), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'BAD_AUDIO');
        assert.match(error.message, said);
        return true;
      });
    });
  }
});

describe('a recording with something in front of it, without ffmpeg', function () {
  this.timeout(60_000);

  it('is a WAV behind an ID3 tag, also with a large picture, cut anywhere', async () => {
    for (const tag of [ID3, COVER]) {
      const file = Buffer.concat([tag, wav(JFK_PCM)]);
      assert.ok((await decoded(file, NO_FFMPEG)).pcm.equals(JFK_PCM));
      const sizes = tag === ID3 ? [37, 4096, ID3.length + 3] : [65_536, COVER.length + 3];
      for (const size of sizes) {
        const { pcm, info } = await decodeChunks(file, size);
        assert.ok(pcm.equals(JFK_PCM), `chunks of ${size}`);
        assert.equal(info.isCut, false);
      }
    }
  });

  it('is FLAC or MP3 behind an ID3 tag with a large picture', async () => {
    for (const name of ['a.flac', 'a.mp3']) {
      const file = fixture(name, '');
      const { pcm } = await decoded(file, NO_FFMPEG);
      assert.ok((await decoded(Buffer.concat([COVER, file]), NO_FFMPEG)).pcm.equals(pcm), name);
    }
  });

  it('is MP3 that begins within a frame', async () => {
    const { pcm } = await decoded(fixture('a.mp3', '-ar 16000').subarray(1000), NO_FFMPEG);
    assert.ok(pcm.length > 0.9 * JFK_PCM.length);
  });

  it('is FLAC that begins with a frame, or within one', async () => {
    const file = fixture('a.flac', '-ar 44100 -ac 2');
    const { pcm } = await decoded(file, NO_FFMPEG);
    const firstFrame = file.indexOf(Buffer.of(0xff, 0xf8), 42);
    const fromFrame = await decoded(file.subarray(firstFrame), NO_FFMPEG);
    assert.ok(fromFrame.pcm.equals(pcm), `${fromFrame.pcm.length} of ${pcm.length}`);
    assert.equal(fromFrame.info.isCut, false);
    const fromWithin = await decoded(file.subarray(firstFrame + 100), NO_FFMPEG);
    assert.ok(fromWithin.pcm.length > 0.98 * pcm.length - 8000);
    assert.equal(fromWithin.info.isCut, true);
    // The filter starts at another sample.
    assert.ok(likeness(fromWithin.pcm.subarray(-100_000), pcm.subarray(-100_000)) > 0.9);
  });
});

describe('a WAV of 24 bits in blocks of 32', () => {
  for (const isExtensible of [false, true]) {
    it(`is read by its block align${isExtensible ? ', with WAVE_FORMAT_EXTENSIBLE' : ''}`, async () => {
      const samples = Buffer.alloc(2 * JFK_PCM.length);
      for (let at = 0; at < JFK_PCM.length; at += 2)
        samples.writeInt16LE(JFK_PCM.readInt16LE(at), 2 * at + 2);
      const format = Buffer.alloc(isExtensible ? 40 : 16);
      format.writeUInt16LE(isExtensible ? 0xfffe : 1, 0);
      format.writeUInt16LE(1, 2);
      format.writeUInt32LE(16_000, 4);
      format.writeUInt32LE(64_000, 8);
      format.writeUInt16LE(4, 12);
      format.writeUInt16LE(24, 14);
      if (isExtensible) format.writeUInt16LE(1, 24);
      const file = chunk(
        'RIFF',
        Buffer.concat([Buffer.from('WAVE'), chunk('fmt ', format), chunk('data', samples)]),
      );
      assert.ok((await decodeChunks(file, 4096)).pcm.equals(JFK_PCM));
      assert.equal((await describeAudio(file)).seconds, 11);
    });
  }
});
