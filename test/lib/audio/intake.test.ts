import assert from 'node:assert/strict';
import type { AsrError, AudioFormatHints } from '../../../lib';
import { AudioIntake } from '../../../lib/audio/intake';
import type { Pcm } from '../../../lib/audio/intake';
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
    // The intake may pass on the caller's memory.
    pieces.push(Buffer.from(piece));
  }
  pieces.push(now(intake.pause()));
  return Buffer.concat(pieces);
}

/** What needs no decoder to be loaded comes within the call. */
function now(pcm: Pcm): Buffer {
  assert.ok(pcm instanceof Uint8Array, 'a promise came');
  return Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength);
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

      it('passes raw PCM on as it is', () => {
        same(PCM);
      });

      it('passes raw PCM on that has an R, RI or RIF at the beginning of chunks', () => {
        const tricky = Buffer.from('RxRIxxRIFxRRIFRIF\0'.repeat(100), 'latin1');
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

  it('keeps nothing of a header that it waits for in the memory of the caller', () => {
    const intake = new AudioIntake(16000);
    const file = wav(PCM);
    const reused = Buffer.from(file.subarray(0, 20));
    assert.equal(now(intake.write(reused)).length, 0);
    reused.fill(0xff);
    assert.ok(now(intake.write(file.subarray(20))).equals(PCM));
  });

  it('takes nothing from nothing', () => {
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

  it('what is said to be a container and does not begin like one', () => {
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

  it('hints that no audio has', () => {
    assert.match(refusal(PCM, { bits: 17 }).message, /17 bits/);
    assert.match(refusal(PCM, { rate: 3 }).message, /3 Hz/);
    assert.match(refusal(PCM, { channels: 0 }).message, /0 channels/);
    assert.match(refusal(PCM, { encoding: 'mp7' }).message, /"mp7"/);
    assert.match(refusal(PCM, { channels: 2, channel: 2 }).message, /Channel 2 was asked for/);
  });

  it('and starts afresh with what comes next', () => {
    const intake = new AudioIntake(16000);
    assert.equal(now(intake.write(PCM.subarray(0, 31))).length, 30);
    assert.throws(() => intake.write(edited(22, 0)), { code: 'BAD_AUDIO' });
    assert.ok(now(intake.write(PCM)).equals(PCM));
  });
});

describe('AudioIntake makes 16-bit mono of', () => {
  const samples = [0, 1, -1, 0.5, -0.5, 0.25, -0.25, 0.125].flatMap((value) => Array<number>(50).fill(value));
  const expected = samples.map((value) => Math.min(32767, Math.round(value * 32768)));
  const encodings: [
    encoding: string,
    bytes: number,
    write: (view: DataView, at: number, value: number) => void,
  ][] = [
    [
      's8',
      1,
      (view, at, value) => {
        view.setInt8(at, Math.min(127, value * 128));
      },
    ],
    [
      'u8',
      1,
      (view, at, value) => {
        view.setUint8(at, Math.min(255, value * 128 + 128));
      },
    ],
    [
      's16be',
      2,
      (view, at, value) => {
        view.setInt16(at, Math.min(32767, value * 32768));
      },
    ],
    [
      'u16le',
      2,
      (view, at, value) => {
        view.setUint16(at, Math.min(65535, value * 32768 + 32768), true);
      },
    ],
    [
      's24le',
      3,
      (view, at, value) => {
        const whole = Math.min(8388607, value * 8388608);
        view.setUint8(at, whole & 255);
        view.setInt16(at + 1, whole >> 8, true);
      },
    ],
    [
      's24be',
      3,
      (view, at, value) => {
        const whole = Math.min(8388607, value * 8388608);
        view.setInt16(at, whole >> 8);
        view.setUint8(at + 2, whole & 255);
      },
    ],
    [
      's32le',
      4,
      (view, at, value) => {
        view.setInt32(at, Math.min(2147483647, value * 2147483648), true);
      },
    ],
    [
      's32be',
      4,
      (view, at, value) => {
        view.setInt32(at, Math.min(2147483647, value * 2147483648));
      },
    ],
    [
      'f32le',
      4,
      (view, at, value) => {
        view.setFloat32(at, value, true);
      },
    ],
    [
      'f32be',
      4,
      (view, at, value) => {
        view.setFloat32(at, value);
      },
    ],
    [
      'f64le',
      8,
      (view, at, value) => {
        view.setFloat64(at, value, true);
      },
    ],
  ];
  for (const [encoding, bytes, write] of encodings) {
    it(`raw ${encoding} in stereo, of which it takes the mean or one`, () => {
      const raw = Buffer.alloc(samples.length * bytes * 2);
      const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
      for (const [index, value] of samples.entries()) write(view, (2 * index + 1) * bytes, value);
      const precision = bytes === 1 ? 256 : 1;
      const zero = encoding.startsWith('u') ? -32768 : 0;
      const check = (channel: number | undefined, wanted: (value: number) => number) => {
        const hints = { encoding, channels: 2, rate: 16000, ...(channel !== undefined && { channel }) };
        const pcm = now(new AudioIntake(16000).write(raw, hints));
        for (const [index, value] of expected.entries()) {
          const heard = pcm.readInt16LE(index * 2);
          assert.ok(Math.abs(heard - wanted(value)) <= precision, `${heard} for ${value} at ${index}`);
        }
      };
      check(1, (value) => value);
      check(0, () => zero);
      check(undefined, (value) => (value + zero) / 2);
    });
  }

  it('a big-endian L16 as the network sends it, by its MIME type', () => {
    const big = Buffer.from(PCM).swap16();
    const pcm = now(new AudioIntake(8000).write(big, { mimeType: 'audio/L16;rate=8000;channels=1' }));
    assert.ok(pcm.equals(PCM));
  });

  it('a telephone line at 8 kHz for a model of 8 kHz without another rate in between', () => {
    const intake = new AudioIntake(8000);
    const pcm = now(intake.write(Buffer.alloc(8000, 0xd5), { encoding: 'a-law', rate: 8000 }));
    assert.equal(pcm.length, 16000);
    assert.equal(intake.info?.codec, 'pcm_alaw');
  });

  it('nothing that is told to be what it takes, in any of its names', () => {
    for (const encoding of ['signed-integer', 'pcm_s16le', 's16le', 'PCM', 'linear16']) {
      const hint = { rate: 8000, channels: 1, bits: 16, encoding };
      assert.equal(now(new AudioIntake(8000).write(PCM, hint)).buffer, PCM.buffer);
    }
  });
});

/** A WAV with a 16-bit field of its header changed. */
function edited(offset: number, value: number): Buffer {
  const file = wav(PCM);
  file.writeUInt16LE(value, offset);
  return file;
}
