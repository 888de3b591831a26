import { kernel } from '../base/kernel';
import { Backlog } from './backlog';
import { beginsRecording, interruptsSamples } from './beginnings';
import { joined } from './bytes';
import type { AudioBlock, Decoder, DecoderOutput } from './decoders/decoder';
import { Doctor } from './doctor';
import { areAlike } from './format';
import type { AudioFormatHints, SourceFormat } from './format';
import type { Identity } from './marks';
import { mixDown } from './mix';
import { Plausibility } from './plausibility';
import { Resampler } from './resample';

/** The wanted form of the audio. */
export interface Target {
  /** Samples per second; it may depend on the source. */
  rateHz: (source: SourceFormat) => number;
  /** The one channel to take, counted from 0. Default: the mean of all. */
  channel?: number;
}

export interface RecordingOptions {
  target: Target;
  kind: Identity['kind'];
  hints: AudioFormatHints;
}

const EMPTY = new Uint8Array(0);
/** Between rates without a whole ratio, chunks of one size do not always give the same amount. */
const SPARE_BYTES = 8;
/**
 * Limit for what comes out at once, a second at 16 kHz; the rest of a decoder's output waits until it is asked for.
 */
const ENOUGH_BYTES = 32 * 1024;
/** Audio that passes unchanged costs hardly anything. */
const MAX_PASSED_BYTES = 256 * 1024;
/** At a lower rate a block may be many seconds. */
const LOW_RATE_HZ = 8000;
/** Many channels make much work of a short time. */
const MAX_WORKED_SAMPLES = 256 * 1024;

/** One recording on its way: decoder, levels, mix, resampler, 16 bit. */
export class Recording {
  readonly doctor = new Doctor();
  readonly kind: Identity['kind'];
  /** The hints for it. */
  readonly hints: AudioFormatHints;
  readonly decoder: Decoder;
  readonly #kernel = kernel();
  readonly #target: Target;
  readonly #plausibility = new Plausibility();
  readonly #backlog = new Backlog();
  #pieces: Uint8Array[] = [];
  /** The piece that is being written, and how far. */
  #piece: Uint8Array = EMPTY;
  #used = 0;
  #usualBytes = 0;
  #readyBytes = 0;
  #workedSamples = 0;
  #sourceRateHz: number | undefined;
  /** `undefined` where the rates are the same. */
  #resampler: Resampler | undefined;
  #isPassing = false;

