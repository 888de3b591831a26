import type { AudioBlock } from './decoder';

/** Leaves out what an encoder put in front of a recording and behind it. */
export class Trim {
  /** Samples still to be left out. */
  toSkip = 0;
  /** Samples that still belong to the recording, with those to be left out. */
  left = Infinity;

  /** What belongs to the recording; `undefined` where nothing does. */
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
