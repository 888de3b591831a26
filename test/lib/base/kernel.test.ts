import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Kernel } from '../../../lib/base/kernel';
import { PLAIN_BASE64, SIMD_BASE64, SOURCES_HASH } from '../../../lib/base/kernel/wasm';
import type { PcmFormat } from '../../../lib/audio/pcm-format';
import { noise } from '../../support/wav-files';

const BUILD = path.join(__dirname, '../../../audio-kernel/build.mjs');
const simd = new Kernel(Buffer.from(SIMD_BASE64, 'base64'));
const plain = new Kernel(Buffer.from(PLAIN_BASE64, 'base64'));
const FORMATS: readonly PcmFormat[] = [
  ...(['signed', 'unsigned', 'float'] as const).flatMap((kind) =>
    (kind === 'float' ? [32, 64] : [8, 16, 24, 32]).flatMap((bits) =>
      [false, true].map((isBigEndian) => ({ kind, bits, isBigEndian })),
    ),
  ),
  { kind: 'a-law', bits: 8, isBigEndian: false },
  { kind: 'mu-law', bits: 8, isBigEndian: false },
];

describe('the kernel of the audio', () => {
  it('is built from the sources in audio-kernel/', () => {
    const script = `import(${JSON.stringify(pathToFileURL(BUILD).href)}).then((m) => console.log(m.sourcesHash()))`;
    const hash = execFileSync(process.execPath, ['--eval', script], { encoding: 'utf8' }).trim();
    assert.equal(hash, SOURCES_HASH, 'Run `npm install && npm run build` in audio-kernel.');
  });

  it('writes base64 of every length and every value, with vectors and without', () => {
    const lengths = [...Array.from({ length: 64 }, (_, length) => length), 3200, simd.blockFrames];
    for (const length of lengths) {
      const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * 37 + length) % 256));
      const expected = `before${bytes.toString('base64')}after`;
      for (const one of [simd, plain]) {
        const target = Buffer.from(`before${'?'.repeat(expected.length - 11)}after`);
        one.base64(bytes, target, 6);
        assert.equal(target.toString('latin1'), expected, `${length} bytes`);
      }
    }
  });

  // Lengths that are not a multiple of the vector's length.
  for (const frames of [1, 3, 7, 8, 61, 509]) {
    it(`gives the same with vectors and without, of ${frames} frames`, () => {
      for (const format of FORMATS) {
        for (const channels of [1, 2, 3]) {
          const bytes = noise((frames * channels * format.bits) / 8);
          const results = [simd, plain].map((kernel) => {
            const block = kernel.separate(bytes, format, channels);
            const copies = block.map((samples) => samples.slice());
            const levels = block.map((samples) => kernel.levels(samples));
            const mono = kernel.mixed(block);
            const pcm = Buffer.alloc(2 * frames);
            kernel.pcm16(mono, pcm, 0);
            return { copies, levels, mono: mono.slice(), pcm };
          });
          const name = `${channels} channels of ${JSON.stringify(format)}`;
          const [a, b] = [results[0]!, results[1]!];
          assert.deepEqual(a.copies, b.copies, name);
          assert.deepEqual(a.mono, b.mono, name);
          assert.deepEqual(a.pcm, b.pcm, name);
          for (const [channel, levels] of a.levels.entries()) {
            const other = b.levels[channel]!;
            assert.equal(levels.peak, other.peak, name);
            assert.equal(levels.clippedSamples, other.clippedSamples, name);
            assert.ok(
              Math.abs(levels.sumOfSquares - other.sumOfSquares) <= 1e-5 * other.sumOfSquares + 1e-9,
              name,
            );
          }
        }
      }
    });
  }

  it('measures 16-bit samples as it measures floats, at full scale too', () => {
    const pcm = noise(1018);
    for (let at = 100; at < 140; at += 2) pcm.writeInt16LE(at < 120 ? -32768 : 32767, at);
    const format = { kind: 'signed', bits: 16, isBigEndian: false } as const;
    for (const kernel of [simd, plain]) {
      const { peak, sumOfSquares, clippedSamples } = kernel.levels16(pcm);
      const [mono] = kernel.separate(pcm, format, 1);
      const floats = kernel.levels(mono!);
      assert.equal(peak, 1);
      assert.equal(floats.peak, 1);
      assert.ok(clippedSamples >= 20);
      assert.equal(floats.clippedSamples, clippedSamples);
      assert.ok(Math.abs(floats.sumOfSquares - sumOfSquares) < 1e-5 * sumOfSquares);
    }
  });

  it('filters the same with vectors and without', () => {
    const signal = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i * i));
    for (const isExact of [true, false]) {
      const [up, phases, taps, down] = [3, 3, 16, 7];
      const coefficients = Float32Array.from({ length: (phases + 1) * taps }, (_, i) => Math.cos(i) / taps);
      const table = { coefficients, taps, phases, up, down, isExact };
      const [a, b] = [simd, plain].map((kernel) => {
        kernel.setSignal(signal, 0);
        return kernel.filter(table, 150, 2, 1).slice();
      });
      for (const [n, value] of a!.entries()) assert.ok(Math.abs(value - b![n]!) < 1e-6, `output ${n}`);
    }
  });
});
