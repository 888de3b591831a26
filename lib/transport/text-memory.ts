import { kernel } from '../base/kernel';
import type { TextWithBase64 } from '../vocabulary/frame';

/** 100 ms of audio at 16 kHz as base64, and what stands around it. */
const TEXT_BYTES = 4608;
const MAX_FREE = 64;

/** What no connection reads from. */
const free: Buffer[] = [];

/**
 * Memory for the text messages of one connection, used again and again: by all connections where the operating system
 * takes a message at once, by its own where the message has to wait for encryption or a slow network.
 */
export class TextMemory {
  /** What the last message is in, as long as it may be read. */
  #lent: Buffer | undefined;

  /**
   * The message as bytes, which stay until the next one is written.
   * @param isTaken Whether all that was written before has left this process.
   * @returns undefined where it is longer than the memory for one.
   */
  write({ before, bytes, after }: TextWithBase64, isTaken: boolean): Buffer | undefined {
    const base64Length = 4 * Math.ceil(bytes.length / 3);
    const length = before.length + base64Length + after.length;
    if (length > TEXT_BYTES) return undefined;
    // What is not taken yet belongs to whoever reads it, and then to nobody.
    const memory = (isTaken ? this.#lent : undefined) ?? free.pop() ?? Buffer.allocUnsafeSlow(TEXT_BYTES);
    memory.write(before, 0, 'latin1');
    kernel().base64(bytes, memory, before.length);
    memory.write(after, before.length + base64Length, 'latin1');
    this.#lent = memory;
    return memory.subarray(0, length);
  }

  /** All that was written has left this process. */
  release(): void {
    if (this.#lent && free.length < MAX_FREE) free.push(this.#lent);
    this.#lent = undefined;
  }
}
