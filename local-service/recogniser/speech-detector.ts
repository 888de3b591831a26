import { MODEL_RATE_HZ, VAD_WINDOW_SAMPLES, type Model, type VoiceActivityOptions } from './model';
import type { SherpaVad } from './sherpa';

/** Speech began or ended, in samples since the beginning. `goesOn`: it was cut because it was long. */
export type SpeechEvent =
  { type: 'began'; begin: number } | { type: 'ended'; begin: number; end: number; goesOn?: boolean };

/** Speech that the detector needs before it reports any, and the two windows that it looks back. */
const ONSET_SAMPLES = 0.2 * MODEL_RATE_HZ + 2 * VAD_WINDOW_SAMPLES;

/** Speech without a pause is cut at this length, because the model is made for short clips. */
const MAX_SPEECH_SAMPLES = 15 * MODEL_RATE_HZ;

/** Finds speech in a stream of samples. */
export class SpeechDetector {
  readonly #model: Model;
  readonly #options: VoiceActivityOptions;
  readonly #vad: SherpaVad;
  #pending = new Float32Array(0);
  /** Samples that the detector has received. */
  #seen = 0;
  /** Where the detector's own count began. */
  #origin = 0;
  #began: number | undefined;
  /** End of the last segment, which the next one must not overlap. */
  #lastEnd = 0;

  constructor(model: Model, options: VoiceActivityOptions) {
    this.#model = model;
    this.#options = options;
    this.#vad = model.takeVad(options);
  }

  /** It must not be used afterwards. */
  close(): void {
    this.#model.giveVadBack(this.#vad, this.#options);
  }

  feed(samples: Float32Array): SpeechEvent[] {
    const events: SpeechEvent[] = [];
    const all = joined(this.#pending, samples);
    let offset = 0;
    for (; offset + VAD_WINDOW_SAMPLES <= all.length; offset += VAD_WINDOW_SAMPLES) {
      this.#window(all.slice(offset, offset + VAD_WINDOW_SAMPLES), events);
    }
    this.#pending = all.slice(offset);
    return events;
  }

  /** Ends speech that has not ended by itself, and begins anew. @param goesOn Whether the speech goes on. */
  flush(goesOn = false): SpeechEvent[] {
    const events: SpeechEvent[] = [];
    const rest = this.#pending;
    this.#pending = new Float32Array(0);
    if (rest.length > 0) {
      const window = new Float32Array(VAD_WINDOW_SAMPLES);
      window.set(rest);
      this.#window(window, events);
      this.#seen += rest.length - VAD_WINDOW_SAMPLES;
    }
    this.#cut(events, goesOn);
    return events;
  }

  #window(window: Float32Array, events: SpeechEvent[]): void {
    const vad = this.#vad;
    vad.acceptWaveform(window);
    this.#seen += window.length;
    if (this.#began === undefined && vad.isDetected()) {
      this.#began = Math.max(this.#lastEnd, this.#seen - ONSET_SAMPLES);
      events.push({ type: 'began', begin: this.#began });
    }
    this.#takeSegments(events);
    if (this.#began !== undefined && this.#seen - this.#began >= MAX_SPEECH_SAMPLES) this.#cut(events, true);
  }

  #cut(events: SpeechEvent[], goesOn: boolean): void {
    this.#vad.flush();
    this.#takeSegments(events);
    if (this.#began !== undefined) this.#end(this.#began, this.#seen, events);
    const last = events.at(-1);
    if (goesOn && last?.type === 'ended') last.goesOn = true;
    this.#vad.reset();
    this.#origin = this.#seen;
  }

  #takeSegments(events: SpeechEvent[]): void {
    while (!this.#vad.isEmpty()) {
      const { start, samples } = this.#vad.front();
      this.#vad.pop();
      const begin = Math.max(this.#lastEnd, this.#origin + start);
      if (this.#began === undefined) events.push({ type: 'began', begin });
      this.#end(this.#began ?? begin, Math.min(this.#seen, this.#origin + start + samples.length), events);
    }
  }

  #end(begin: number, end: number, events: SpeechEvent[]): void {
    events.push({ type: 'ended', begin, end });
    this.#began = undefined;
    this.#lastEnd = end;
  }
}

function joined(a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
