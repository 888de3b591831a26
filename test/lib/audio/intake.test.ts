import assert from 'node:assert/strict';
import type { AsrError, AudioFormatHints } from '../../../lib';
import { AudioIntake } from '../../../lib/audio/intake';
import { wav } from '../../support/scripted-audio';
import { chunk, extensibleWav, noise, withChunks } from '../../support/wav-files';

const CHUNK_SIZES = [1, 2, 3, 37, 977, 4096];
const PCM = noise(10_000);

/** What the intake gives for these bytes in chunks of this size; every piece must be whole samples. */
function take(bytes: Uint8Array, size: number, intake = new AudioIntake(16000)): Buffer {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; offset += size) {
    const piece = intake.write(bytes.subarray(offset, offset + size));
    assert.equal(piece.length % 2, 0);
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces);
}

function refusal(bytes: Uint8Array, hints?: AudioFormatHints, rateHz = 16000): AsrError {
  try {
    new AudioIntake(rateHz).write(bytes, hints);
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

      it('passes raw PCM on as it is', () => {
        same(PCM);
      });

      it('passes raw PCM on that has an R, RI or RIF at the beginning of chunks', () => {
        const tricky = Buffer.from('RxRIxxRIFxRRIFRIF.'.repeat(100), 'latin1');
        same(tricky, tricky);
      });

      it('takes the audio out of a WAV', () => {
        same(wav(PCM));
      });

      it('takes the audio out of a WAV in WAVE_FORMAT_EXTENSIBLE', () => {
        same(extensibleWav(PCM));
      });

      it('leaves out chunks before and behind the audio of a WAV', () => {
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

      it('drops half a sample at the end of a WAV rather than shift the next one', () => {
        const odd = wav(Buffer.concat([PCM, Buffer.of(7)]));
        same(odd);
      });
    });
  }

  it('passes loud raw PCM on that begins almost like another format', () => {
    for (const head of ['ID3Z', '\xff\xd8\xff\x10', 'Oggs', 'RIFX']) {
      const loud = Buffer.concat([Buffer.from(head, 'latin1'), noise(96)]);
      assert.ok(Buffer.from(new AudioIntake(16000).write(loud)).equals(loud), head);
    }
  });

  it('takes WAV after WAV, and WAV after raw PCM', () => {
    const intake = new AudioIntake(16000);
    assert.ok(Buffer.from(intake.write(wav(PCM))).equals(PCM));
    assert.ok(Buffer.from(intake.write(PCM)).equals(PCM));
    assert.ok(Buffer.from(intake.write(wav(PCM))).equals(PCM));
    const both = Buffer.concat([wav(PCM), wav(PCM)]);
    assert.ok(Buffer.from(intake.write(both)).equals(Buffer.concat([PCM, PCM])));
  });

  it('takes the next WAV where the one before was cut off', () => {
    const intake = new AudioIntake(16000);
    assert.equal(intake.write(wav(PCM).subarray(0, 3044)).length, 3000);
    assert.ok(Buffer.from(intake.write(wav(PCM))).equals(PCM));
  });

  it('passes raw PCM on without a copy', () => {
    const piece = new AudioIntake(16000).write(PCM);
    assert.equal(piece.buffer, PCM.buffer);
  });

  it('keeps nothing of a header that it waits for in the memory of the caller', () => {
    const intake = new AudioIntake(16000);
    const file = wav(PCM);
    const reused = Buffer.from(file.subarray(0, 20));
    assert.equal(intake.write(reused).length, 0);
    reused.fill(0xff);
    assert.ok(Buffer.from(intake.write(file.subarray(20))).equals(PCM));
  });

  it('takes nothing from nothing', () => {
    assert.equal(new AudioIntake(16000).write(new Uint8Array(0)).length, 0);
    assert.equal(new AudioIntake(16000).write(wav(Buffer.alloc(0))).length, 0);
  });
});

