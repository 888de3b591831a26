import { kernel } from '../base/kernel';
import { processState } from '../base/process-state';
import type { TextWithBase64 } from '../vocabulary/frame';

/** 100 ms of audio at 16 kHz as base64, with the text around it. */
const TEXT_BYTES = 4608;
const MAX_SPARE = 64;

const { spareTextMessages } = processState;

/**
 * Reusable memory for the text messages of one connection. All connections share it where the operating system takes
 * a message at once; a message that has to wait for encryption or a slow network keeps its memory until it is taken.
 */
export class TextMemory {
  readonly #kernel = kernel();
  /** The memory of the last message, as long as it may still be read. */
  #lent: Buffer | undefined;

  /**
   * The message as bytes, valid until the next one is written.
   * @param isTaken Whether all earlier messages have left this process.
   * @returns `undefined` where the message is longer than a block of memory.
   */
  write({ before, bytes, after }: TextWithBase64, isTaken: boolean): Buffer | undefined {
    const base64Length = 4 * Math.ceil(bytes.length / 3);
    const length = before.length + base64Length + after.length;
    if (length > TEXT_BYTES) return undefined;
    // Memory that was not taken yet must not be reused: its reader keeps it, and the garbage collector frees it.
    const memory =
      (isTaken ? this.#lent : undefined) ?? spareTextMessages.pop() ?? Buffer.allocUnsafeSlow(TEXT_BYTES);
    memory.write(before, 0, 'latin1');
    this.#kernel.base64(bytes, memory, before.length);
    memory.write(after, before.length + base64Length, 'latin1');
    this.#lent = memory;
    return memory.subarray(0, length);
  }

  /** All messages have left this process. */
  release(): void {
    if (this.#lent && spareTextMessages.length < MAX_SPARE) spareTextMessages.push(this.#lent);
    this.#lent = undefined;
  }
}
