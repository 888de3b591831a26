import assert from 'node:assert/strict';
import { AudioIntake } from '../../../lib/audio/intake';
import { now } from '../../support/intake-pcm';
import { noise } from '../../support/wav-files';

const PCM = noise(10_000);

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
    it(`raw ${encoding} in stereo, by the mean or by one channel`, () => {
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

  it('A-law at 8 kHz for a model of 8 kHz, without a resampling in between', () => {
    const intake = new AudioIntake(8000);
    const pcm = now(intake.write(Buffer.alloc(8000, 0xd5), { encoding: 'a-law', rate: 8000 }));
    assert.equal(pcm.length, 16000);
    assert.equal(intake.info?.codec, 'pcm_alaw');
  });

  it("nothing where the hints name the session's own encoding, by any of its names", () => {
    for (const encoding of ['signed-integer', 'pcm_s16le', 's16le', 'PCM', 'linear16']) {
      const hint = { rate: 8000, channels: 1, bits: 16, encoding };
      assert.equal(now(new AudioIntake(8000).write(PCM, hint)).buffer, PCM.buffer);
    }
  });
});
