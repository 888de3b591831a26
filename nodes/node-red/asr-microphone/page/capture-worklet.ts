// Runs beside the page and turns the microphone's audio into 16-bit mono PCM at 16 kHz, in chunks of 100 ms. The
// browser is asked for 16 kHz and then resamples itself; where it does not (Firefox, some devices), this code does.
import { PolyphaseFilter } from '../../../../lib/browser';
import { ScalarKernel } from './scalar-kernel';

// TypeScript's library only knows the page's side of a worklet.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** What the page gets ten times a second. */
export interface CapturedChunk {
  pcm: ArrayBuffer;
  /** Relative to full scale. */
  rms: number;
  peak: number;
}

const RATE_HZ = 16_000;
const CHUNK_SAMPLES = RATE_HZ / 10;
const FULL_SCALE = 32_767;

class Capture extends AudioWorkletProcessor {
  readonly #resampler =
    sampleRate === RATE_HZ
      ? undefined
      : new PolyphaseFilter(
          sampleRate,
          RATE_HZ,
          (samples) => {
            this.#add(samples);
          },
          new ScalarKernel(),
        );
  #chunk = new Int16Array(CHUNK_SAMPLES);
  #filled = 0;
  #squares = 0;
  #peak = 0;

  process([channels = []]: Float32Array[][]): boolean {
    const [first] = channels;
    if (!first) return true;
    const mono =
      channels.length === 1
        ? first
        : first.map((_, at) => channels.reduce((sum, one) => sum + (one[at] ?? 0), 0) / channels.length);
    if (this.#resampler) this.#resampler.write(mono);
    else this.#add(mono);
    return true;
  }

  #add(samples: Float32Array): void {
    for (const sample of samples) {
      this.#chunk[this.#filled] = Math.round(Math.min(1, Math.max(-1, sample)) * FULL_SCALE);
      this.#filled += 1;
      this.#squares += sample * sample;
      this.#peak = Math.max(this.#peak, Math.abs(sample));
      if (this.#filled === CHUNK_SAMPLES) this.#post();
    }
  }

  #post(): void {
    const { buffer: pcm } = this.#chunk;
    const chunk: CapturedChunk = { pcm, rms: Math.sqrt(this.#squares / CHUNK_SAMPLES), peak: this.#peak };
    this.port.postMessage(chunk, [pcm]);
    this.#chunk = new Int16Array(CHUNK_SAMPLES);
    this.#filled = 0;
    this.#squares = 0;
    this.#peak = 0;
  }
}

registerProcessor('capture', Capture);
