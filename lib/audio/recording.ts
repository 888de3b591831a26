import type { AudioBlock, Decoder, DecoderOutput } from './decoders/decoder';
import { Doctor } from './doctor';
import type { SourceFormat } from './format';
import { kernel } from '../base/kernel';
import { mixDown } from './mix';
import { Resampler } from './resample';

/** How the audio is to be. */
export interface Target {
  /** Samples per second, perhaps only known once the source is. */
  rateHz: (source: SourceFormat) => number;
  /** The one channel to take, counted from 0. Default: all, mixed. */
  channel?: number;
}

const EMPTY = new Uint8Array(0);
/** Between rates without a whole ratio, chunks of one size do not always give as much. */
const SPARE_BYTES = 8;

/** One recording on its way: decoder, levels, mix, resampler, 16 bit. */
export class Recording {
  readonly doctor = new Doctor();
  readonly decoder: Decoder;
  readonly #kernel = kernel();
  readonly #target: Target;
  #pieces: Uint8Array[] = [];
  /** The one that is being written, and how far. */
  #piece: Uint8Array = EMPTY;
  #used = 0;
  #usualBytes = 0;
  #rateHz: number | undefined;
  /** `undefined` where the rates are the same. */
  #resampler: Resampler | undefined;
  #isPassing = false;

  constructor(target: Target, createDecoder: (output: DecoderOutput) => Decoder) {
    this.#target = target;
    this.decoder = createDecoder({
      describe: (format) => {
        this.#describe(format);
      },
      emit: (block) => {
        this.#emit(block);
      },
      pass: (pcm) => this.#pass(pcm),
      cut: () => {
        this.doctor.isCut = true;
      },
    });
  }

  /** Whether what came last was right as it was, and was neither worked on nor copied. */
  get isPassing(): boolean {
    return this.#isPassing;
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.doctor.bytes += bytes.length;
    return this.decoder.write(bytes);
  }

  /** Whether these bytes are right as they are. They count as written then and are what comes out; the short way of live audio. */
  passes(bytes: Uint8Array): boolean {
    if (!this.#isPassing || this.decoder.passes?.(bytes) !== true) return false;
    this.doctor.bytes += bytes.length;
    this.doctor.measure16(bytes);
    return true;
  }

  /** The samples that have come out since the last call. */
  take(): Uint8Array {
    this.#endPiece();
    const pieces = this.#pieces;
    if (pieces.length === 0) return EMPTY;
    this.#pieces = [];
    const [only = EMPTY] = pieces;
    const taken = pieces.length === 1 ? only : Buffer.concat(pieces);
    this.#usualBytes = taken.length;
    return taken;
  }

  /** What the filter still holds comes out, as if silence followed. */
  flush(): void {
    this.#resampler?.flush();
  }

  #describe(format: SourceFormat): void {
    const rateHz = this.#target.rateHz(format);
    if (this.#rateHz !== format.rateHz) {
      this.flush();
      this.#resampler =
        format.rateHz === rateHz
          ? undefined
          : new Resampler(format.rateHz, rateHz, (samples) => {
              this.#push(samples);
            });
      this.#rateHz = format.rateHz;
    }
    this.doctor.describe(format);
  }

  #emit(block: AudioBlock): void {
    this.#isPassing = false;
    const frames = block[0]?.length ?? 0;
    const most = this.#kernel.framesOf(block.length);
    if (frames <= most) this.#work(block);
    else {
      for (let at = 0; at < frames; at += most)
        this.#work(block.map((samples) => samples.subarray(at, at + most)));
    }
  }

  #work(block: AudioBlock): void {
    const held = this.#kernel.held(block);
    this.doctor.measure(held);
    const mono = mixDown(held, this.#target.channel);
    if (this.#resampler) this.#resampler.write(mono);
    else this.#push(mono);
  }

  /** Into memory for as much as came the last time, so that as a rule there is one piece and nothing is copied again. */
  #push(samples: Float32Array): void {
    const bytes = 2 * samples.length;
    if (this.#used + bytes > this.#piece.length) {
      this.#endPiece();
      this.#piece = Buffer.allocUnsafe(Math.max(this.#usualBytes + SPARE_BYTES, bytes));
    }
    this.#kernel.pcm16(samples, this.#piece, this.#used);
    this.#used += bytes;
  }

  #endPiece(): void {
    const { length } = this.#piece;
    const used = this.#piece.subarray(0, this.#used);
    // A little must not keep the memory of much.
    if (this.#used > 0) this.#pieces.push(2 * this.#used < length ? Buffer.from(used) : used);
    this.#piece = EMPTY;
    this.#used = 0;
  }

  #pass(pcm: Uint8Array): boolean {
    this.#isPassing = this.#resampler === undefined && (this.#target.channel ?? 0) === 0;
    if (!this.#isPassing) return false;
    this.doctor.measure16(pcm);
    this.#endPiece();
    if (pcm.length > 0) this.#pieces.push(pcm);
    return true;
  }
}
