import { readFileSync } from 'node:fs';
import { VoiceDetector } from '../../lib/audio/voice-detector';
import type { SpeechDetector } from '../../lib/session/send/voice-gate';
import { RATE_HZ } from './rate';

/** The exports of WebRTC's voice activity detection, as emscripten names them. */
interface Fvad {
  HEAP16: Int16Array;
  _malloc: (bytes: number) => number;
  _fvad_new: () => number;
  _fvad_set_mode: (handle: number, mode: number) => number;
  _fvad_set_sample_rate: (handle: number, rateHz: number) => number;
  _fvad_process: (handle: number, at: number, samples: number) => number;
}

const FRAME = RATE_HZ / 50;
const WINDOW_FRAMES = 16;
const VOICED_FRAMES = 6;

/** WebRTC's detection, with the rule of our detector for the number of frames that make speech. */
class FvadDetector implements SpeechDetector {
  isUncertain = false;
  readonly #module: Fvad;
  readonly #handle: number;
  readonly #at: number;
  #recent: boolean[] = [];

  constructor(module: Fvad, mode: number) {
    this.#module = module;
    this.#handle = module._fvad_new();
    this.#at = module._malloc(2 * FRAME);
    module._fvad_set_mode(this.#handle, mode);
    module._fvad_set_sample_rate(this.#handle, RATE_HZ);
  }

  hears(pcm: Uint8Array): boolean {
    const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2);
    let hasVoice = false;
    for (let at = 0; at + FRAME <= samples.length; at += FRAME) {
      this.#module.HEAP16.set(samples.subarray(at, at + FRAME), this.#at / 2);
      const isVoice = this.#module._fvad_process(this.#handle, this.#at, FRAME) === 1;
      this.#recent = [...this.#recent.slice(1 - WINDOW_FRAMES), isVoice];
      if (isVoice && this.#recent.filter(Boolean).length >= VOICED_FRAMES) hasVoice = true;
    }
    return hasVoice;
  }
}

/** Finds speech only where both detectors find it. */
class Both implements SpeechDetector {
  isUncertain = false;
  readonly #detectors: readonly SpeechDetector[];

  constructor(...detectors: SpeechDetector[]) {
    this.#detectors = detectors;
  }

  hears(pcm: Uint8Array): boolean {
    return this.#detectors.map((detector) => detector.hears(pcm)).every(Boolean);
  }
}

/** The detectors that are compared. @param fvadPath The folder of `@echogarden/fvad-wasm`, where it is installed. */
export async function candidates(fvadPath?: string): Promise<Record<string, () => SpeechDetector>> {
  const energy = (): SpeechDetector => new VoiceDetector(RATE_HZ);
  if (fvadPath === undefined) return { energy };
  const { default: load } = (await import(`${fvadPath}/fvad.js`)) as {
    default: (options: object) => Promise<Fvad>;
  };
  const module = await load({ wasmBinary: readFileSync(`${fvadPath}/fvad.wasm`) });
  const fvad = (mode: number) => (): SpeechDetector => new FvadDetector(module, mode);
  return {
    energy,
    'fvad 0': fvad(0),
    'fvad 1': fvad(1),
    'fvad 2': fvad(2),
    'fvad 3': fvad(3),
    'energy and fvad 1': () => new Both(energy(), fvad(1)()),
    'energy and fvad 2': () => new Both(energy(), fvad(2)()),
    'energy and fvad 3': () => new Both(energy(), fvad(3)()),
  };
}
