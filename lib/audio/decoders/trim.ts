import type { AudioBlock } from './decoder';

/** Leaves out the samples that an encoder added before and behind a recording. */
export class Trim {
  /** Samples that are still to be left out. */
  toSkip = 0;
  /** Samples that still belong to the recording, including those to be left out. */
  left = Infinity;

  /** The part that belongs to the recording; `undefined` where none does. */
  of(block: AudioBlock): AudioBlock | undefined {
    const length = block[0]?.length ?? 0;
    const end = Math.max(0, Math.min(length, this.left));
    const start = Math.min(end, this.toSkip);
    this.toSkip -= start;
    this.left -= length;
    if (end === start) return undefined;
    return start === 0 && end === length ? block : block.map((samples) => samples.subarray(start, end));
  }
}
