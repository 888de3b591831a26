/** There are no more bits; more bytes may come. */
export class OutOfBits extends Error {}

/** Bits of bytes, the highest first. */
export class BitReader {
  readonly #bytes: Uint8Array;
  /** Index of the next byte to load. */
  #at: number;
  /** The last bits that were loaded, of which the lowest `#count` are still to be read. */
  #bits = 0;
  #count = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Index of the first byte that is whole and not read. */
  get byteAt(): number {
    return this.#at - (this.#count >> 3);
  }

  /** @param count 0 to 32 */
  unsigned(count: number): number {
    if (count > 24) return this.unsigned(count - 16) * 65536 + this.unsigned(16);
    while (this.#count < count) this.#load();
    this.#count -= count;
    return (this.#bits >>> this.#count) & ((1 << count) - 1);
  }

  /** @param count 0 to 33 */
  signed(count: number): number {
    if (count === 0) return 0;
    if (count > 32) return -this.unsigned(1) * 2 ** 32 + this.unsigned(32);
    const value = this.unsigned(count);
    return value >= 2 ** (count - 1) ? value - 2 ** count : value;
  }

  /** How many zeros stand before the next one. @throws OutOfBits also beyond `max`. */
  unary(max = 1 << 24): number {
    let zeros = 0;
    for (;;) {
      if (this.#count === 0) this.#load();
      const left = this.#bits & ((1 << this.#count) - 1);
      if (left !== 0) {
        const high = 31 - Math.clz32(left);
        zeros += this.#count - 1 - high;
        this.#count = high;
        return zeros;
      }
      zeros += this.#count;
      this.#count = 0;
      if (zeros > max) throw new OutOfBits();
    }
  }

  alignToByte(): void {
    this.#count -= this.#count % 8;
  }

  #load(): void {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new OutOfBits();
    this.#at += 1;
    // Never more than 31 bits are of use: 24 asked for, and 7 left from before.
    this.#bits = (this.#bits << 8) | byte;
    this.#count += 8;
  }
}
