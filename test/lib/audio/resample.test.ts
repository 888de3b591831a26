import assert from 'node:assert/strict';
import { Resampler } from '../../../lib/audio/resample';

const SECONDS = 0.4;

function tone(frequencyHz: number, rateHz: number, amplitude = 0.5): Float32Array {
  return Float32Array.from(
    { length: Math.round(rateHz * SECONDS) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * frequencyHz * i) / rateHz),
  );
}

function resample(samples: Float32Array, fromHz: number, toHz: number, chunk = samples.length): Float32Array {
  const pieces: Float32Array[] = [];
  // Each piece is valid during the call only.
  const resampler = new Resampler(fromHz, toHz, (piece) => pieces.push(piece.slice()));
  for (let at = 0; at < samples.length; at += chunk) resampler.write(samples.subarray(at, at + chunk));
  resampler.flush();
  return joined(pieces);
}

function joined(pieces: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The level, in dB of full scale, of everything beside the tone, in the middle of the signal, away from its ends. */
function residueDb(
  samples: Float32Array,
  frequencyHz: number,
  rateHz: number,
): { toneDb: number; restDb: number } {
  const from = Math.round(samples.length * 0.25);
  const middle = samples.subarray(from, Math.round(samples.length * 0.75));
  let sin = 0;
  let cos = 0;
  // The tone is fitted by least squares. The window makes the fit exact enough for 120 dB.
  let ss = 0;
  let cc = 0;
  let sc = 0;
  for (const [i, value] of middle.entries()) {
    const phase = (2 * Math.PI * frequencyHz * (i + from)) / rateHz;
    const [s, c] = [Math.sin(phase), Math.cos(phase)];
    sin += value * s;
    cos += value * c;
    ss += s * s;
    cc += c * c;
    sc += s * c;
  }
  const determinant = ss * cc - sc * sc;
  const a = (sin * cc - cos * sc) / determinant;
  const b = (cos * ss - sin * sc) / determinant;
  let rest = 0;
  for (const [i, value] of middle.entries()) {
    const phase = (2 * Math.PI * frequencyHz * (i + from)) / rateHz;
    rest += (value - a * Math.sin(phase) - b * Math.cos(phase)) ** 2;
  }
  const decibels = (amplitude: number) => 20 * Math.log10(Math.max(1e-9, amplitude));
  return { toneDb: decibels(Math.hypot(a, b)), restDb: decibels(Math.sqrt((2 * rest) / middle.length)) };
}

const RATES_HZ = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000];
const PAIRS = RATES_HZ.flatMap((fromHz) =>
  [8000, 16000, 24000].map((toHz) => [fromHz, toHz] as const),
).filter(([fromHz, toHz]) => fromHz !== toHz);

describe('Resampler', () => {
  for (const [fromHz, toHz] of PAIRS) {
    it(`keeps speech and lets no image or alias through from ${fromHz} to ${toHz} Hz`, () => {
      const narrow = Math.min(fromHz, toHz);
      for (const frequencyHz of [300, 1000, narrow * 0.35, narrow * 0.42]) {
        const { toneDb, restDb } = residueDb(
          resample(tone(frequencyHz, fromHz), fromHz, toHz),
          frequencyHz,
          toHz,
        );
        assert.ok(Math.abs(toneDb + 6.02) < 0.1, `${frequencyHz} Hz at ${toneDb} dB`);
        assert.ok(restDb - toneDb < -80, `${frequencyHz} Hz leaves ${restDb - toneDb} dB`);
      }
      for (const frequencyHz of [toHz * 0.5 + 50, toHz * 0.75, toHz * 0.9, toHz * 1.1]) {
        if (frequencyHz >= fromHz / 2) continue;
        const out = resample(tone(frequencyHz, fromHz), fromHz, toHz);
        const { restDb } = residueDb(out, 10, toHz);
        assert.ok(restDb + 6 < -80, `${frequencyHz} Hz comes through at ${restDb + 6} dB`);
      }
    });
  }

  it('gives the exact length, whatever the length, the rates and the chunks', () => {
    for (const [fromHz, toHz] of [...PAIRS, [44_099, 16_000] as const, [15_999, 16_000] as const]) {
      for (const length of [0, 1, 2, 97, 441, 4801]) {
        const samples = Float32Array.from({ length }, (_, i) => Math.sin(i));
        const whole = resample(samples, fromHz, toHz);
        assert.equal(
          whole.length,
          Math.ceil((length * toHz) / fromHz),
          `${length} from ${fromHz} to ${toHz}`,
        );
        for (const chunk of [1, 7, 480]) {
          assert.deepEqual(resample(samples, fromHz, toHz, chunk), whole);
        }
      }
    }
  });

  it('keeps its quality between rates without a small ratio', () => {
    const { toneDb, restDb } = residueDb(resample(tone(1000, 44_099), 44_099, 16_000), 1000, 16_000);
    assert.ok(Math.abs(toneDb + 6.02) < 0.1);
    assert.ok(restDb - toneDb < -80, `${restDb - toneDb} dB`);
  });

  it('adds no delay to the audio', () => {
    const click = new Float32Array(4800);
    click[2400] = 1;
    const out = resample(click, 48_000, 16_000);
    assert.equal(out.indexOf(Math.max(...out)), 800);
  });

  it('begins a new signal after a flush', () => {
    let pieces: Float32Array[] = [];
    const resampler = new Resampler(48_000, 16_000, (piece) => pieces.push(piece.slice()));
    const samples = tone(440, 48_000).subarray(0, 1000);
    const run = () => {
      pieces = [];
      resampler.write(samples);
      resampler.flush();
      return joined(pieces);
    };
    assert.deepEqual(run(), run());
  });
});
