import { asBuffer } from './bytes';
import type { Decoder, DecoderOutput } from './decoders/decoder';
import { PcmDecoder } from './decoders/pcm';
import { findLikeness } from './likeness';
import { pcmCodecName } from './pcm-format';
import type { RawFormat } from './pcm-format';
import { SAY_RAW } from './unidentified';

/** An assumed format is judged by this much of the audio. */
const JUDGED_BYTES = 64 * 1024;
/** It is judged by this much first, and again by four times as much until something is found. */
const FIRST_JUDGED_BYTES = 4096;
const JUDGED_AGAIN_AT = 4;

/** A multiple of all sizes of samples in one and two channels. */
const ANY_SAMPLE_BYTES = 24;

/** A quieter room tells nothing; samples that are read in a wrong format are louder. */
const QUIET_LEVEL = 256;

/**
 * Raw samples whose format nobody has named. They are decoded as the assumed format, which is reported once, and
 * judged by their first seconds. Live audio does not wait for the judgement, which begins with the first sound, or is
 * made at the end where there was none.
 */
export class AssumedPcmDecoder implements Decoder {
  readonly #pcm: PcmDecoder;
  readonly #output: DecoderOutput;
  readonly #assumed: string;
  #memory: Uint8Array | undefined;
  /** The first piece before any sound. Where no sound comes, it may tell why. */
  #silentHead: Uint8Array | undefined;
  #used = 0;
  /** Bytes before that, as far as they matter for the position within a sample. */
  #skipped = 0;
  #judgedAtBytes = FIRST_JUDGED_BYTES;

  /** The caller describes the format. */
  constructor({ pcm, channels }: RawFormat, rateHz: number, output: DecoderOutput) {
    this.#pcm = new PcmDecoder(pcm, channels, output);
    this.#output = output;
    this.#assumed = `${pcmCodecName(pcm)}, ${rateHz} Hz, ${channels} channel${channels === 1 ? '' : 's'}`;
  }

  write(bytes: Uint8Array): void {
    if (this.#used < JUDGED_BYTES) this.#listen(bytes);
    this.#pcm.write(bytes);
  }

  get sliceBytes(): number {
    return this.#pcm.sliceBytes;
  }

  passes(bytes: Uint8Array): boolean {
    return this.#used >= JUDGED_BYTES && this.#pcm.passes(bytes);
  }

  goesOnWith(): boolean {
    return this.#pcm.goesOnWith();
  }

  judge(): void {
    if (this.#used < JUDGED_BYTES) this.#judge(true);
  }

  end(): void {
    this.judge();
    this.#pcm.end();
  }

  /** Examines the audio from the first sound on, and from the beginning of a sample of any size. */
  #listen(bytes: Uint8Array): void {
    if (this.#used > 0) {
      this.#remember(bytes);
      return;
    }
    const isSilent = isQuiet(bytes);
    const toSkip = isSilent ? bytes.length : (ANY_SAMPLE_BYTES - this.#skipped) % ANY_SAMPLE_BYTES;
    this.#skipped = (this.#skipped + Math.min(toSkip, bytes.length)) % ANY_SAMPLE_BYTES;
    if (isSilent) this.#silentHead ??= Uint8Array.from(bytes.subarray(0, FIRST_JUDGED_BYTES));
    else this.#remember(bytes.subarray(toSkip));
  }

  #remember(bytes: Uint8Array): void {
    this.#memory ??= new Uint8Array(JUDGED_BYTES);
    const head = bytes.subarray(0, JUDGED_BYTES - this.#used);
    this.#memory.set(head, this.#used);
    this.#used += head.length;
    if (this.#used >= this.#judgedAtBytes) this.#judge(this.#used === JUDGED_BYTES);
  }

  #judge(isLast: boolean): void {
    const heard = this.#memory?.subarray(0, this.#used) ?? this.#silentHead ?? new Uint8Array(0);
    const likeness = findLikeness(heard, isLast);
    this.#judgedAtBytes = JUDGED_AGAIN_AT * this.#used;
    if (!likeness && !isLast) return;
    this.#used = JUDGED_BYTES;
    this.#memory = this.#silentHead = undefined;
    const but = likeness ? ` But it ${likeness.looks}. ${likeness.advice}.` : '';
    this.#output.complain(
      `Nothing says what this audio is: it is taken for raw samples (${this.#assumed}).${but} ` +
        `A wrong guess gives wrong words, or none: ${SAY_RAW}.`,
    );
  }
}

/** Whether the bytes are silence when read as 16-bit samples. */
function isQuiet(bytes: Uint8Array): boolean {
  const view = asBuffer(bytes);
  for (let at = 0; at + 2 <= view.length; at += 2)
    if (Math.abs(view.readInt16LE(at)) > QUIET_LEVEL) return false;
  return true;
}