describe('AudioIntake refuses', () => {
  const foreign: [name: string, head: string][] = [
    ['Ogg (Opus, Vorbis or Speex)', 'OggS\0\x02'],
    ['WebM or Matroska', '\x1aE\xdf\xa3\x9f'],
    ['FLAC', 'fLaC\0'],
    ['MP3', 'ID3\x04\0'],
    ['AMR', '#!AMR\n'],
    ['AIFF', 'FORM\0\0\0\0AIFF'],
    ['RF64 (large WAV)', 'RF64\xff\xff\xff\xffWAVE'],
    ['CAF', 'caff\0\x01'],
    ['MP4 or M4A', '\0\0\0\x1cftypM4A '],
    ['a PNG image', '\x89PNG\r\n'],
    ['a JPEG image', '\xff\xd8\xff\xe0'],
    ['a PDF document', '%PDF-1.7'],
    ['an HTML page', '<!DOCTYPE html>'],
    ['an HTML page', '<html><body>'],
  ];
  for (const [name, head] of foreign) {
    it(`${name} that begins ${JSON.stringify(head)}, by its name, and says what to do`, () => {
      const error = refusal(Buffer.concat([Buffer.from(head, 'latin1'), noise(100)]));
      assert.equal(error.code, 'BAD_AUDIO');
      assert.ok(error.message.includes(`The audio is ${name};`), error.message);
      assert.match(error.message, /16-bit mono PCM at 16000 Hz.*Convert it/);
    });
  }

  const kinds: [name: string, file: Buffer, said: RegExp][] = [
    ['another rate', wav(PCM, 44100), /a WAV of 44100 Hz, 1 channel\(s\), 16 bit, PCM/],
    ['two channels', edited(22, 2), /16000 Hz, 2 channel/],
    ['24 bit', edited(34, 24), /24 bit/],
    ['8 bit', edited(34, 8), /8 bit/],
    ['floats', edited(20, 3), /format code 3/],
    ['A-law', edited(20, 6), /format code 6/],
    ['floats in an extensible header', extensibleWav(PCM, 3), /format code 3/],
  ];
  for (const [name, file, said] of kinds) {
    it(`a WAV with ${name}`, () => {
      const error = refusal(file);
      assert.equal(error.code, 'BAD_AUDIO');
      assert.match(error.message, said);
    });
  }

  it('RIFF files that are no WAV, and WAV files without format or audio', () => {
    assert.match(refusal(Buffer.from('RIFF\0\0\0\0AVI LIST', 'latin1')).message, /no WAV/);
    const noFormat = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), chunk('data', PCM)]);
    assert.match(refusal(noFormat).message, /no format chunk/);
    const short = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), chunk('fmt ', noise(14))]);
    assert.match(refusal(short).message, /14 bytes/);
    const endless = withChunks(PCM, { before: [chunk('LIST', noise(70_000))], after: [] });
    assert.match(refusal(endless).message, /no audio within/);
  });

  const hints: AudioFormatHints[] = [
    { rate: 8000 },
    { channels: 2 },
    { bits: 8 },
    { encoding: 'opus' },
    { rate: 48000, channels: 2, bits: 16, encoding: 'signed-integer' },
  ];
  for (const hint of hints) {
    it(`raw audio that is told to be ${JSON.stringify(hint)}`, () => {
      const error = refusal(PCM, hint);
      assert.equal(error.code, 'BAD_AUDIO');
      for (const [name, value] of Object.entries(hint)) assert.ok(error.message.includes(`${name} ${value}`));
    });
  }

  it('nothing that is told to be what it takes, in any of its names', () => {
    for (const encoding of ['signed-integer', 'pcm_s16le', 's16le', 'PCM', 'linear16']) {
      const hint = { rate: 8000, channels: 1, bits: 16, encoding };
      assert.equal(new AudioIntake(8000).write(PCM, hint).length, PCM.length);
    }
  });

  it('and starts afresh with what comes next', () => {
    const intake = new AudioIntake(16000);
    assert.equal(intake.write(PCM.subarray(0, 3)).length, 2);
    assert.throws(() => intake.write(wav(PCM, 44100)), { code: 'BAD_AUDIO' });
    assert.ok(Buffer.from(intake.write(PCM)).equals(PCM));
  });
});

/** A WAV with a 16-bit field of its header changed. */
function edited(offset: number, value: number): Buffer {
  const file = wav(PCM);
  file.writeUInt16LE(value, offset);
  return file;
}
