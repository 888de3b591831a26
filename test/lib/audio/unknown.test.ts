import assert from 'node:assert/strict';
import { describeAudio } from '../../../lib';
import type { AsrError, AudioFormatHints } from '../../../lib';
import { fixture, ffmpegPath } from '../../support/audio-fixtures';
import { JFK_PCM } from '../../support/jfk';
import { wav } from '../../support/scripted-audio';
import { noise } from '../../support/wav-files';

const NOTHING = { isRecording: true };

async function refusal(bytes: Buffer | string, hints: AudioFormatHints = {}): Promise<AsrError> {
  const source = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  try {
    await describeAudio(source, { hints: { ...NOTHING, ...hints } });
  } catch (error) {
    return error as AsrError;
  }
  throw new Error('It was taken for audio.');
}

/** The beginning of a format, followed by noise. */
const file = (head: string): Buffer => Buffer.concat([Buffer.from(head, 'latin1'), noise(20_000)]);

describe('a complete file that is no audio', () => {
  const pathBefore = process.env.FFMPEG_PATH;
  before(() => {
    process.env.FFMPEG_PATH = '/nowhere/ffmpeg';
  });
  after(() => {
    if (pathBefore === undefined) delete process.env.FFMPEG_PATH;
    else process.env.FFMPEG_PATH = pathBefore;
  });

  const cases: [name: string, bytes: Buffer | string, said: RegExp, hints?: AudioFormatHints][] = [
    ['gzip', file('\x1f\x8b\x08\x08'), /gzip/],
    ['7z', file('7z\xbc\xaf\x27\x1c'), /7z archive/],
    ['SQLite', file('SQLite format 3\0'), /SQLite database/],
    ['a JPEG of any kind', file('\xff\xd8\xff\xc0'), /JPEG image/],
    ['a WebP', 'RIFF\0\0\0\0WEBPVP8 ', /WebP image/],
    ['a HEIC', '\0\0\0\x18ftypheic\0\0\0\0', /HEIF/],
    [
      'a tar',
      Buffer.concat([Buffer.from('a.txt'), Buffer.alloc(252), Buffer.from('ustar\0')]),
      /tar archive/,
    ],
    [
      'a form',
      `------WebKitFormBoundaryx\r\nContent-Disposition: form-data; name="f"\r\n\r\n${noise(5000).toString('latin1')}`,
      /form \(multipart.*accept file uploads/,
    ],
    ['a data URL in bytes', 'data:audio/wav;base64,UklGRiR9AABXQVZF', /data URL/],
    ['a word', 'start', /text/],
    ['words with umlauts', Buffer.from('Für später: grüße an alle Zuhörer!'), /text/],
    [
      'text with a binary tail',
      Buffer.concat([Buffer.from('Dies ist für alle, die später kommen. '), noise(9000)]),
      /text/,
    ],
    ['a file named .enc', noise(20_000), /encrypted, by its name/, { fileName: 'voice.enc' }],
    ['an image by its type', noise(20_000), /image\/png/, { mimeType: 'image/png' }],
    ['a document by its type', noise(20_000), /application\/pdf/, { mimeType: 'application/pdf' }],
    [
      'an image by its type, whatever rate is told',
      noise(20_000),
      /image/,
      { mimeType: 'image/x', rate: 8000 },
    ],
  ];
  for (const [name, bytes, said, hints] of cases) {
    it(`is refused as what it is: ${name}`, async () => {
      const error = await refusal(bytes, hints);
      assert.equal(error.code, 'BAD_AUDIO');
      assert.match(error.message, said);
    });
  }

  it('is refused with what it looks like, and how to say what it is', async () => {
    const encrypted = await refusal(noise(50_000), {
      mimeType: 'application/octet-stream',
      fileName: 'x.bin',
    });
    assert.equal(encrypted.code, 'UNKNOWN_AUDIO');
    assert.match(encrypted.message, /x\.bin.*octet-stream.*encrypted or compressed.*msg\.rate.*--rate/);
    const speech = await refusal(JFK_PCM);
    assert.equal(speech.code, 'UNKNOWN_AUDIO');
    assert.match(speech.message, /raw 16-bit samples/);
  });

  it('is quoted in the error by a short excerpt only', async () => {
    const error = await refusal(noise(50_000), { fileName: `${'x'.repeat(5000)}.bin` });
    assert.ok(error.message.length < 900, `${error.message.length} characters`);
  });

  it('is taken for raw samples where a hint says that it is raw audio', async () => {
    const bytes = noise(16_000);
    for (const hints of [
      { rate: 16_000 },
      { encoding: 's16le' },
      { fileName: 'a.raw' },
      { mimeType: 'audio/L16;rate=8000' },
    ]) {
      assert.equal((await describeAudio(bytes, { hints })).container, 'raw', JSON.stringify(hints));
    }
    const silent = Buffer.alloc(8000, 0x55);
    const { codec, rateHz } = await describeAudio(silent, { hints: { fileName: 'a.alaw' } });
    assert.deepEqual([codec, rateHz], ['pcm_alaw', 8000]);
    assert.equal((await describeAudio(silent, { hints: { mimeType: 'audio/basic' } })).rateHz, 8000);
  });

  it('is read where it is a WAV in the other byte order', async () => {
    const rifx = Buffer.from(wav(Buffer.from(JFK_PCM).swap16()));
    rifx.write('RIFX', 0, 'latin1');
    for (const at of [4, 16, 24, 28, 40]) rifx.subarray(at, at + 4).swap32();
    for (const at of [20, 22, 32, 34]) rifx.subarray(at, at + 2).swap16();
    const info = await describeAudio(rifx);
    assert.deepEqual([info.container, info.codec, info.seconds], ['wav', 'pcm_s16be', 11]);
    assert.ok(info.rmsDb < -10, `${info.rmsDb} dB`);
  });

  it('is recognised as MP3, AAC or MPEG-TS where it begins in the middle of a frame', async () => {
    process.env.FFMPEG_PATH = ffmpegPath();
    const codecOf = async (name: string, args: string) => {
      const whole = fixture(name, args);
      return (await describeAudio(whole.subarray(777))).codec;
    };
    assert.equal(await codecOf('a.mp3', '-ar 44100 -ac 2'), 'mp3');
    assert.equal(await codecOf('a.aac', '-ac 2'), 'aac');
    assert.equal(await codecOf('a.ts', '-c:a aac'), 'aac');
  });

  it('is decoded by ffmpeg where one is installed and its file name or first bytes name the format', async () => {
    process.env.FFMPEG_PATH = ffmpegPath();
    for (const [name, args, codec] of [
      ['a.g722', '-ar 16000', 'adpcm_g722'],
      ['a.wv', '', 'wavpack'],
      ['a.ac3', '', 'ac3'],
      ['a.tta', '', 'tta'],
      ['a.voc', '', 'pcm'],
    ] as const) {
      const info = await describeAudio(fixture(name, args), { hints: { fileName: name } });
      assert.ok(info.codec.startsWith(codec), `${name}: ${info.codec}`);
      assert.ok(info.byFfmpeg && info.seconds > 10, name);
    }
    assert.equal((await describeAudio(fixture('a.ac3', ''))).codec, 'ac3');
    assert.equal((await refusal(noise(50_000))).code, 'UNKNOWN_AUDIO');
  });
});
