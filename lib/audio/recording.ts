import type { AudioBlock, Decoder, DecoderOutput } from './decoders/decoder';
import { Doctor } from './doctor';
import type { SourceFormat } from './format';
import { mixDown } from './mix';
import { toPcm16 } from './pcm16';
import { Resampler } from './resample';

/** How the audio is to be. */
export interface Target {
  /** Samples per second, perhaps only known once the source is. */
  rateHz: (source: SourceFormat) => number;
  /** The one channel to take, counted from 0. Default: all, mixed. */
  channel?: number;
}

/** One recording on its way: decoder, levels, mix, resampler, 16 bit. */
export class Recording {
  readonly doctor = new Doctor();
  readonly decoder: Decoder;
  readonly #target: Target;
  readonly #pieces: Uint8Array[] = [];
  #rateHz: number | undefined;
  /** `undefined` where the rates are the same. */
  #resampler: Resampler | undefined;

  constructor(target: Target, createDecoder: (output: DecoderOutput) => Decoder) {
    this.#target = target;
    this.decoder = createDecoder({
      describe: (format) => {
        this.#describe(format);
      },
      emit: (block) => {
        this.#emit(block);
      },
      cut: () => {
        this.doctor.isCut = true;
      },
    });
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.doctor.bytes += bytes.length;
    return this.decoder.write(bytes);
  }

  /** The samples that have come out since the last call. */
  take(): Uint8Array {
    const [first] = this.#pieces;
    const taken = this.#pieces.length === 1 && first ? first : Buffer.concat(this.#pieces);
    this.#pieces.length = 0;
    return taken;
  }

  /** What the filter still holds comes out, as if silence followed. */
  flush(): void {
    if (this.#resampler) this.#push(this.#resampler.flush());
  }

  #describe(format: SourceFormat): void {
    const rateHz = this.#target.rateHz(format);
    if (this.#rateHz !== format.rateHz) {
      this.flush();
      this.#resampler = format.rateHz === rateHz ? undefined : new Resampler(format.rateHz, rateHz);
      this.#rateHz = format.rateHz;
    }
    this.doctor.describe(format);
  }

  #emit(block: AudioBlock): void {
    this.doctor.measure(block);
    const mono = mixDown(block, this.#target.channel);
    this.#push(this.#resampler ? this.#resampler.write(mono) : mono);
  }

  #push(samples: Float32Array): void {
    if (samples.length > 0) this.#pieces.push(toPcm16(samples));
  }
}
