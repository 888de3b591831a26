import { MODEL_RATE_HZ } from './model';

/** Converts 16-bit PCM of any rate into the model's floating-point samples; chunks may cut samples in two. */
export class PcmInput {
  readonly #step: number;
  #oddByte: Buffer | undefined;
  /** The last sample of the previous chunk, for the interpolation between the two. */
  #previous = 0;
  /** Position of the next output, in input samples after `#previous`. */
  #position = 1;

  constructor(sampleRateHz: number) {
    this.#step = sampleRateHz / MODEL_RATE_HZ;
  }

  read(chunk: Buffer): Float32Array {
    const input = this.#samplesOf(chunk);
    if (this.#step === 1 || input.length === 0) return input;
    // Interpolates linearly: 8 kHz speech has no higher frequencies that a better filter would have to remove.
    const at = (index: number): number => (index === 0 ? this.#previous : (input[index - 1] ?? 0));
    const output = new Float32Array(Math.ceil(input.length / this.#step) + 1);
    let length = 0;
    let position = this.#position;
    for (; position <= input.length; position += this.#step) {
      const index = Math.floor(position);
      const share = position - index;
      output[length++] = share === 0 ? at(index) : at(index) * (1 - share) + at(index + 1) * share;
    }
    this.#position = position - input.length;
    this.#previous = input[input.length - 1] ?? 0;
    return output.subarray(0, length);
  }

  #samplesOf(chunk: Buffer): Float32Array {
    const bytes = this.#oddByte ? Buffer.concat([this.#oddByte, chunk]) : chunk;
    const count = bytes.length >> 1;
    this.#oddByte = bytes.length % 2 === 1 ? Buffer.from(bytes.subarray(count * 2)) : undefined;
    const samples = new Float32Array(count);
    for (let index = 0; index < count; index += 1) samples[index] = bytes.readInt16LE(index * 2) / 32_768;
    return samples;
  }
}
