import type { Doctor } from '../../audio/doctor';
import { VoiceDetector } from '../../audio/voice-detector';
import { kernel } from '../../base/kernel';
import type { SessionConfig } from '../config';
import type { StatisticsCounter } from '../events/statistics';
import type { ServiceLink } from '../link/service-link';
import type { Recognition } from '../results/recognition';
import type { Sender } from './sender';
import { VoiceGate } from './voice-gate';

/** Mean level relative to full scale, -48 dB. A recogniser finds no speech in quieter audio. */
const LOUD_LEVEL = 0.0038;
/** The level is taken for pieces of this length, so that a single word in a long silence counts. */
const LEVEL_MS = 100;

export interface AudioOutletOptions {
  config: Pick<SessionConfig, 'wireFormat' | 'sampleRateHz' | 'voiceGate'>;
  bytesPerMs: number;
  counter: StatisticsCounter;
  sender: Sender;
  recognition: Pick<Recognition, 'hasOpenSentences' | 'gateTimes'>;
  /** The link is made after the outlet. */
  link: () => Pick<ServiceLink, 'wake' | 'listen'>;
}

/**
 * The way from the input to the sender, for audio as the service takes it. It measures the level of PCM, and holds back
 * what the voice gate does not let pass.
 */
export class AudioOutlet {
  readonly #options: AudioOutletOptions;
  readonly #kernel = kernel();
  readonly #isMeasured: boolean;
  readonly #levelBytes: number;
  readonly #gate: VoiceGate | undefined;
  #uncommittedBytes = 0;
  #hasTaken = false;

  constructor(options: AudioOutletOptions) {
    const { config, bytesPerMs, counter, sender, recognition } = options;
    this.#options = options;
    this.#isMeasured = config.wireFormat === 'pcm';
    // Whole samples, also at 11025 Hz.
    this.#levelBytes = 2 * Math.floor((LEVEL_MS * bytesPerMs) / 2);
    if (!config.voiceGate) return;
    this.#gate = new VoiceGate({
      ...config.voiceGate,
      detector: new VoiceDetector(config.sampleRateHz),
      bytesPerMs,
      counter,
      hasOpenSentence: () => recognition.hasOpenSentences,
      pass: (pcm) => {
        this.#send(pcm, undefined);
      },
      onGap: (bytes) => {
        recognition.gateTimes.gap(sender.endMs, bytes / bytesPerMs);
      },
    });
  }

  /** Audio since the last commit, without what the voice gate did not let pass. */
  get uncommittedBytes(): number {
    return this.#uncommittedBytes;
  }

  /** Whether any audio has come since the last commit, sent or not. */
  get hasTaken(): boolean {
    return this.#hasTaken;
  }

  /** The audio so far belongs to a commit. */
  committed(): void {
    this.#uncommittedBytes = 0;
    this.#hasTaken = false;
  }

  /** @param doctor Gets the levels, unless it has seen the audio before it was decoded. */
  take(bytes: Uint8Array, doctor: Doctor | undefined): void {
    if (bytes.length === 0) return;
    this.#hasTaken = true;
    if (!this.#gate) {
      this.#send(bytes, doctor);
      return;
    }
    for (let at = 0; at < bytes.length; at += this.#levelBytes) {
      const piece = bytes.subarray(at, at + this.#levelBytes);
      doctor?.heard16(this.#kernel.levels16(piece), piece.length);
      this.#gate.take(piece);
    }
    this.#options.link().listen();
  }

  /** A commit or the finish follows, so a word that may have just begun is sent before it. */
  divide(): void {
    this.#gate?.divide();
  }

  stop(): void {
    this.#gate?.stop();
  }

  #send(bytes: Uint8Array, doctor: Doctor | undefined): void {
    this.#options.link().wake();
    this.#uncommittedBytes += bytes.length;
    if (this.#isMeasured) this.#sendByLevel(bytes, doctor);
    else this.#options.sender.append(bytes, true);
  }

  /** Sends piece by piece, each with whether it may contain speech. */
  #sendByLevel(pcm: Uint8Array, doctor: Doctor | undefined): void {
    const maxBytes = this.#levelBytes;
    for (let at = 0; at < pcm.length; at += maxBytes) {
      const piece = pcm.length <= maxBytes ? pcm : pcm.subarray(at, at + maxBytes);
      const levels = this.#kernel.levels16(piece);
      doctor?.heard16(levels, piece.length);
      const isLoud = levels.sumOfSquares > LOUD_LEVEL ** 2 * (piece.length / 2);
      this.#options.sender.append(piece, isLoud);
    }
  }
}
