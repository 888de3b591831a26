import assert from 'node:assert/strict';
import { transcribe } from '../../../lib';
import type { AudioFormatHints } from '../../../lib';
import { startLocalService } from '../../../local-service';
import type { LocalService } from '../../../local-service';
import { ffmpegPath, fixture } from '../../support/audio-fixtures';
import { decodeChunks, likeness } from '../../support/decode-chunks';
import { JFK_PCM, assertSaysJfk } from '../../support/jfk';

const CHUNK_SIZES = [1, 37, 977, 4096, 65_536];
const RATE_HZ = 16_000;

interface Case {
  name: string;
  args: string;
  codec: string;
  hints?: AudioFormatHints;
  /** Samples at 16 kHz that the encoder adds. Default 0: exactly as many as were recorded. */
  added?: number;
  /** Whether the recogniser hears it too, which one case of each format does. */
  heard?: boolean;
  /** The least correlation with the original; it is lower where the codec or the rate leaves something out. */
  likeness?: number;
}

const TELEPHONE = 0.9;
/**
 * The format does not say how much silence its encoder put in front: the words are alike, but the samples are
 * shifted.
 */
const UNALIGNED = -1;
const raw = (format: string, codec: string, rate = 16000, channels = 1): Case => ({
  name: `a.${format}`,
  args: `-f ${format} -c:a ${codec} -ar ${rate} -ac ${channels}`,
  codec: codec === 'pcm_s8' ? 'pcm_s8' : codec,
  hints: { encoding: format, rate, channels },
  heard: format === 's24be',
  likeness: rate === 8000 ? TELEPHONE : 0.99,
});
const wav = (codec: string, rate: number, channels = 1, heard = false): Case => ({
  name: 'a.wav',
  args: `-c:a ${codec} -ar ${rate} -ac ${channels}`,
  codec,
  heard,
  likeness: rate < 12_000 ? TELEPHONE : 0.99,
});

// Opus gets 48 kHz, because at other rates the ffmpeg that makes the files writes a wrong pre-skip.
const CASES: readonly Case[] = [
  raw('s8', 'pcm_s8'),
  raw('u8', 'pcm_u8', 22050, 2),
  raw('s16be', 'pcm_s16be', 44100, 2),
  raw('u16le', 'pcm_u16le'),
  raw('s24le', 'pcm_s24le', 48000),
  raw('s24be', 'pcm_s24be', 32000, 2),
  raw('s32le', 'pcm_s32le', 96000),
  raw('f32le', 'pcm_f32le', 48000, 2),
  raw('f32be', 'pcm_f32be', 11025, 1),
  raw('f64le', 'pcm_f64le'),
  raw('alaw', 'pcm_alaw', 8000),
  raw('mulaw', 'pcm_mulaw', 8000, 2),
  wav('pcm_u8', 11025),
  wav('pcm_s16le', 8000, 2, true),
  wav('pcm_s16le', 12000),
  wav('pcm_s16le', 22050),
  wav('pcm_s16le', 44100, 2, true),
  wav('pcm_s16le', 48000, 6),
  wav('pcm_s24le', 44100, 2),
  wav('pcm_s32le', 96000),
  wav('pcm_f32le', 48000, 2),
  wav('pcm_f64le', 24000),
  wav('pcm_alaw', 8000, 1, true),
  wav('pcm_mulaw', 8000, 2, true),
  { name: 'a.aiff', args: '-ar 44100 -ac 2', codec: 'pcm_s16be', heard: true },
  { name: 'a.aiff', args: '-c:a pcm_s24be -ar 48000', codec: 'pcm_s24be' },
  { name: 'a.aiff', args: '-c:a pcm_s16le', codec: 'pcm_s16le' },
  { name: 'a.aiff', args: '-c:a pcm_f32be', codec: 'pcm_f32be' },
  { name: 'a.au', args: '-c:a pcm_mulaw -ar 8000', codec: 'pcm_mulaw', likeness: TELEPHONE },
  { name: 'a.flac', args: '', codec: 'flac', heard: true },
  { name: 'a.flac', args: '-ar 44100 -ac 2 -compression_level 12', codec: 'flac' },
  { name: 'a.flac', args: '-sample_fmt s32 -ar 48000 -ac 6', codec: 'flac' },
  { name: 'a.flac', args: '-ar 8000 -compression_level 0', codec: 'flac', likeness: TELEPHONE },
  { name: 'a.mp3', args: '-ar 44100 -ac 2', codec: 'mp3', heard: true },
  { name: 'a.mp3', args: '-ar 48000 -q:a 4', codec: 'mp3' },
  { name: 'a.mp3', args: '-ar 16000 -b:a 32k', codec: 'mp3', likeness: 0.98 },
  { name: 'a.mp3', args: '-ar 8000 -b:a 16k', codec: 'mp3', likeness: 0.85 },
  {
    name: 'a.ogg',
    args: '-c:a libopus -ar 48000 -b:a 32k',
    codec: 'opus',
    added: 1000,
    heard: true,
    likeness: 0.9,
  },
  { name: 'a.ogg', args: '-c:a libopus -ac 2 -ar 48000 -frame_duration 60', codec: 'opus', added: 1000 },
  {
    name: 'a.ogg',
    args: '-c:a libopus -ar 48000 -application voip -frame_duration 10',
    codec: 'opus',
    added: 1000,
    likeness: 0.9,
  },
  { name: 'a.webm', args: '-c:a libopus -ar 48000 -ac 2', codec: 'opus', added: 1000, heard: true },
  { name: 'a.mkv', args: '-c:a libopus -ar 48000', codec: 'opus', added: 1000 },
  { name: 'a.m4a', args: '-ar 44100', codec: 'aac', added: 1024, heard: true, likeness: 0.98 },
  { name: 'a.m4a', args: '-movflags +faststart', codec: 'aac', added: 1024, likeness: 0.98 },
  {
    name: 'a.mp4',
    args: '-movflags frag_keyframe+empty_moov -ac 2',
    codec: 'aac',
    added: 3000,
    likeness: UNALIGNED,
  },
  { name: 'a.aac', args: '-ac 2', codec: 'aac', added: 3000, likeness: UNALIGNED },
  {
    name: 'a.amr',
    args: '-ar 8000 -c:a libopencore_amrnb',
    codec: 'amr_nb',
    added: 400,
    heard: true,
    likeness: UNALIGNED,
  },
  { name: 'b.ogg', args: '-c:a libvorbis', codec: 'vorbis', added: 1024, likeness: 0.9 },
  {
    name: 'b.wav',
    args: '-c:a adpcm_ima_wav -ar 8000',
    codec: 'adpcm_ima_wav',
    added: 5000,
    likeness: TELEPHONE,
  },
  { name: 'a.caf', args: '-c:a pcm_s16be', codec: 'pcm_s16be' },
];

