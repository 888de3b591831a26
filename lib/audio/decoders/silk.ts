import type * as SilkWasm from 'silk-wasm';
import { AsrError } from '../../vocabulary/errors';
import { ByteQueue } from '../bytes';
import type { Decoder, DecoderOutput } from './decoder';
import { PcmDecoder } from './pcm';

/** The rate at which WeChat and QQ record. */
const RATE_HZ = 24_000;
const PCM_16 = { kind: 'signed', bits: 16, isBigEndian: false } as const;
/** WeChat and QQ write one byte before the mark, and `silk-wasm` requires it. */
const HEADER = Buffer.from('\x02#!SILK_V3', 'latin1');
/**
 * A packet has 20 to 100 ms. The WASM module decodes so many of the longest ones at once in about 10 ms of the
 * processor, and in three times as much where other work fills the heap and all cores; of fewer, its start would take
 * a larger share.
 */
const SLICE_PACKETS = 60;
/** The decoder does not know the previous slice, so it gets the end of that first, which is left out again. */
const WARM_UP_PACKETS = 10;
/**
 * The library looks for the correction of a lost packet in the next two, and spoils the last two packets that it
 * gets.
 */
const AHEAD_PACKETS = 2;
/** Longer packets are damaged. */
const MAX_PACKET_BYTES = 1250;
/** This value in place of a length marks the end. */
const END_MARK = 0xffff;

/**
 * SILK v3: a mark, followed by packets, each behind its length. `silk-wasm` decodes them in slices, so that nothing
 * else waits for long.
 */
export class SilkDecoder implements Decoder {
  readonly #output: DecoderOutput;
  readonly #pcm: PcmDecoder;
  readonly #bytes = new ByteQueue();
  #isBegun = false;
  #isEnding = false;
  #isOver = false;
  #packets: Buffer[] = [];
  #warmUp: Buffer[] = [];

  constructor(output: DecoderOutput) {
    this.#output = output;
    this.#pcm = new PcmDecoder(PCM_16, 1, output);
  }

  get isPending(): boolean {
    return (
      this.#packets.length >= SLICE_PACKETS + AHEAD_PACKETS || (this.#isEnding && this.#packets.length > 0)
    );
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.#bytes.push(bytes);
    this.#split();
    return this.read();
  }

  read(): void | Promise<void> {
    if (this.isPending) return this.#decode();
  }

  end(): void | Promise<void> {
    if (this.#bytes.length > 0 && !this.#isOver) this.#output.cut();
    this.#bytes.clear();
    this.#isEnding = true;
    return this.read();
  }

  /** Splits off the complete packets. */
  #split(): void {
    if (!this.#isBegun) {
      const { bytes } = this.#bytes;
      if (bytes.length < HEADER.length) return;
      this.#bytes.skip(bytes[0] === HEADER[0] ? HEADER.length : HEADER.length - 1);
      this.#isBegun = true;
      this.#output.describe({ container: 'silk', codec: 'silk', rateHz: RATE_HZ, channels: 1 });
    }
    const { bytes } = this.#bytes;
    let at = 0;
    while (!this.#isOver && at + 2 <= bytes.length) {
      const size = bytes.readUInt16LE(at);
      if (size === END_MARK) this.#isOver = true;
      else if (size > MAX_PACKET_BYTES) {
        this.#output.cut();
        this.#isOver = true;
      } else {
        if (at + 2 + size > bytes.length) break;
        if (size > 0) this.#packets.push(Buffer.from(bytes.subarray(at, at + 2 + size)));
        at += 2 + size;
      }
    }
    this.#bytes.skip(this.#isOver ? bytes.length : at);
  }

  async #decode(): Promise<void> {
    const { decode } = (await import('silk-wasm')) as typeof SilkWasm;
    while (this.isPending && !this.#output.isFull()) {
      const slice = this.#packets.splice(0, SLICE_PACKETS);
      const given = [...this.#warmUp, ...slice, ...this.#packets.slice(0, AHEAD_PACKETS)];
      const file = Buffer.concat([HEADER, ...given]);
      const { data } = await decode(file, RATE_HZ).catch((cause: unknown) => {
        throw new AsrError('BAD_AUDIO', 'The audio is SILK, and it is damaged: it cannot be decoded.', {
          cause,
        });
      });
      // All packets of a recording have the same duration.
      const packetBytes = data.length / given.length;
      const skipped = 2 * Math.round((packetBytes * this.#warmUp.length) / 2);
      const ends = skipped + 2 * Math.round((packetBytes * slice.length) / 2);
      this.#warmUp = slice.slice(-WARM_UP_PACKETS);
      this.#pcm.write(data.subarray(skipped, ends));
    }
  }
}
