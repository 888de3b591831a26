import assert from 'node:assert/strict';
import { describeAudio } from '../../../lib';
import { fixture } from '../../support/audio-fixtures';
import { decodeChunks, likeness } from '../../support/decode-chunks';
import { JFK_PCM } from '../../support/jfk';
import { Random } from '../../support/random';

/** Samples of the recording, at 16 kHz. */
const RECORDED = JFK_PCM.length / 2;
const VORBIS = '-c:a libvorbis -q:a 5';
const OPUS_MP4 = '-c:a libopus -ar 48000 -strict -2';

interface Case {
  name: string;
  args: string;
  container: string;
  codec: string;
  /** Samples at 16 kHz beyond the recorded ones, which the container does not say to leave out. */
  added?: number;
  likeness?: number;
}

const CASES: readonly Case[] = [
  { name: 'a.ogg', args: VORBIS, container: 'ogg', codec: 'vorbis' },
  { name: 'a.ogg', args: `${VORBIS} -ar 44100 -ac 2`, container: 'ogg', codec: 'vorbis' },
  { name: 'a.ogg', args: `${VORBIS} -ar 8000`, container: 'ogg', codec: 'vorbis', likeness: 0.85 },
  { name: 'a.ogg', args: `${VORBIS} -ar 48000 -ac 6`, container: 'ogg', codec: 'vorbis' },
  { name: 'a.webm', args: `${VORBIS} -ar 48000`, container: 'webm', codec: 'vorbis', added: 700 },
  { name: 'a.mkv', args: `${VORBIS} -ac 2`, container: 'webm', codec: 'vorbis', added: 700 },
  { name: 'a.ogg', args: '-c:a flac', container: 'ogg', codec: 'flac' },
  { name: 'a.oga', args: '-c:a flac -ar 44100 -ac 2', container: 'ogg', codec: 'flac' },
  { name: 'a.mp4', args: OPUS_MP4, container: 'mp4', codec: 'opus' },
  { name: 'a.mp4', args: `${OPUS_MP4} -ac 2 -movflags +faststart`, container: 'mp4', codec: 'opus' },
  {
    name: 'a.mp4',
    args: `${OPUS_MP4} -movflags frag_keyframe+empty_moov+default_base_moof -frag_duration 500000`,
    container: 'mp4',
    codec: 'opus',
    added: 320,
  },
];

describe('Vorbis, FLAC in Ogg and Opus in MP4, without ffmpeg', function () {
  this.timeout(60_000);
  const before = process.env.FFMPEG_PATH;
  beforeEach(() => {
    process.env.FFMPEG_PATH = '/nowhere/ffmpeg';
  });
  after(() => {
    if (before === undefined) delete process.env.FFMPEG_PATH;
    else process.env.FFMPEG_PATH = before;
  });

  for (const { name, args, container, codec, added = 0, likeness: least = 0.97 } of CASES) {
    it(`has the samples that were recorded: ${name} ${args}`, async () => {
      const { pcm, info } = await decodeChunks(fixture(name, args), 65_536);
      assert.deepEqual([info.container, info.codec, info.byFfmpeg], [container, codec, false]);
      assert.equal(info.isCut, false);
      const more = pcm.length / 2 - RECORDED;
      assert.ok(more >= -1 && more <= added + 1, `${more} samples more`);
      const alike = likeness(pcm, JFK_PCM);
      assert.ok(alike >= least, `likeness ${alike}`);
    });

    it(`is the same however it is cut: ${name} ${args}`, async () => {
      const file = fixture(name, `-t 1 ${args}`);
      const whole = await decodeChunks(file, file.length);
      assert.ok(whole.pcm.length >= 32_000, `${whole.pcm.length} bytes`);
      const random = new Random(7);
      for (const size of [4096, 37, random.int(38, 2000), random.int(2001, 20_000)]) {
        const { pcm, info } = await decodeChunks(file, size);
        assert.ok(pcm.equals(whole.pcm), `chunks of ${size}: ${pcm.length} of ${whole.pcm.length} bytes`);
        assert.equal(info.isCut, false);
      }
    });

    it(`keeps what came of a recording that is cut off, and says so: ${name} ${args}`, async () => {
      const file = fixture(name, args);
      const whole = await decodeChunks(file, file.length);
      // The index of an MP4 may be at its end. A cut file then has nothing that can be read, and the error says so.
      const isIndexLast = codec === 'opus' && !args.includes('movflags');
      const cut = decodeChunks(file.subarray(0, file.length >> 1), 4096);
      if (isIndexLast) {
        await assert.rejects(cut, { code: 'BAD_AUDIO', message: /ends before its index/ });
        return;
      }
      const { pcm, info } = await cut;
      assert.equal(info.isCut, container !== 'webm' || pcm.length < whole.pcm.length);
      assert.ok(pcm.length > 0.3 * whole.pcm.length && pcm.length < 0.8 * whole.pcm.length);
      assert.ok(pcm.subarray(0, pcm.length - 2000).equals(whole.pcm.subarray(0, pcm.length - 2000)));
    });
  }

  for (const codec of [VORBIS, '-c:a flac']) {
    it(`goes on with the stream that is chained, of another rate: ${codec}`, async () => {
      const [first, second] = [
        fixture('a.ogg', `-t 2 ${codec}`),
        fixture('a.ogg', `-t 1 ${codec} -ar 44100`),
      ];
      const chained = Buffer.concat([first, second]);
      const whole = await decodeChunks(chained, chained.length);
      assert.equal(whole.pcm.length, 3 * 32_000);
      assert.equal(whole.info.isCut, false);
      for (const size of [4096, 37]) {
        assert.ok((await decodeChunks(chained, size)).pcm.equals(whole.pcm), `chunks of ${size}`);
      }
    });

    it(`leaves out a damaged page, and says so: ${codec}`, async () => {
      const file = Buffer.from(fixture('a.ogg', codec));
      const whole = await decodeChunks(file, file.length);
      file[file.length >> 1] = (file[file.length >> 1] ?? 0) ^ 0xff;
      const { pcm, info } = await decodeChunks(file, 4096);
      assert.equal(info.isCut, true);
      assert.ok(pcm.length < whole.pcm.length && pcm.length > 0.4 * whole.pcm.length, `${pcm.length}`);
    });

    it(`is refused, and never empty, where its headers are damaged or missing: ${codec}`, async () => {
      const file = fixture('a.ogg', `-t 1 ${codec}`);
      for (const bytes of [40, 58, 100]) {
        await assert.rejects(describeAudio(file.subarray(0, bytes)), { code: 'BAD_AUDIO' });
      }
    });
  }

  it('is read where the index of an MP4 is behind its audio, whatever size the pieces have', async () => {
    const [front, back] = [fixture('a.mp4', `${OPUS_MP4} -movflags +faststart`), fixture('a.mp4', OPUS_MP4)];
    const { pcm } = await decodeChunks(front, 1009);
    assert.ok(pcm.equals((await decodeChunks(back, 1009)).pcm));
  });

  it('is refused where an MP4 has no track of audio', async () => {
    const movie = fixture('b.mp4', '-f lavfi -i color=c=red:s=32x32:d=1 -map 1:v -c:v mpeg4');
    await assert.rejects(decodeChunks(movie, 4096), { code: 'BAD_AUDIO', message: /no sound in the MP4/ });
  });
});
