import { kernel } from '../../base/kernel';
import type { PcmFormat } from '../pcm-format';
import type { Decoder, DecoderOutput } from './decoder';

/** Raw interleaved samples of any kind. An incomplete frame at the end is dropped. */
export class PcmDecoder implements Decoder {
  readonly #kernel = kernel();
  readonly #format: PcmFormat;
  readonly #channels: number;
  readonly #frameBytes: number;
  /** One block, because more would have to be copied where enough has come out. */
  readonly sliceBytes: number;
  readonly #output: DecoderOutput;
  /** An incomplete frame. */
  readonly #carry: Uint8Array;
  #carried = 0;

  /** The caller describes the format. */
  constructor(format: PcmFormat, channels: number, output: DecoderOutput) {
    this.#format = format;
    this.#channels = channels;
    this.#frameBytes = (format.bits / 8) * channels;
    this.sliceBytes = this.#frameBytes * this.#kernel.framesOf(channels);
    this.#carry = new Uint8Array(this.#frameBytes);
    this.#output = output;
  }

  write(bytes: Uint8Array): void {
    let offset = 0;
    if (this.#carried > 0) {
      offset = Math.min(bytes.length, this.#frameBytes - this.#carried);
      this.#carry.set(bytes.subarray(0, offset), this.#carried);
      this.#carried += offset;
      if (this.#carried < this.#frameBytes) return;
      this.#carried = 0;
      this.#decode(Uint8Array.from(this.#carry));
    }
    const left = (bytes.length - offset) % this.#frameBytes;
    this.#decode(bytes.subarray(offset, bytes.length - left));
    this.#carry.set(bytes.subarray(bytes.length - left));
    this.#carried = left;
  }

  passes(bytes: Uint8Array): boolean {
    return this.#carried === 0 && bytes.length % this.#frameBytes === 0;
  }

  /** An incomplete frame waits for its rest; whole frames need nothing of what came before. */
  goesOnWith(): boolean {
    return this.#carried > 0;
  }

  end(): void {
    this.#carried = 0;
  }

  #decode(frames: Uint8Array): void {
    if (isPcm16(this.#format, this.#channels) && this.#output.pass(frames)) return;
    for (let at = 0; at < frames.length; at += this.sliceBytes) {
      const block = frames.subarray(at, at + this.sliceBytes);
      this.#output.emit(this.#kernel.separate(block, this.#format, this.#channels));
    }
  }
}

/** Whether it is what a session sends, if the rate is right. */
function isPcm16({ kind, bits, isBigEndian }: PcmFormat, channels: number): boolean {
  return kind === 'signed' && bits === 16 && !isBigEndian && channels === 1;
}
