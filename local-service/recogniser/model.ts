import { createRequire } from 'node:module';
import path from 'node:path';
import { messageOf } from '../json';
import { RecogniserError } from './error';
import type { SherpaModule, SherpaRecognizer, SherpaVad } from './sherpa';
import { TOKENS_FILE } from './tokens';

/** Sample rate of the models. */
export const MODEL_RATE_HZ = 16_000;

/** Samples that the voice activity detector takes at a time. */
export const VAD_WINDOW_SAMPLES = 512;

/** After this much speech the detector looks for a shorter pause to cut at. */
const PREFERRED_SPEECH_SECONDS = 12;

/** Longer than the longest stretch of speech without a cut. */
const VAD_BUFFER_SECONDS = 20;

const MAX_SPARE_VADS = 8;

const MOONSHINE = 'node_modules/@moonshine-ai/moonshine-js/dist/model/tiny/quantized';
const SILERO = 'node_modules/@ricky0123/vad-web/dist/silero_vad_v6.onnx';

export interface VoiceActivityOptions {
  /** 0 to 1: how certain the detector must be of speech. */
  probability: number;
  /** The pause that ends a segment. */
  silenceMs: number;
}

/** The loaded engine and weights. */
export class Model {
  readonly #folder: string;
  readonly #sherpa: SherpaModule;
  readonly #recognizer: SherpaRecognizer;
  readonly #spareVads: (VoiceActivityOptions & { vad: SherpaVad })[] = [];

  private constructor(folder: string, sherpa: SherpaModule, recognizer: SherpaRecognizer) {
    this.#folder = folder;
    this.#sherpa = sherpa;
    this.#recognizer = recognizer;
  }

  /** @throws RecogniserError when the engine does not run on this machine. */
  static async load(folder: string): Promise<Model> {
    try {
      const sherpa = createRequire(path.join(folder, 'package.json'))('sherpa-onnx-node') as SherpaModule;
      const recognizer = await sherpa.OfflineRecognizer.createAsync({
        featConfig: { sampleRate: MODEL_RATE_HZ, featureDim: 80 },
        modelConfig: {
          moonshine: {
            encoder: path.join(folder, MOONSHINE, 'encoder_model.onnx'),
            mergedDecoder: path.join(folder, MOONSHINE, 'decoder_model_merged.onnx'),
          },
          tokens: path.join(folder, TOKENS_FILE),
          numThreads: 1,
          provider: 'cpu',
        },
      });
      return new Model(folder, sherpa, recognizer);
    } catch (cause) {
      const reason = messageOf(cause).split('\n')[0] ?? '';
      throw new RecogniserError(
        `The recogniser could not be loaded on ${process.platform}-${process.arch}: ${reason} ` +
          `If the folder ${folder} was changed, remove it and start again; else use the engine "script".`,
        { cause },
      );
    }
  }

  /** @param samples At {@link MODEL_RATE_HZ}. */
  async decode(samples: Float32Array): Promise<string> {
    const stream = this.#recognizer.createStream();
    stream.acceptWaveform({ sampleRate: MODEL_RATE_HZ, samples });
    const { text } = await this.#recognizer.decodeAsync(stream);
    return text.trim();
  }

  /** A fresh detector. It must be given back: making one takes 10 MB and blocks for a tenth of a second. */
  takeVad(options: VoiceActivityOptions): SherpaVad {
    const index = this.#spareVads.findIndex(
      ({ probability, silenceMs }) => probability === options.probability && silenceMs === options.silenceMs,
    );
    return this.#spareVads.splice(index, index < 0 ? 0 : 1)[0]?.vad ?? this.#createVad(options);
  }

  giveVadBack(vad: SherpaVad, options: VoiceActivityOptions): void {
    vad.flush();
    while (!vad.isEmpty()) vad.pop();
    vad.reset();
    this.#spareVads.push({ ...options, vad });
    if (this.#spareVads.length > MAX_SPARE_VADS) this.#spareVads.shift();
  }

  #createVad({ probability, silenceMs }: VoiceActivityOptions): SherpaVad {
    const config = {
      sileroVad: {
        model: path.join(this.#folder, SILERO),
        threshold: probability,
        minSpeechDuration: 0.2,
        minSilenceDuration: silenceMs / 1_000,
        maxSpeechDuration: PREFERRED_SPEECH_SECONDS,
        windowSize: VAD_WINDOW_SAMPLES,
      },
      sampleRate: MODEL_RATE_HZ,
      numThreads: 1,
    };
    return new this.#sherpa.Vad(config, VAD_BUFFER_SECONDS);
  }
}
