import assert from 'node:assert/strict';
import { flacBomb, mp4Bomb, oggOpusBomb, silkBomb, vorbisBomb, webmBomb } from '../../support/audio-bombs';
import { ffmpegPath, fixture } from '../../support/audio-fixtures';
import { checkBounds, turnsOf } from '../../support/decoding-turns';
import { withEnvironment } from '../../support/environment';
import { makeOgg } from '../../support/opus-containers';
import { wav } from '../../support/scripted-audio';
import { noise } from '../../support/wav-files';

interface Extreme {
  name: string;
  make: () => Buffer;
  /** The expected error; none where the file is decoded to its end. */
  refused?: RegExp;
  /** What must come out of the decoder. Default: something. */
  seconds?: number;
}

const TIGHT = /implausibly tight/;
/** Ten minutes, looped. */
const LONG = '-filter_complex aloop=loop=54:size=176000,volume=0';

/** A WAV with other numbers in its header. */
function wavOf(
  bytes: Buffer,
  { rateHz, channels, bits }: Record<'rateHz' | 'channels' | 'bits', number>,
): Buffer {
  const file = wav(bytes);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(rateHz, 24);
  file.writeUInt16LE((channels * bits) / 8, 32);
  file.writeUInt16LE(bits, 34);
  return file;
}

const EXTREMES: readonly Extreme[] = [
  { name: 'FLAC with 13 bytes for 65 s', make: () => flacBomb(1000, 1000), refused: TIGHT },
  { name: 'Ogg Opus with a byte for 120 ms', make: () => oggOpusBomb(100), refused: TIGHT },
  { name: 'WebM Opus with a byte for 120 ms', make: () => webmBomb(100), refused: TIGHT },
  { name: 'MP4 Opus with a byte for 120 ms', make: () => mp4Bomb(25_000), refused: TIGHT },
  {
    name: 'MP4 whose index tells of four billion packets',
    make: () => mp4Bomb(2 ** 32 - 1, 500),
    seconds: 60,
  },
  { name: 'Vorbis with a byte for a second', make: () => vorbisBomb(20), refused: TIGHT },
  {
    name: 'MP3 of ten minutes without a sound',
    make: () => fixture('a.mp3', `${LONG} -ar 8000 -b:a 8k`),
    seconds: 600,
  },
  {
    name: 'Ogg Vorbis of ten minutes without a sound',
    make: () => fixture('a.ogg', `${LONG} -c:a libvorbis`),
    seconds: 600,
  },
  {
    name: 'Ogg FLAC of ten minutes without a sound',
    make: () => fixture('a.oga', `${LONG} -c:a flac`),
    seconds: 600,
  },
  {
    name: 'AAC of ten minutes without a sound, by ffmpeg',
    make: () => fixture('a.aac', `${LONG} -ar 8000`),
    seconds: 600,
  },
  {
    name: 'SILK with a byte for 20 ms',
    make: () => silkBomb(5000, 1, Buffer.alloc(2)),
    seconds: 100,
  },
  {
    name: 'SILK of damaged packets, some of which have 100 ms',
    make: () => silkBomb(2000, 800, noise(1_000_000)),
    seconds: 40,
  },
  {
    name: 'WAV of 1000 Hz and 8 bits',
    make: () => wavOf(Buffer.alloc(300_000, 0x80), { rateHz: 1000, channels: 1, bits: 8 }),
    seconds: 300,
  },
  {
    name: 'WAV of 64 channels',
    make: () => wavOf(Buffer.alloc(16_384_000), { rateHz: 8000, channels: 64, bits: 8 }),
    seconds: 32,
  },
  {
    name: 'WAV of 768 kHz and 64 bits',
    make: () => {
      const file = wavOf(Buffer.alloc(30_720_000), { rateHz: 768_000, channels: 1, bits: 64 });
      file.writeUInt16LE(3, 20);
      return file;
    },
    seconds: 5,
  },
  {
    name: 'WAV with chunks of no bytes in front of its audio',
    make: emptyChunks,
    refused: /header is damaged/,
  },
  {
    name: 'Ogg with pages of packets that are none',
    make: () => {
      const head = oggOpusBomb(1).subarray(28, 47);
      const damaged = Array<Uint8Array>(200_000).fill(Uint8Array.of(0xff, 0));
      return makeOgg([head, Buffer.from('OpusTags\0\0\0\0\0\0\0\0', 'latin1'), ...damaged], {
        packetsPerPage: 255,
      });
    },
  },
];

function emptyChunks(): Buffer {
  const file = wav(Buffer.alloc(32_000));
  const chunks = Buffer.concat(Array<Buffer>(100_000).fill(Buffer.from('JUNK\0\0\0\0', 'latin1')));
  return Buffer.concat([file.subarray(0, 36), chunks, file.subarray(36)]);
}

describe('a file that is valid and extreme', function () {
  this.timeout(60_000);
  // The measured time includes other threads: a garbage collection or a compilation that another test caused may fall
  // into a turn.
  this.retries(3);

  for (const { name, make, refused, seconds } of EXTREMES) {
    it(`is decoded in turns of less than 50 ms, a second of PCM at once, with less than 64 MB beside it: ${name}`, () =>
      withEnvironment({ FFMPEG_PATH: ffmpegPath() }, async () => {
        const file = make();
        const turns = await turnsOf(file);
        checkBounds(turns);
        if (refused) assert.match(turns.error?.message ?? '', refused);
        else if (seconds !== undefined) {
          assert.equal(turns.error, undefined);
          assert.ok(turns.pcmBytes >= 0.99 * seconds * 32_000, `${turns.pcmBytes / 32_000} s`);
        }
      }));
  }
});
