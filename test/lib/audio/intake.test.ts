import assert from 'node:assert/strict';
import type { AsrError, AudioFormatHints } from '../../../lib';
import { AudioIntake } from '../../../lib/audio/intake';
import { now } from '../../support/intake-pcm';
import { wav } from '../../support/scripted-audio';
import { chunk, extensibleWav, noise, withChunks } from '../../support/wav-files';

const CHUNK_SIZES = [1, 2, 3, 37, 977, 4096];
const PCM = noise(10_000);

/** What the intake gives for these bytes in chunks of this size; every piece must be whole samples. */
function take(bytes: Uint8Array, size: number, intake = new AudioIntake(16000)): Buffer {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; offset += size) {
    const piece = now(intake.write(bytes.subarray(offset, offset + size)));
    assert.equal(piece.length % 2, 0);
    // The intake may pass on the caller's memory, so the bytes are copied.
    pieces.push(Buffer.from(piece));
  }
  pieces.push(now(intake.pause()));
  return Buffer.concat(pieces);
}

function refusal(bytes: Uint8Array, hints?: AudioFormatHints, rateHz = 16000): AsrError {
  try {
    now(new AudioIntake(rateHz).write(bytes, hints));
  } catch (error) {
    return error as AsrError;
  }
  throw new Error('The audio was taken.');
}

describe('AudioIntake', () => {
  for (const size of CHUNK_SIZES) {
    describe(`in chunks of ${size} bytes`, () => {
      const same = (bytes: Uint8Array, pcm: Uint8Array = PCM) => {
        assert.ok(take(bytes, size).equals(pcm));
      };

      it('passes raw PCM on unchanged', () => {
        same(PCM);
      });

      it('passes raw PCM on whose chunks begin with R, RI or RIF', () => {
        const tricky = Buffer.from('RxRIxxRIFxRRIFRIF\0'.repeat(100), 'latin1');
        same(tricky, tricky);
      });

      it('takes the audio out of a WAV', () => {
        same(wav(PCM));
      });

      it('takes the audio out of a WAV in WAVE_FORMAT_EXTENSIBLE', () => {
        same(extensibleWav(PCM));
      });

      it('leaves out the chunks before and after the audio of a WAV', () => {
        same(
          withChunks(PCM, {
            before: [chunk('LIST', noise(27)), chunk('bext', noise(602))],
            after: [chunk('LIST', Buffer.from('INFOISFT')), chunk('id3 ', noise(99))],
          }),
        );
      });

      for (const dataBytes of [0, 0xffffffff]) {
        it(`reads a live WAV with the size ${dataBytes} to its end`, () => {
          const live = wav(PCM);
          live.writeUInt32LE(dataBytes, 40);
          same(live);
        });
      }

      it('drops half a sample at the end of a WAV, so that the next sample is not shifted', () => {
        const odd = wav(Buffer.concat([PCM, Buffer.of(7)]));
        same(odd);
      });
    });
  }

  it('passes raw PCM on that happens to begin almost like another format', () => {
    for (const head of ['ID3Z', '\xff\xd8\xff\x10', 'Oggs', 'RIFX']) {
      const loud = Buffer.concat([Buffer.from(head, 'latin1'), noise(96)]);
      assert.ok(now(new AudioIntake(16000).write(loud)).equals(loud), head);
    }
  });

  it('takes WAV after WAV, and WAV after raw PCM', () => {
    const intake = new AudioIntake(16000);
    assert.ok(now(intake.write(wav(PCM))).equals(PCM));
    assert.ok(now(intake.write(PCM)).equals(PCM));
    assert.ok(now(intake.write(wav(PCM))).equals(PCM));
    const both = Buffer.concat([wav(PCM), wav(PCM)]);
    assert.ok(now(intake.write(both)).equals(Buffer.concat([PCM, PCM])));
  });

  it('takes the next WAV where the one before was cut off', () => {
    const intake = new AudioIntake(16000);
    assert.equal(now(intake.write(wav(PCM).subarray(0, 3044))).length, 3000);
    assert.ok(now(intake.write(wav(PCM))).equals(PCM));
  });

  it('passes raw PCM on without a copy', () => {
    const piece = now(new AudioIntake(16000).write(PCM));
    assert.equal(piece.buffer, PCM.buffer);
  });

  it("copies an incomplete header out of the caller's memory", () => {
    const intake = new AudioIntake(16000);
    const file = wav(PCM);
    const reused = Buffer.from(file.subarray(0, 20));
    assert.equal(now(intake.write(reused)).length, 0);
    reused.fill(0xff);
    assert.ok(now(intake.write(file.subarray(20))).equals(PCM));
  });

  it('gives no samples for empty input', () => {
    assert.equal(now(new AudioIntake(16000).write(new Uint8Array(0))).length, 0);
    assert.equal(now(new AudioIntake(16000).write(wav(Buffer.alloc(0)))).length, 0);
  });
});

