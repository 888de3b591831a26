import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { browserCode } from '../support/browser-code';

const PAGE = path.join(__dirname, '../../nodes/node-red/asr-microphone/page');

const BLOCK = 128;
const OUT_HZ = 16_000;
const FULL_SCALE = 32_767;

interface Chunk {
  pcm: ArrayBuffer;
  rms: number;
  peak: number;
}

let worklet = '';

/** The worklet of the page in a context of this rate, as a browser runs it. */
function capture(sampleRate: number): (channels: Float32Array[]) => Int16Array {
  const chunks: Chunk[] = [];
  let Processor: (new () => { process: (inputs: Float32Array[][]) => boolean }) | undefined;
  class AudioWorkletProcessor {
    port = { postMessage: (chunk: Chunk) => chunks.push(chunk) };
  }
  const globals = {
    sampleRate,
    AudioWorkletProcessor,
    registerProcessor: (_name: string, processor: typeof Processor) => (Processor = processor),
  };
  runInContext(worklet, createContext(globals));
  const processor = new Processor!();
  return (channels) => {
    for (let at = 0; at < channels[0]!.length; at += BLOCK) {
      processor.process([channels.map((samples) => samples.subarray(at, at + BLOCK))]);
    }
    return Int16Array.from(chunks.splice(0).flatMap(({ pcm }) => [...new Int16Array(pcm)]));
  };
}

function tone(hz: number, rateHz: number, seconds = 1): Float32Array {
  return Float32Array.from(
    { length: rateHz * seconds },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rateHz),
  );
}

/** The difference in the middle, where no filter begins or ends, in decibels of the tone. */
function levelDb(samples: ArrayLike<number>): number {
  const middle = Array.from(samples).slice(1600, -1600);
  const rms = Math.sqrt(middle.reduce((sum, one) => sum + (one / FULL_SCALE) ** 2, 0) / middle.length);
  return 20 * Math.log10(rms / (0.5 / Math.SQRT2));
}

describe('the microphone’s worklet', () => {
  before(async () => {
    worklet = await browserCode('capture-worklet.js');
  });

  for (const rateHz of [8_000, 16_000, 22_050, 44_100, 48_000, 96_000]) {
    it(`gives a second of 16 kHz for a second of ${rateHz} Hz, with the same tone`, () => {
      const heard = capture(rateHz)([tone(1000, rateHz)]);
      // The rest of the last chunk, and the filter's delay, is still to come.
      assert.ok(heard.length >= OUT_HZ - 1600 && heard.length <= OUT_HZ, `${heard.length} samples`);
      const expected = tone(1000, OUT_HZ);
      let error = 0;
      for (let i = 1600; i < heard.length - 1600; i += 1) {
        error = Math.max(error, Math.abs(heard[i]! / FULL_SCALE - expected[i]!));
      }
      assert.ok(error < 0.001, `off by ${error}`);
    });
  }

  it('keeps frequencies up to 8 kHz, and removes those above', () => {
    for (const rateHz of [44_100, 48_000]) {
      assert.ok(Math.abs(levelDb(capture(rateHz)([tone(6500, rateHz)]))) < 0.1, 'passband');
      for (const hz of [8_500, 12_000, 15_500]) {
        const db = levelDb(capture(rateHz)([tone(hz, rateHz)]));
        assert.ok(db < -70, `${hz} Hz comes through with ${db.toFixed(1)} dB`);
      }
    }
  });

  it('mixes channels, and limits loud samples to full scale', () => {
    const loud = Float32Array.from({ length: 4800 }, () => 3);
    const quiet = Float32Array.from({ length: 4800 }, () => -3);
    assert.ok(capture(16_000)([loud, quiet]).every((sample) => sample === 0));
    assert.ok(capture(16_000)([loud]).every((sample) => sample === FULL_SCALE));
  });
});

describe('the microphone’s texts', () => {
  const source = readFileSync(path.join(PAGE, 'texts.ts'), 'utf8');
  const exported = source.slice(source.indexOf('{'), source.indexOf('};') + 1);
  const texts = runInContext(`(${exported})`, createContext({})) as Record<string, Record<string, string>>;
  const keys = Object.keys(texts['en-US']!);

  it('exist in both languages, with the same placeholders', () => {
    assert.deepEqual(Object.keys(texts['zh-CN']!), keys);
    const places = (text: string) => text.match(/\{\w+\}/g)?.sort();
    for (const key of keys)
      assert.deepEqual(places(texts['zh-CN']![key]!), places(texts['en-US']![key]!), key);
  });

  it('have every key that the page uses', () => {
    const html = readFileSync(path.join(PAGE, 'index.html'), 'utf8');
    const script = readFileSync(path.join(PAGE, 'main.ts'), 'utf8');
    const asked = [
      ...html.matchAll(/data-(?:text|label)="([^"]+)"/g),
      ...script.matchAll(/text\('([\w.]+)'[,)]/g),
    ];
    assert.ok(asked.length > 10);
    for (const [, key] of asked) assert.ok(keys.includes(key!), key);
  });
});
