import type { PcmFormat } from '../pcm-format';
import type { Decoder, DecoderOutput } from './decoder';

/** Samples of one channel that are decoded at once, so that a large chunk needs no large memory. */
const BLOCK_FRAMES = 8192;

type ReadSample = (view: DataView, at: number) => number;

/** Raw samples, interleaved, of any kind. Half a frame at the end is dropped. */
export class PcmDecoder implements Decoder {
  readonly #frameBytes: number;
  readonly #sampleBytes: number;
  readonly #read: ReadSample;
  readonly #block: Float32Array[];
  readonly #output: DecoderOutput;
  /** A frame that has not come whole yet. */
  readonly #carry: Uint8Array;
  #carried = 0;

  /** The caller describes the format. */
  constructor(format: PcmFormat, channels: number, output: DecoderOutput) {
    this.#sampleBytes = format.bits / 8;
    this.#frameBytes = this.#sampleBytes * channels;
    this.#read = reader(format);
    this.#block = Array.from({ length: channels }, () => new Float32Array(BLOCK_FRAMES));
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
      this.#decode(this.#carry, 0, 1);
    }
    const frames = Math.floor((bytes.length - offset) / this.#frameBytes);
    for (let done = 0; done < frames; done += BLOCK_FRAMES) {
      this.#decode(bytes, offset + done * this.#frameBytes, Math.min(BLOCK_FRAMES, frames - done));
    }
    const rest = bytes.subarray(offset + frames * this.#frameBytes);
    this.#carry.set(rest);
    this.#carried = rest.length;
  }

  end(): void {
    this.#carried = 0;
  }

  #decode(bytes: Uint8Array, offset: number, frames: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset, frames * this.#frameBytes);
    const read = this.#read;
    for (const [channel, samples] of this.#block.entries()) {
      let at = channel * this.#sampleBytes;
      for (let i = 0; i < frames; i++, at += this.#frameBytes) samples[i] = read(view, at);
    }
    this.#output.emit(this.#block.map((samples) => samples.subarray(0, frames)));
  }
}

function reader({ kind, bits, isBigEndian }: PcmFormat): ReadSample {
  const little = !isBigEndian;
  if (kind === 'a-law') return (view, at) => A_LAW[view.getUint8(at)] ?? 0;
  if (kind === 'mu-law') return (view, at) => MU_LAW[view.getUint8(at)] ?? 0;
  if (kind === 'float') {
    return bits === 64
      ? (view, at) => finite(view.getFloat64(at, little))
      : (view, at) => finite(view.getFloat32(at, little));
  }
  if (kind === 'unsigned') {
    const half = 2 ** (bits - 1);
    if (bits === 8) return (view, at) => (view.getUint8(at) - half) / half;
    if (bits === 16) return (view, at) => (view.getUint16(at, little) - half) / half;
    if (bits === 24) return (view, at) => (uint24(view, at, little) - half) / half;
    return (view, at) => (view.getUint32(at, little) - half) / half;
  }
  if (bits === 8) return (view, at) => view.getInt8(at) / 2 ** 7;
  if (bits === 16) return (view, at) => view.getInt16(at, little) / 2 ** 15;
  if (bits === 24) return (view, at) => ((uint24(view, at, little) << 8) >> 8) / 2 ** 23;
  return (view, at) => view.getInt32(at, little) / 2 ** 31;
}

function uint24(view: DataView, at: number, little: boolean): number {
  const high = view.getUint8(little ? at + 2 : at);
  const low = view.getUint8(little ? at : at + 2);
  return (high << 16) | (view.getUint8(at + 1) << 8) | low;
}

/** Bytes that are no floats make numbers of any size; one of them must not spoil the filters behind. */
function finite(value: number): number {
  return value >= -8 && value <= 8 ? value : 0;
}

// ITU-T G.711
const A_LAW = Float32Array.from({ length: 256 }, (_, code) => {
  const byte = code ^ 0x55;
  const exponent = (byte >> 4) & 7;
  const mantissa = byte & 15;
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return (byte & 0x80 ? magnitude : -magnitude) / 2 ** 15;
});
const MU_LAW = Float32Array.from({ length: 256 }, (_, code) => {
  const byte = ~code & 0xff;
  const magnitude = ((((byte & 15) << 3) + 0x84) << ((byte >> 4) & 7)) - 0x84;
  return (byte & 0x80 ? -magnitude : magnitude) / 2 ** 15;
});
