import type { StatisticsCounter } from '../events/statistics';
import { AudioBlocks } from './send-buffer';

/** While the service has a sentence open, the gate waits this long for its end. */
const OPEN_SENTENCE_MS = 10_000;
/** Audio that passes goes on in pieces of this length, because the level of each is measured. */
const PIECE_MS = 100;

/** Tells whether anybody speaks; see `VoiceDetector`. */
export interface SpeechDetector {
  /** Whether anybody speaks in the next piece. */
  hears: (pcm: Uint8Array) => boolean;
  /** Whether somebody may have begun to speak at the end of what was heard. */
  readonly isUncertain: boolean;
}

export interface VoiceGateOptions {
  detector: SpeechDetector;
  bytesPerMs: number;
  counter: Pick<StatisticsCounter, 'audioGatedBytes'>;
  /** The gate closes after this long without speech. */
  closeAfterMs: number;
  /** This much of the audio before speech passes with it. */
  leadMs: number;
  /** Whether the service waits for the end of a sentence. */
  hasOpenSentence: () => boolean;
  /** Takes audio that passes, in order. */
  pass: (pcm: Uint8Array) => void;
  /** This many bytes do not pass, and what passes next lies behind them. Called right before that passes. */
  onGap: (bytes: number) => void;
}

/**
 * Lets only speech pass: all audio from shortly before somebody speaks until a while after. What lies between is not
 * sent. It begins open, because nothing is known of the noise in the room yet.
 */
export class VoiceGate {
  readonly #options: VoiceGateOptions;
  readonly #closeAfterBytes: number;
  readonly #leadBytes: number;
  readonly #pieceBytes: number;
  /** The newest audio while the gate is closed. */
  readonly #kept = new AudioBlocks();
  #isOpen = true;
  #quietBytes = 0;
  #gapBytes = 0;

  constructor(options: VoiceGateOptions) {
    const { bytesPerMs, closeAfterMs, leadMs } = options;
    this.#options = options;
    this.#closeAfterBytes = closeAfterMs * bytesPerMs;
    this.#leadBytes = 2 * Math.floor((leadMs * bytesPerMs) / 2);
    this.#pieceBytes = 2 * Math.floor((PIECE_MS * bytesPerMs) / 2);
  }

  /** Takes the next piece, and lets it pass or keeps it. */
  take(pcm: Uint8Array): void {
    const { detector, pass } = this.#options;
    if (detector.hears(pcm)) {
      this.#quietBytes = 0;
      this.#open();
    } else {
      this.#quietBytes += pcm.length;
      if (this.#isOpen && this.#isOver()) this.#isOpen = false;
    }
    if (this.#isOpen) pass(pcm);
    else this.#keep(pcm);
  }

  /** Something follows that divides the audio, so a word that may have just begun passes now. */
  divide(): void {
    if (this.#options.detector.isUncertain) this.#open();
  }

  /** No more audio comes, so nothing of what is kept will pass. */
  stop(): void {
    this.#forget(this.#kept.end);
  }

  #isOver(): boolean {
    if (this.#quietBytes < this.#closeAfterBytes) return false;
    const { bytesPerMs, hasOpenSentence } = this.#options;
    return this.#quietBytes >= OPEN_SENTENCE_MS * bytesPerMs || !hasOpenSentence();
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#quietBytes = 0;
    const { pass, onGap } = this.#options;
    if (this.#gapBytes > 0) onGap(this.#gapBytes);
    this.#gapBytes = 0;
    while (this.#kept.length > 0) {
      const piece = this.#kept.read(this.#kept.begin, this.#pieceBytes);
      pass(piece);
      this.#kept.discardBefore(this.#kept.begin + piece.length, true);
    }
  }

  #keep(pcm: Uint8Array): void {
    this.#kept.write(pcm);
    this.#forget(this.#kept.end - this.#leadBytes);
  }

  #forget(before: number): void {
    const { begin } = this.#kept;
    if (before <= begin) return;
    this.#kept.discardBefore(before, true);
    this.#gapBytes += before - begin;
    this.#options.counter.audioGatedBytes += before - begin;
  }
}