/** The title of a case: */
const title = ({ name, args }: Case): string => `${name} ${args}`.trim();

describe('audio of every format', function () {
  this.timeout(60_000);
  const pathBefore = process.env.FFMPEG_PATH;

  before(() => {
    process.env.FFMPEG_PATH = ffmpegPath();
  });
  after(() => {
    if (pathBefore === undefined) delete process.env.FFMPEG_PATH;
    else process.env.FFMPEG_PATH = pathBefore;
  });

  for (const test of CASES) {
    it(`is decoded completely and close to the original: ${title(test)}`, async () => {
      const { pcm, info } = await decodeChunks(fixture(test.name, test.args), 65_536, test.hints);
      assert.equal(info.codec, test.codec);
      const added = pcm.length / 2 - JFK_PCM.length / 2;
      if (test.added === undefined) assert.ok(Math.abs(added) <= 1, `${added} samples too many`);
      else assert.ok(added >= 0 && added <= test.added, `${added} samples too many`);
      const alike = likeness(pcm, JFK_PCM);
      assert.ok(alike >= (test.likeness ?? 0.99), `likeness ${alike}`);
      assert.equal(info.isCut, false);
      assert.equal(info.isSilent, false);
      assert.equal(info.isClipped, false);
    });

    it(`is decoded to the same samples in chunks of every size: ${title(test)}`, async () => {
      const file = fixture(test.name, `-t 0.5 ${test.args}`);
      const { pcm } = await decodeChunks(file, file.length, test.hints);
      assert.ok(pcm.length >= 0.9 * RATE_HZ, `${pcm.length} bytes`);
      for (const size of CHUNK_SIZES) {
        const chunked = await decodeChunks(file, size, test.hints);
        assert.ok(chunked.pcm.equals(pcm), `chunks of ${size}: ${chunked.pcm.length} of ${pcm.length} bytes`);
      }
    });
  }

  // The recording has one channel. Without this, no frame would have two different channels.
  for (const level of [0, 5, 8, 12]) {
    it(`is decoded bit for bit from a FLAC with two different channels, compressed at level ${level}`, async () => {
      const delayed = '[0:a]asplit[a][b];[b]adelay=7,volume=0.5[c];[a][c]join=inputs=2:channel_layout=stereo';
      const args = `-filter_complex ${delayed} -t 3`;
      const flac = fixture('stereo.flac', `${args} -compression_level ${level}`);
      const wav = fixture('stereo.wav', args);
      for (const channel of [0, 1]) {
        const { pcm } = await decodeChunks(flac, 4096, { channel });
        assert.ok(pcm.equals((await decodeChunks(wav, 4096, { channel })).pcm), `channel ${channel}`);
      }
      assert.ok(
        !(await decodeChunks(flac, 4096, { channel: 0 })).pcm.equals(
          (await decodeChunks(flac, 4096, { channel: 1 })).pcm,
        ),
      );
    });
  }

  it('is decoded bit for bit from lossless formats', async () => {
    for (const [name, args] of [
      ['a.flac', ''],
      ['a.aiff', '-c:a pcm_s16le'],
      ['a.wav', '-c:a pcm_s24le -ar 16000 -ac 1'],
    ] as const) {
      assert.ok((await decodeChunks(fixture(name, args), 977)).pcm.equals(JFK_PCM), name);
    }
  });
});

describe('words of a recording in every format', function () {
  this.timeout(120_000);
  let service: LocalService;
  const pathBefore = process.env.FFMPEG_PATH;

  before(async () => {
    process.env.FFMPEG_PATH = ffmpegPath();
    service = await startLocalService({ engine: 'recogniser' });
  });
  after(async () => {
    if (pathBefore === undefined) delete process.env.FFMPEG_PATH;
    else process.env.FFMPEG_PATH = pathBefore;
    await service.close();
  });

  for (const test of CASES.filter(({ heard }) => heard)) {
    it(`are recognised as in the original: ${title(test)}`, async () => {
      const { text, audio } = await transcribe(fixture(test.name, test.args), {
        address: service.url,
        ...(test.hints && { hints: test.hints }),
      });
      assert.equal(audio?.codec, test.codec);
      assertSaysJfk(text);
    });
  }
});
