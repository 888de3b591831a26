import type { AudioBlock } from '../../base/kernel';
import type { SourceFormat } from '../format';

export type { AudioBlock } from '../../base/kernel';

/** Where a decoder puts what it finds. */
export interface DecoderOutput {
  /** What follows is this. Comes before the first block, and again where a recording changes in the middle. */
  describe: (format: SourceFormat) => void;
  emit: (block: AudioBlock) => void;
  /**
   * Takes whole samples of 16-bit little-endian mono PCM as they are; they may be memory of the caller.
   * @returns false when something has to be done with them: they are to be decoded and emitted then.
   */
  pass: (pcm: Uint8Array) => boolean;
  /** Something was missing or damaged and has been left out. */
  cut: () => void;
  /** What comes is decoded by ffmpeg. */
  useFfmpeg: () => void;
  /**
   * Whether enough has come out for now. A decoder that can make much out of few bytes stops then, `isPending`, and goes
   * on when it is asked to `read`; what the others emit is kept.
   */
  isFull: () => boolean;
  /** Takes a sentence about what the bytes were assumed to be. */
  complain: (assumption: string) => void;
}

/**
 * Bytes of one recording in, blocks of samples out. Calls must not overlap: a promise is to be awaited before the next
 * call. Memory is bounded whatever the bytes say.
 */
export interface Decoder {
  /** @throws AsrError `BAD_AUDIO`, also by the promise; the recording is over then. */
  write: (bytes: Uint8Array) => void | Promise<void>;
  /** Whether there is more to come of what was written, or of the pause or the end: `read` goes on. */
  readonly isPending?: boolean;
  read?: () => void | Promise<void>;
  /** How many bytes it gets at once, as a rule, where they are not passed as they are. Default: 16 KiB. */
  readonly sliceBytes?: number | undefined;
  /** Whether `write` would only pass these bytes as they are, if what is around it takes them so. */
  passes?: (bytes: Uint8Array) => boolean;
  /** Whether a chunk that looks like a beginning belongs to this recording all the same. Default: it does not. */
  owns?: (chunk: Uint8Array) => boolean;
  /** Gives what can be given now; the recording may go on, unless `endsAtPause`. */
  pause?: () => void | Promise<void>;
  /** Whether a pause is the end, because nothing would come out otherwise. */
  readonly endsAtPause?: boolean;
  /** Whether a chunk that comes after a pause, perhaps to another session, is more of this recording. Default: it is not. */
  goesOnWith?: (chunk: Uint8Array) => boolean;
  /** Whether the recording says that more of it must come. */
  readonly isShort?: boolean;
  /** No more bytes come. */
  end: () => void | Promise<void>;
  /** Releases memory and processes at once; nothing is called any more. */
  free?: () => void;
  /** Set once the recording is over by itself: the bytes behind it. */
  readonly rest?: Uint8Array | undefined;
}