  constructor({ target, kind, hints }: RecordingOptions, createDecoder: (output: DecoderOutput) => Decoder) {
    this.kind = kind;
    this.hints = hints;
    this.#target = target;
    this.decoder = createDecoder({
      describe: (format) => {
        if (this.#backlog.isEmpty) this.#describe(format);
        else this.#backlog.pushFormat(format);
      },
      emit: (block) => {
        this.#emit(block);
      },
      pass: (pcm) => this.#pass(pcm),
      cut: () => {
        this.doctor.isCut = true;
      },
      useFfmpeg: () => {
        this.doctor.byFfmpeg = true;
      },
      isFull: () => !this.#backlog.isEmpty || this.hasEnough,
      complain: (assumption) => {
        this.doctor.assumption = assumption;
      },
    });
  }

  /** Whether the last audio was in the right form, and was neither processed nor copied. */
  get isPassing(): boolean {
    return this.#isPassing;
  }

  /** Whether enough has come out to be taken before more is decoded. */
  get hasEnough(): boolean {
    if (this.#workedSamples >= MAX_WORKED_SAMPLES) return true;
    return this.#readyBytes >= (this.#isPassing ? MAX_PASSED_BYTES : ENOUGH_BYTES);
  }

  /** Whether more comes out of what was written, without another byte. */
  get isPending(): boolean {
    return !this.#backlog.isEmpty || this.decoder.isPending === true;
  }

  /** How much the decoder gets at once. */
  get sliceBytes(): number | undefined {
    return this.#isPassing ? MAX_PASSED_BYTES : this.decoder.sliceBytes;
  }

  /** Whether this chunk does not belong to it any more. */
  isOverWith(chunk: Uint8Array, hints: AudioFormatHints): boolean {
    const isTold = this.kind === 'raw' || this.kind === 'opus-packets';
    if (isTold && !areAlike(hints, this.hints)) return true;
    if (this.kind === 'raw') return interruptsSamples(chunk);
    return beginsRecording(chunk) && this.decoder.owns?.(chunk) !== true;
  }

  /** Whether audio after a pause may belong to it. */
  get mayGoOn(): boolean {
    return this.decoder.goesOnWith !== undefined && !this.decoder.endsAtPause;
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.doctor.bytes += bytes.length;
    return this.decoder.write(bytes);
  }

  /** Goes on with what was left when enough had come out. */
  read(): void | Promise<void> {
    this.#workOff();
    if (this.#backlog.isEmpty) return this.decoder.read?.();
  }

  /**
   * Whether these bytes are in the right form. Then they count as written and are the output; this is the direct way
   * for live audio.
   */
  passes(bytes: Uint8Array): boolean {
    if (!this.#isPassing || this.decoder.passes?.(bytes) !== true) return false;
    this.doctor.bytes += bytes.length;
    this.doctor.measure16(bytes);
    return true;
  }

  /** The samples that have come out since the last call. */
  take(): Uint8Array {
    this.#endPiece();
    this.#readyBytes = 0;
    this.#workedSamples = 0;
    if (this.#pieces.length === 0) return EMPTY;
    const taken = joined(this.#pieces);
    this.#pieces = [];
    this.#usualBytes = taken.length;
    return taken;
  }

  /** Gives what the filter still holds, as if silence followed. */
  flush(): void {
    this.#resampler?.flush();
  }

  /** The session ends here; the recording may go on in another. */
  leave(): void {
    this.decoder.judge?.();
    this.doctor.isOver = true;
    if (this.decoder.isShort) this.doctor.isCut = true;
  }

  /** Another session goes on with it. */
  goOn(): void {
    this.doctor.isOver = this.doctor.isCut = false;
  }

  /**
   * Tells the decoder that nothing more comes.
   * @param isAbandoned Whether another recording follows, so that an error at the end of this one does not matter.
   */
  end(isAbandoned: boolean): void | Promise<void> {
    const failed = (error: unknown): void => {
      if (!isAbandoned) throw error;
      this.doctor.isCut = true;
    };
    try {
      return this.decoder.end()?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Releases the decoder's resources. Returns what is left. */
  close(): Uint8Array {
    this.flush();
    this.decoder.free?.();
    return this.take();
  }

  #describe(format: SourceFormat): void {
    const rateHz = this.#target.rateHz(format);
    if (this.#sourceRateHz !== format.rateHz) {
      if (this.#sourceRateHz !== undefined) this.#plausibility.checkRateChange(this.doctor.seconds);
      this.flush();
      this.#resampler =
        format.rateHz === rateHz
          ? undefined
          : new Resampler(format.rateHz, rateHz, (samples) => {
              this.#push(samples);
            });
      this.#sourceRateHz = format.rateHz;
    }
    this.doctor.describe(format);
  }

  /** Output beyond the limit is copied and waits. */
  #emit(block: AudioBlock): void {
    this.#isPassing = false;
    const frames = block[0]?.length ?? 0;
    const most = this.#mostFrames(block.length);
    if (frames <= most && this.#backlog.isEmpty && !this.hasEnough) {
      this.#work(block);
      return;
    }
    // Where the block lies in the kernel's memory, all of it is copied before any of it is processed.
    const mustCopy = this.#kernel.holds(block);
    for (let at = 0; at < frames; at += most) {
      if (!mustCopy && this.#backlog.isEmpty && !this.hasEnough)
        this.#work(block.map((samples) => samples.subarray(at, at + most)));
      else this.#backlog.pushBlock(block.map((samples) => samples.slice(at, at + most)));
    }
    this.#workOff();
  }

  #mostFrames(channels: number): number {
    const rateHz = this.#sourceRateHz ?? LOW_RATE_HZ;
    const most = this.#kernel.framesOf(channels);
    return rateHz < LOW_RATE_HZ ? Math.min(most, rateHz) : most;
  }

  #workOff(): void {
    while (!this.hasEnough) {
      const next = this.#backlog.shift();
      if (!next) return;
      if ('format' in next) this.#describe(next.format);
      else this.#work(next.block);
    }
  }

  #work(block: AudioBlock): void {
    const held = this.#kernel.held(block);
    this.#workedSamples += block.length * (block[0]?.length ?? 0);
    this.doctor.measure(held);
    this.#plausibility.check(this.doctor);
    const mono = mixDown(held, this.#target.channel);
    if (this.#resampler) this.#resampler.write(mono);
    else this.#push(mono);
  }

  /**
   * Uses memory for as much as came the last time, so that there is usually one piece and nothing is copied again.
   */
  #push(samples: Float32Array): void {
    const bytes = 2 * samples.length;
    if (this.#used + bytes > this.#piece.length) {
      this.#endPiece();
      this.#piece = Buffer.allocUnsafe(Math.max(this.#usualBytes + SPARE_BYTES, bytes));
    }
    this.#kernel.pcm16(samples, this.#piece, this.#used);
    this.#used += bytes;
    this.#readyBytes += bytes;
  }

  #endPiece(): void {
    const { length } = this.#piece;
    const used = this.#piece.subarray(0, this.#used);
    // A small rest must not keep the memory of a large piece.
    if (this.#used > 0) this.#pieces.push(2 * this.#used < length ? Buffer.from(used) : used);
    this.#piece = EMPTY;
    this.#used = 0;
  }

  #pass(pcm: Uint8Array): boolean {
    this.#isPassing =
      this.#resampler === undefined && (this.#target.channel ?? 0) === 0 && this.#backlog.isEmpty;
    if (!this.#isPassing) return false;
    this.doctor.measure16(pcm);
    this.#endPiece();
    if (pcm.length > 0) this.#pieces.push(pcm);
    this.#readyBytes += pcm.length;
    return true;
  }
}
