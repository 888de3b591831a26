import type { Random } from '../../test/support/random';
import { RATE_HZ } from './rate';

/** Fills a stream with noise of about -40 dB, which the corpus brings to its level. */
export type Noise = (samples: Float32Array, random: Random, speech: readonly Float32Array[]) => void;

const SECOND = RATE_HZ;

/** Pink noise: white noise through three poles, after Paul Kellet. */
const pink = (samples: Float32Array, random: Random, gain: (at: number) => number): void => {
  let low = 0;
  let middle = 0;
  let high = 0;
  for (let at = 0; at < samples.length; at++) {
    const white = random.next() * 2 - 1;
    low = 0.99765 * low + white * 0.099046;
    middle = 0.963 * middle + white * 0.2965164;
    high = 0.57 * high + white * 1.0526913;
    samples[at] = (samples[at] ?? 0) + gain(at) * (low + middle + high + white * 0.1848);
  }
};

export const NOISES: Readonly<Record<string, Noise>> = {
  /** The mains and its harmonics, as a badly shielded microphone has them. */
  hum: (samples, random) => {
    const partials = [50, 100, 150, 200, 300, 350, 450, 550].map((hz, index) => ({
      step: (2 * Math.PI * hz) / RATE_HZ,
      phase: random.next() * 6,
      gain: 1 / (index + 1),
    }));
    for (let at = 0; at < samples.length; at++) {
      let sum = 0;
      for (const { step, phase, gain } of partials) sum += gain * Math.sin(at * step + phase);
      samples[at] = sum;
    }
  },
  /** A fan or an air conditioner: pink and steady. */
  fan: (samples, random) => {
    pink(samples, random, () => 1);
  },
  /** Traffic: pink, with cars that pass. */
  street: (samples, random) => {
    const cars = Array.from({ length: Math.ceil(samples.length / (8 * SECOND)) }, (_, index) => ({
      at: (index + random.next()) * 8 * SECOND,
      length: (1 + 2 * random.next()) * SECOND,
    }));
    pink(samples, random, (at) => {
      const { at: peak = 0, length = 1 } = cars[Math.floor(at / (8 * SECOND))] ?? {};
      return 0.6 + Math.exp(-(((at - peak) / length) ** 2));
    });
  },
  /** Chords of decaying tones, four to the second. */
  music: (samples, random) => {
    const step = SECOND / 4;
    for (let begin = 0; begin < samples.length; begin += step) {
      for (let voice = 0; voice < 3; voice++) {
        const turn = (2 * Math.PI * 110 * 2 ** (random.int(0, 36) / 12)) / RATE_HZ;
        const end = Math.min(samples.length, begin + 3 * step);
        for (let at = begin; at < end; at++) {
          const decay = Math.exp((-3 * (at - begin)) / SECOND);
          const phase = turn * (at - begin);
          samples[at] = (samples[at] ?? 0) + decay * (Math.sin(phase) + 0.4 * Math.sin(2 * phase));
        }
      }
    }
  },
  /** Bursts of typing: five keys to the second, each a click of 12 ms. */
  keyboard: (samples, random) => {
    for (let at = 0; at < samples.length; at += random.int(SECOND / 10, SECOND / 3)) {
      if (random.chance(0.03)) at += random.int(1, 8) * SECOND;
      for (let index = 0; index < 200; index++) {
        if (at + index >= samples.length) break;
        samples[at + index] = (random.next() * 2 - 1) * Math.exp(-index / 50);
      }
    }
  },
  /** The voice of another person who speaks all the time. */
  television: (samples, random, speech) => {
    for (let at = 0; at < samples.length;) {
      const said = random.pick(speech);
      samples.set(said.subarray(0, samples.length - at), at);
      at += said.length + random.int(0, SECOND / 2);
    }
  },
};