describe('AudioIntake refuses', () => {
  const foreign: [name: string, head: string, said: RegExp][] = [
    ['a PNG image', '\x89PNG\r\n', /a PNG image, no audio/],
    ['a JPEG image', '\xff\xd8\xff\xe0', /a JPEG image/],
    ['a PDF document', '%PDF-1.7', /a PDF document/],
    ['a ZIP archive', 'PK\x03\x04', /a ZIP archive.*Unpack/],
    ['an HTML page', '\n <!DOCTYPE html><html><head><title>Log in</title></head>', /an HTML page.*login/],
    ['another HTML page', '<html><body>No such recording.</body>', /an HTML page/],
    ['JSON', '{"error": "no such recording", "status": 404}', /JSON text/],
    ['base64 in bytes', 'UklGRiR9AABXQVZFZm10IBAAAAABAAEAgD4AAAB9AAACABAA', /looks like base64/],
    ['text', 'There is no recording of this call, sorry.', /text, no audio/],
    ['a playlist', '#EXTM3U\n#EXT-X-VERSION:3\n', /a playlist/],
    [
      'the middle of a WebM',
      '\x1f\x43\xb6\x75\x01\xff\xff\xff\xff',
      /a WebM recording without its beginning/,
    ],
    [
      'the middle of an Ogg',
      `OggS\0\0${'\0'.repeat(20)}\x01\x08abcdefgh`,
      /an Ogg recording without its beginning/,
    ],
    ['the middle of an MP4', '\0\0\0\x18moof\0\0\0\x10', /a fragmented MP4 without its beginning/],
    ['RIFF that is no WAV', 'RIFF\0\0\0\0WEBPVP8 ', /RIFF file but no WAV/],
  ];
  for (const [name, head, said] of foreign) {
    it(`${name}, by its name`, () => {
      const error = refusal(Buffer.from(head, 'latin1'));
      assert.equal(error.code, 'BAD_AUDIO');
      assert.match(error.message, said);
    });
  }

  it('raw bytes whose MIME type or file name says that they are a container', () => {
    assert.match(
      refusal(PCM, { mimeType: 'audio/webm;codecs=opus' }).message,
      /WebM recording without its beginning/,
    );
    assert.match(refusal(PCM, { fileName: 'take.OGG' }).message, /Ogg file without its beginning/);
  });

  const headers: [name: string, file: Buffer, said: RegExp][] = [
    ['no channels', edited(22, 0), /0 channel/],
    ['17 bits of what has 16', edited(34, 40), /40 bit/],
    [
      'no format',
      Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), chunk('data', PCM)]),
      /no format chunk/,
    ],
    [
      'half a format',
      Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), chunk('fmt ', noise(10))]),
      /10 bytes/,
    ],
    [
      'a header without an end',
      withChunks(PCM, { before: [chunk('LIST', noise(1_100_000))], after: [] }).subarray(0, 50_000),
      /no audio within/,
    ],
  ];
  for (const [name, file, said] of headers) {
    it(`a WAV with ${name}`, () => {
      assert.match(refusal(file).message, said);
    });
  }

  it('hints that no audio can have', () => {
    assert.match(refusal(PCM, { bits: 17 }).message, /17 bits/);
    assert.match(refusal(PCM, { rate: 3 }).message, /3 Hz/);
    assert.match(refusal(PCM, { channels: 0 }).message, /0 channels/);
    assert.match(refusal(PCM, { encoding: 'mp7' }).message, /"mp7"/);
    assert.match(refusal(PCM, { channels: 2, channel: 2 }).message, /Channel 2 was asked for/);
  });

  it('one input and takes the next one from its beginning', () => {
    const intake = new AudioIntake(16000);
    assert.equal(now(intake.write(PCM.subarray(0, 31))).length, 30);
    assert.throws(() => intake.write(edited(22, 0)), { code: 'BAD_AUDIO' });
    assert.ok(now(intake.write(PCM)).equals(PCM));
  });
});

/** A WAV with a 16-bit field of its header changed. */
function edited(offset: number, value: number): Buffer {
  const file = wav(PCM);
  file.writeUInt16LE(value, offset);
  return file;
}
