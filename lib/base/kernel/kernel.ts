import { tableOf } from '../keys';
import type { FilterKernel, FilterTable } from './filter';

/** Channels of the same length, with samples from -1 to 1. Only valid while it is handed over. */
export type AudioBlock = readonly Float32Array[];

/** How one sample is stored. */
export interface PcmFormat {
  kind: 'signed' | 'unsigned' | 'float' | 'a-law' | 'mu-law';
  /** 8, 16, 24, 32 or, for floats, 32 and 64. */
  bits: number;
  isBigEndian: boolean;
}

/** The exports of audio-kernel: addresses in its memory, sizes, and functions that take addresses and counts. */
interface Exports {
  memory: { buffer: ArrayBuffer };
  flacFrame: (from: number, bytes: number, size: number, bits: number, assignment: number) => number;
  flacPlanes: (channels: number, from: number, frames: number, scale: number) => void;
  filterRows: (count: number, taps: number, first: number, row: number, up: number, down: number) => void;
  filterBetween: (
    count: number,
    taps: number,
    first: number,
    step: number,
    up: number,
    down: number,
    phases: number,
  ) => void;
  measure: (at: number, count: number) => void;
  measure16: (at: number, count: number) => void;
  mix: (channels: number, frames: number) => void;
  separate: (channels: number, frames: number) => void;
  toBase64: (count: number) => void;
  toPcm16: (at: number, count: number) => void;
  widenBytes: (count: number, to: number) => void;
  widenDoubles: (count: number, isBigEndian: boolean, to: number) => void;
  widenFloats: (count: number, isBigEndian: boolean, to: number) => void;
  widenIntegers: (count: number, size: number, isBigEndian: boolean, isUnsigned: boolean, to: number) => void;
}

/** Levels of one piece of one channel, relative to full scale. */
export interface Levels {
  peak: number;
  sumOfSquares: number;
  clippedSamples: number;
}

/**
 * The inner loops of the audio in WebAssembly, with vectors where the processor has them. Nothing but a filter's
 * table stays in its memory between two calls: whoever gets a view of it must be done with it before calling another
 * method.
 */
export class Kernel implements FilterKernel {
  readonly maxFrameBytes: number;
  readonly maxTaps: number;
  readonly maxTableFloats: number;
  readonly blockFrames: number;
  readonly #blockSamples: number;
  readonly #exports: Exports;
  readonly #at: Readonly<Record<Place, number>>;
  readonly #bytes: Uint8Array;
  readonly #floats: Float32Array;
  readonly #result: Float64Array;
  #table: FilterTable | undefined;
  #lookup: Float32Array | undefined;

