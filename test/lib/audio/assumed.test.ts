import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { AudioIntake } from '../../../lib/audio/intake';
import { findLikeness } from '../../../lib/audio/likeness';
import { fixture } from '../../support/audio-fixtures';
import { JFK_PCM } from '../../support/jfk';
import { noise } from '../../support/wav-files';

describe('live audio without any hint of its format', () => {
  const looks = (bytes: Uint8Array): string => findLikeness(bytes.subarray(0, 64_000))?.looks ?? 'nothing';

  const RATES = [8000, 16_000, 44_100];
  const VOLUMES = [0.05, 0.7, 1];
  const pcm = (rate: number, channels: number, volume: number): Buffer =>
    fixture('a.s16le', `-f s16le -ar ${rate} -ac ${channels} -af volume=${volume}`);
  /** Samples in 32 bits each. */
  const widened = (samples: Buffer, widen: (sample: number) => number): Buffer => {
    const wide = Buffer.alloc(2 * samples.length);
    for (let at = 0; at < samples.length; at += 2) wide.writeInt32LE(widen(samples.readInt16LE(at)), at * 2);
    return wide;
  };

  for (const [name, format, said] of [
    ['big endian', 's16be', /16-bit samples, upper byte first/],
    ['24 bits', 's24le', /24-bit samples$/],
    ['24 bits, big endian', 's24be', /24-bit samples, upper byte first/],
  ] as const) {
    it(`is seen to be ${name}, at every rate, loud and quiet, in mono and stereo`, () => {
      for (const rate of RATES) {
        for (const volume of VOLUMES) {
          for (const channels of [1, 2]) {
            const args = `-f ${format} -ar ${rate} -ac ${channels} -af volume=${volume}`;
            assert.match(looks(fixture(`a.${format}`, args)), said, args);
          }
        }
      }
    });
  }

  for (const [name, format, said] of [
    ['float', 'f32le', /32-bit float samples$/],
    ['float, big endian', 'f32be', /32-bit float samples, upper byte first/],
    ['32 bits', 's32le', /32-bit samples$/],
    ['32 bits, big endian', 's32be', /32-bit samples, upper byte first/],
    ['8 bits', 'u8', /8-bit unsigned/],
    ['8 bits with a sign', 's8', /8-bit signed/],
    ['µ-law', 'mulaw', /µ-law/],
    ['A-law', 'alaw', /A-law/],
  ] as const) {
    it(`is seen to be ${name}`, () => {
      for (const rate of [8000, 16_000])
        assert.match(
          looks(fixture(`a.${format}`, `-f ${format} -ar ${rate} -af volume=0.7`)),
          said,
          `${rate} Hz`,
        );
    });
  }

  it('is seen to be fewer bits in 32, at the right or the left of them', () => {
    for (const rate of [8000, 16_000]) {
      for (const volume of VOLUMES) {
        const samples = pcm(rate, 1, volume);
        const of = `${rate} Hz, ${volume}`;
        assert.match(
          looks(widened(samples, (sample) => sample * 256)),
          /24-bit samples at the right of 32/,
          of,
        );
        assert.match(looks(widened(samples, (sample) => sample)), /32-bit samples of 16 bits/, of);
        assert.match(looks(widened(samples, (sample) => sample << 16)), /32-bit samples$/, of);
      }
    }
  });

  it('is seen to be compressed or encrypted', () => {
    const cipher = createCipheriv('aes-256-cbc', Buffer.alloc(32, 1), Buffer.alloc(16, 2));
    for (const [name, bytes] of [
      ['noise', noise(64_000)],
      ['gzip', gzipSync(JFK_PCM)],
      ['AES', Buffer.concat([cipher.update(JFK_PCM), cipher.final()])],
      ['G.722', fixture('a.g722', '-ar 16000')],
    ] as const) {
      assert.match(looks(bytes), /compressed/, name);
    }
  });

  it('is seen to be packets with RTP headers, of any size and wherever the first one begins', () => {
    const muLaw = fixture('a.mulaw', '-f mulaw -ar 8000');
    const packets = (payload: Buffer, bytes: number, flags = '80', tail = ''): Buffer =>
      Buffer.concat(
        Array.from({ length: 40 }, (_, index) => {
          const header = Buffer.from(`${flags}0000000000000012a4bbcd${tail}`, 'hex');
          header.writeUInt16BE((index + 65_530) & 0xffff, 2);
          header.writeUInt32BE(index * 160, 4);
          return [header, payload.subarray(index * bytes, (index + 1) * bytes)];
        }).flat(),
      );
    for (const [bytes, size, headerBytes] of [
      [packets(JFK_PCM, 320), 332, 12],
      [packets(Buffer.from(JFK_PCM).swap16(), 640), 652, 12],
      [packets(muLaw, 160, '82', '1111111122222222'), 180, 20],
      [packets(muLaw, 160, '91', '33333333bede000110ff0000'), 184, 24],
    ] as const) {
      for (const part of [bytes, bytes.subarray(100)]) {
        const likeness = findLikeness(part);
        assert.match(likeness?.looks ?? '', new RegExp(`RTP header every ${size} bytes`));
        assert.match(likeness?.advice ?? '', new RegExp(`first ${headerBytes} bytes off`));
      }
    }
  });

  it('is seen to be the middle of a recording', () => {
    assert.match(looks(fixture('a.mp3', '-ar 44100 -ac 2').subarray(777)), /MP3 without its beginning/);
    assert.match(looks(fixture('a.aac', '-ac 2').subarray(777)), /AAC without its beginning/);
    assert.match(
      looks(fixture('a.webm', '-c:a libopus').subarray(100)),
      /WebM recording without its beginning/,
    );
  });

  it('is nothing else where it is what was assumed, however loud, quiet, clipped or noisy', () => {
    for (const rate of [8000, 44_100]) {
      for (const channels of [1, 2]) {
        for (const volume of [0.003, 0.05, 1, 10, 100]) {
          const samples = pcm(rate, channels, volume);
          for (let at = 0; at + 64_000 < samples.length; at += 96_000)
            assert.equal(looks(samples.subarray(at)), 'nothing', `${rate} Hz, ${channels}, ${volume}, ${at}`);
        }
      }
    }
    const loud = noise(64_000);
    const half = new Int16Array(32_000).map((_, index) => loud.readInt16LE(2 * index) / 2);
    assert.equal(looks(Buffer.from(half.buffer)), 'nothing');
    assert.equal(looks(Buffer.alloc(64_000)), 'nothing');
  });

  it('is reported once, with the format that is assumed', async () => {
    const intake = new AudioIntake(16_000);
    await intake.write(Buffer.from(JFK_PCM.subarray(0, 100_000)));
    const [complaint, ...others] = intake.doctor!.complaints(16_000, false);
    assert.equal(complaint?.code, 'AUDIO_ASSUMED');
    assert.match(complaint.message, /pcm_s16le, 16000 Hz, 1 channel/);
    assert.deepEqual([...others, ...intake.doctor!.complaints(16_000, true)], []);
  });

  it('is not reported where a rate was given', async () => {
    const intake = new AudioIntake(16_000);
    await intake.write(Buffer.from(JFK_PCM.subarray(0, 100_000)), { rate: 16_000 });
    assert.deepEqual(intake.doctor!.complaints(16_000, true), []);
  });
});
