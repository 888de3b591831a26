import type { AudioBlock } from './decoders/decoder';
import { AsrError } from '../vocabulary/errors';
import { SPEECH_RATE_HZ } from './format';
import type { AudioInfo, SourceFormat } from './format';
import { kernel } from '../base/kernel';
import type { Levels } from '../base/kernel';

const SILENCE_DB = -120;
/** Quieter audio means that no microphone was on; a quiet room is louder. */
const SILENT_PEAK_DB = -60;
/** Shorter audio is not judged before it is over. */
const MIN_JUDGED_SECONDS = 1;
/** Interval at which running audio is examined. */
const EXAMINED_SECONDS = 1;
/** Pauses in speech are shorter. */
const SURELY_SILENT_SECONDS = 10;
const NOTHING: readonly AudioComplaint[] = [];
const CLIPPED_SHARE = 0.0005;

/** Measures the levels of all audio, whatever its channels. */
class LevelMeter {
  #peak = 0;
  #sumOfSquares = 0;
  #samples = 0;
  #clippedSamples = 0;

  get peakDb(): number {
    return decibels(this.#peak);
  }

  get rmsDb(): number {
    return decibels(this.#samples === 0 ? 0 : Math.sqrt(this.#sumOfSquares / this.#samples));
  }

  get isClipped(): boolean {
    return this.#clippedSamples > CLIPPED_SHARE * this.#samples;
  }

  get isSilent(): boolean {
    return this.#samples > 0 && this.peakDb < SILENT_PEAK_DB;
  }

  add({ peak, sumOfSquares, clippedSamples }: Levels, samples: number): void {
    this.#peak = Math.max(this.#peak, peak);
    this.#sumOfSquares += sumOfSquares;
    this.#clippedSamples += clippedSamples;
    this.#samples += samples;
  }
}

/** Watches one recording and collects what there is to say about it. */
export class Doctor {
  readonly #kernel = kernel();
  readonly #levels = new LevelMeter();
  bytes = 0;
  isCut = false;
  byFfmpeg = false;
  /** Whether nothing more of the recording comes, at least in this session. */
  isOver = false;
  /** A sentence about the assumed format. */
  assumption: string | undefined;
  #format: SourceFormat | undefined;
  #seconds = 0;
  #examinedAtSeconds = 0;
  readonly #said = new Set<string>();

  get format(): SourceFormat | undefined {
    return this.#format;
  }

  get seconds(): number {
    return this.#seconds;
  }

  /** Whether the recording broke off, or its format was assumed. */
  get hasToSay(): boolean {
    return this.isCut || this.assumption !== undefined || this.#seconds === 0;
  }

  describe(format: SourceFormat): void {
    this.#format = format;
  }

  /** @param block In the kernel's memory. */
  measure(block: AudioBlock): void {
    for (const samples of block) this.#levels.add(this.#kernel.levels(samples), samples.length);
    this.#addSamples(block[0]?.length ?? 0);
  }

  /** Measures 16-bit mono of any length. */
  measure16(pcm: Uint8Array): void {
    const blockBytes = 2 * this.#kernel.blockFrames;
    for (let at = 0; at < pcm.length; at += blockBytes) {
      const block = pcm.subarray(at, at + blockBytes);
      this.#levels.add(this.#kernel.levels16(block), block.length / 2);
    }
    this.#addSamples(pcm.length / 2);
  }

  /** Adds levels that were already measured on 16-bit mono. */
  heard16(levels: Levels, bytes: number): void {
    this.bytes += bytes;
    this.#levels.add(levels, bytes / 2);
    this.#addSamples(bytes / 2);
  }

  /** @param samples Of one channel. */
  #addSamples(samples: number): void {
    this.#seconds += samples / (this.#format?.rateHz ?? Infinity);
  }

  /** The description of the recording, once its format is known. */
  info(): AudioInfo | undefined {
    const { bytes, isCut, byFfmpeg } = this;
    const levels = this.#levels;
    if (!this.#format) return undefined;
    return {
      ...this.#format,
      bytes,
      seconds: rounded(this.#seconds, 6),
      peakDb: rounded(levels.peakDb, 1),
      rmsDb: rounded(levels.rmsDb, 1),
      isClipped: levels.isClipped,
      isSilent: levels.isSilent,
      isCut,
      byFfmpeg,
    };
  }

  /**
   * What a person should know and was not told yet. Clipping is reported when it is certain, silence and gaps at the
   * end. It is cheap enough to be called with every chunk.
   * @param sessionRateHz The rate that the audio is converted to.
   */
  complaints(sessionRateHz: number, isEnd: boolean): readonly AudioComplaint[] {
    if (!isEnd && this.#seconds - this.#examinedAtSeconds < EXAMINED_SECONDS) return NOTHING;
    this.#examinedAtSeconds = this.#seconds;
    const told = this.#complaints(sessionRateHz, isEnd);
    return told.filter(({ code }) => {
      const isNew = !this.#said.has(code);
      this.#said.add(code);
      return isNew;
    });
  }

  #complaints(sessionRateHz: number, isEnd: boolean): readonly AudioComplaint[] {
    const format = this.#format;
    const isWhole = isEnd && this.isOver;
    if (isWhole && this.bytes > 0 && this.#seconds === 0) return [nothing(this.bytes)];
    const isLong = this.#seconds >= MIN_JUDGED_SECONDS;
    if (!format || (!isLong && !isWhole && !this.isCut && this.assumption === undefined)) return NOTHING;
    const { isClipped, isSilent } = this.#levels;
    const rateHz = rateOf(format);
    const tellers: ((info: AudioInfo, sessionRateHz: number) => AudioComplaint)[] = [];
    if (isClipped && isLong) tellers.push(clipped);
    if (isSilent && (isEnd || this.#seconds >= SURELY_SILENT_SECONDS)) tellers.push(silent);
    if (isLong && rateHz < sessionRateHz) tellers.push(slow);
    if (isLong && sessionRateHz < rateHz && sessionRateHz < SPEECH_RATE_HZ) tellers.push(narrowed);
    if (this.isCut && isEnd) tellers.push(cut);
    const { assumption } = this;
    if (assumption !== undefined) tellers.push(() => ({ code: 'AUDIO_ASSUMED', message: assumption }));
    const info = tellers.length > 0 ? this.info() : undefined;
    return info ? tellers.map((tell) => tell(info, sessionRateHz)) : NOTHING;
  }
}

/** A fault of audio that can still be used. */
export interface AudioComplaint {
  code: 'AUDIO_SILENT' | 'AUDIO_CLIPPED' | 'AUDIO_RATE' | 'AUDIO_CUT' | 'AUDIO_ASSUMED';
  message: string;
}

/** A line for people: `WAV, pcm_s16le, 44100 Hz, 2 channels, 16 bit`. */
function inWords({ container, codec, rateHz, channels, bits }: SourceFormat): string {
  const size = bits === undefined ? '' : `, ${bits} bit`;
  return `${container}, ${codec}, ${rateHz} Hz, ${channels} channel${channels === 1 ? '' : 's'}${size}`;
}

/** The complaint about a recording without a single sample. */
function nothing(bytes: number): AudioComplaint {
  const amount = bytes === 1 ? 'One byte' : `${bytes} bytes`;
  return {
    code: 'AUDIO_CUT',
    message: `${amount} of a recording came and gave no sound: it ended within its header, or was damaged. Send it whole, from its beginning.`,
  };
}

function silent(info: AudioInfo): AudioComplaint {
  return {
    code: 'AUDIO_SILENT',
    message: `There is nothing to hear in ${seconds(info)} s of audio (${inWords(info)}; peak ${info.peakDb} dB): check the microphone, its mute switch and its channel.`,
  };
}

function clipped(info: AudioInfo): AudioComplaint {
  return {
    code: 'AUDIO_CLIPPED',
    message: `The audio is clipped: its loud parts are cut off at full scale (mean level ${info.rmsDb} dB). Turn the recording level down.`,
  };
}

function slow(info: AudioInfo, sessionRateHz: number): AudioComplaint {
  return {
    code: 'AUDIO_RATE',
    message: `The audio has ${rateOf(info)} Hz, less than the session's ${sessionRateHz} Hz: it is converted, but what was above ${rateOf(info) / 2} Hz is not there. Record at ${sessionRateHz} Hz, or use a model and a session of ${rateOf(info)} Hz.`,
  };
}

function narrowed(info: AudioInfo, sessionRateHz: number): AudioComplaint {
  return {
    code: 'AUDIO_RATE',
    message: `The audio has ${rateOf(info)} Hz, more than the session's ${sessionRateHz} Hz: it is converted, and what was above ${sessionRateHz / 2} Hz is lost. A model for ${SPEECH_RATE_HZ} Hz hears more.`,
  };
}

function cut(info: AudioInfo): AudioComplaint {
  return {
    code: 'AUDIO_CUT',
    message: `The audio (${inWords(info)}) has a gap or ends in the middle, after ${seconds(info)} s: part of it did not arrive.`,
  };
}

function rateOf({ rateHz, originalRateHz }: SourceFormat): number {
  return originalRateHz ?? rateHz;
}

function seconds(info: AudioInfo): number {
  return rounded(info.seconds, 1);
}

function decibels(amplitude: number): number {
  return amplitude <= 0 ? SILENCE_DB : Math.max(SILENCE_DB, 20 * Math.log10(amplitude));
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** @throws AsrError `BAD_AUDIO` for too few bytes to be audio. */
export function checkEnough(info: AudioInfo | undefined, bytes: number): void {
  if (info && info.seconds > 0) return;
  const amount = bytes === 1 ? 'one byte' : `${bytes} bytes`;
  throw new AsrError(
    'BAD_AUDIO',
    info
      ? `There is no audio in it: ${amount} of ${info.container} (${info.codec}) without a whole sample.`
      : `The audio is ${amount}, less than a sample.`,
  );
}