  /** @param binary One of the two in wasm.ts. */
  constructor(binary: Uint8Array<ArrayBuffer>) {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary));
    const valueOf = (name: string): number => (exports[name] as { value: number }).value;
    this.#exports = exports as unknown as Exports;
    this.#at = tableOf(PLACES, valueOf);
    this.maxFrameBytes = valueOf('INPUT_BYTES');
    this.maxTaps = valueOf('MAX_TAPS');
    this.maxTableFloats = valueOf('TABLE_FLOATS');
    this.blockFrames = valueOf('BLOCK_FRAMES');
    this.#blockSamples = valueOf('BLOCK_SAMPLES');
    const { buffer } = this.#exports.memory;
    this.#bytes = new Uint8Array(buffer);
    this.#floats = new Float32Array(buffer);
    this.#result = new Float64Array(buffer, this.#at.RESULT, 3);
  }

  /** The most frames that can be processed at once with this many channels. */
  framesOf(channels: number): number {
    return Math.min(this.blockFrames, Math.floor(this.#blockSamples / channels));
  }

  /** Converts raw samples, no more than `framesOf`, into a block of channels. */
  separate(bytes: Uint8Array, { kind, bits, isBigEndian }: PcmFormat, channels: number): AudioBlock {
    const size = bits / 8;
    const count = bytes.length / size;
    const to = channels === 1 ? this.#at.PLANES : this.#at.WIDE;
    this.#bytes.set(bytes, this.#at.INPUT);
    if (kind === 'float' && bits === 64) this.#exports.widenDoubles(count, isBigEndian, to);
    else if (kind === 'float') this.#exports.widenFloats(count, isBigEndian, to);
    else if (bits > 8) this.#exports.widenIntegers(count, size, isBigEndian, kind === 'unsigned', to);
    else {
      this.#look(LOOKUPS[kind]);
      this.#exports.widenBytes(count, to);
    }
    if (channels > 1) this.#exports.separate(channels, count / channels);
    return this.#planes(channels, count / channels);
  }

  /** Peak, energy and clipping of one channel of a block that `held` returned. */
  levels(samples: Float32Array): Levels {
    this.#exports.measure(samples.byteOffset, samples.length);
    return this.#levels();
  }

  /** Levels of 16-bit little-endian samples, no more than `blockFrames`. */
  levels16(pcm: Uint8Array): Levels {
    this.#bytes.set(pcm, this.#at.INPUT);
    this.#exports.measure16(this.#at.INPUT, pcm.length / 2);
    return this.#levels();
  }

  /** Whether the block lies in this memory. */
  holds(block: AudioBlock): boolean {
    return block.every(({ buffer }) => buffer === this.#bytes.buffer);
  }

  /** The block in this memory: the same one if it lies there already, else a copy. */
  held(block: AudioBlock): AudioBlock {
    if (this.holds(block)) return block;
    const planes = this.#planes(block.length, block[0]?.length ?? 0);
    for (const [channel, samples] of block.entries()) planes[channel]?.set(samples);
    return planes;
  }

  /** The mean of all channels of a block that `held` returned. */
  mixed(block: AudioBlock): Float32Array {
    const frames = block[0]?.length ?? 0;
    this.#exports.mix(block.length, frames);
    return this.#view(this.#at.MONO, frames);
  }

  /** Writes samples, no more than `blockFrames`, as 16-bit little-endian into `target` at this position. */
  pcm16(samples: Float32Array, target: Uint8Array, at: number): void {
    const { PCM, MONO } = this.#at;
    const isHere = samples.buffer === this.#bytes.buffer;
    if (!isHere) this.#floats.set(samples, MONO / 4);
    this.#exports.toPcm16(isHere ? samples.byteOffset : MONO, samples.length);
    target.set(this.#bytes.subarray(PCM, PCM + 2 * samples.length), at);
  }

  /** Writes bytes, no more than `blockFrames`, as base64 into `target` at this position. */
  base64(bytes: Uint8Array, target: Uint8Array, at: number): void {
    const { INPUT, PCM } = this.#at;
    this.#bytes.set(bytes, INPUT);
    this.#exports.toBase64(bytes.length);
    target.set(this.#bytes.subarray(PCM, PCM + 4 * Math.ceil(bytes.length / 3)), at);
  }

  setSignal(samples: Float32Array, at: number): void {
    this.#floats.set(samples, this.#at.SIGNAL / 4 + at);
  }

  signal(from: number, to: number): Float32Array {
    return this.#view(this.#at.SIGNAL + 4 * from, to - from);
  }

  filter(table: FilterTable, count: number, first: number, step: number): Float32Array {
    if (this.#table !== table) this.#floats.set(table.coefficients, this.#at.TABLE / 4);
    this.#table = table;
    const { taps, up, down, phases } = table;
    if (table.isExact) this.#exports.filterRows(count, taps, first, step, up, down);
    else this.#exports.filterBetween(count, taps, first, step, up, down, phases);
    return this.#view(this.#at.FILTERED, count);
  }

  /**
   * Decodes the body of a FLAC frame. `flacBlock` returns its samples.
   * @param bytes The frame with its header, no more than `maxFrameBytes`.
   * @returns Where the frame ends; negative when it does not end in `bytes` or is invalid.
   */
  flacFrame(bytes: Uint8Array, from: number, size: number, bits: number, assignment: number): number {
    this.#bytes.set(bytes, this.#at.INPUT);
    return this.#exports.flacFrame(from, bytes.length, size, bits, assignment);
  }

  /** Some samples of that frame, no more than `framesOf`, multiplied by `scale`. */
  flacBlock(channels: number, from: number, frames: number, scale: number): AudioBlock {
    this.#exports.flacPlanes(channels, from, frames, scale);
    return this.#planes(channels, frames);
  }

  #look(table: Float32Array): void {
    if (this.#lookup !== table) this.#floats.set(table, this.#at.LOOKUP / 4);
    this.#lookup = table;
  }

  #levels(): Levels {
    const [peak = 0, sumOfSquares = 0, clippedSamples = 0] = this.#result;
    return { peak, sumOfSquares, clippedSamples };
  }

  #planes(channels: number, frames: number): Float32Array[] {
    const planes: Float32Array[] = [];
    for (let channel = 0; channel < channels; channel++) {
      planes.push(this.#view(this.#at.PLANES + 4 * channel * frames, frames));
    }
    return planes;
  }

  #view(at: number, length: number): Float32Array {
    return this.#floats.subarray(at / 4, at / 4 + length);
  }
}

const PLACES = [
  'INPUT',
  'WIDE',
  'PLANES',
  'MONO',
  'SIGNAL',
  'TABLE',
  'FILTERED',
  'PCM',
  'LOOKUP',
  'RESULT',
] as const;
type Place = (typeof PLACES)[number];

/** The sample for each value of a byte. */
const LOOKUPS: Readonly<Record<PcmFormat['kind'], Float32Array>> = {
  signed: Float32Array.from({ length: 256 }, (_, byte) => ((byte << 24) >> 24) / 2 ** 7),
  unsigned: Float32Array.from({ length: 256 }, (_, byte) => (byte - 128) / 2 ** 7),
  // There are no 8-bit floats.
  float: new Float32Array(256),
  // ITU-T G.711
  'a-law': Float32Array.from({ length: 256 }, (_, code) => {
    const byte = code ^ 0x55;
    const exponent = (byte >> 4) & 7;
    const mantissa = byte & 15;
    const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
    return (byte & 0x80 ? magnitude : -magnitude) / 2 ** 15;
  }),
  'mu-law': Float32Array.from({ length: 256 }, (_, code) => {
    const byte = ~code & 0xff;
    const magnitude = ((((byte & 15) << 3) + 0x84) << ((byte >> 4) & 7)) - 0x84;
    return (byte & 0x80 ? -magnitude : magnitude) / 2 ** 15;
  }),
};
