import { beginsRecording } from './beginnings';
import { ByteQueue } from './bytes';
import { id3Length } from './decoders/mp3-frames';
import { Doctor } from './doctor';
import type { AudioFormatHints } from './format';
import { identify } from './sniff';
import type { Identity } from './sniff';

/** What a recording is, with all of its bytes that have come. */
export interface Identified {
  identity: Identity;
  bytes: Uint8Array;
  hints: AudioFormatHints;
}

/** The first bytes of a recording, as long as they do not tell yet what they are. */
export class IntakeHead {
  readonly #bytes = new ByteQueue();
  #hints: AudioFormatHints = {};

  get isEmpty(): boolean {
    return this.#bytes.length === 0;
  }

  /** Identifies the recording. Where that needs more bytes, these are kept, and the result is `undefined`. */
  identify(bytes: Uint8Array, hints: AudioFormatHints): Identified | undefined {
    this.#hints = hints;
    // A single chunk need not be copied to be examined.
    const isFirst = this.isEmpty;
    if (!isFirst) this.#bytes.push(bytes);
    const identity = identify(isFirst ? bytes : this.#bytes.bytes, hints);
    if (identity.kind === 'unknown') {
      if (isFirst) this.#bytes.push(bytes);
      return undefined;
    }
    return { identity, bytes: isFirst ? bytes : this.#take(), hints };
  }

  /** Identifies the recording by the waiting bytes, because no more come. */
  identifyAll(): Identified {
    const identity = identify(this.#bytes.bytes, this.#hints, true);
    return { identity, bytes: this.#take(), hints: this.#hints };
  }

  /** Whether this chunk begins another live recording. Behind a tag it does not. */
  isOverWith(chunk: Uint8Array): boolean {
    if (this.isEmpty || this.#hints.isRecording === true) return false;
    return beginsRecording(chunk) && id3Length(this.#bytes.bytes) === 0;
  }

  /** Drops the waiting bytes, of which there was too little to be a recording. */
  breakOff(): Doctor {
    const doctor = new Doctor();
    doctor.bytes = this.#bytes.length;
    this.clear();
    return doctor;
  }

  clear(): void {
    this.#bytes.clear();
  }

  #take(): Uint8Array {
    const bytes = Uint8Array.from(this.#bytes.bytes);
    this.clear();
    return bytes;
  }
}
