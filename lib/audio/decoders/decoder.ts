import type { AudioBlock } from '../../base/kernel';
import type { SourceFormat } from '../format';

export type { AudioBlock } from '../../base/kernel';

/** Receives the results of a decoder. */
export interface DecoderOutput {
  /** Describes what follows. It comes before the first block, and again where a recording changes in the middle. */
  describe: (format: SourceFormat) => void;
  emit: (block: AudioBlock) => void;
  /**
   * Takes whole samples of 16-bit little-endian mono PCM unchanged; they may be the caller's memory.
   * @returns False when they need processing, so that they have to be decoded and emitted.
   */
  pass: (pcm: Uint8Array) => boolean;
  /** Part of the recording was missing or damaged, and was left out. */
  cut: () => void;
  /** The recording is decoded by ffmpeg. */
  useFfmpeg: () => void;
  /**
   * Whether enough has come out for now. A decoder that can make much out of few bytes then stops with `isPending`,
   * and goes on at `read`; what other decoders emit is kept.
   */
  isFull: () => boolean;
  /** Takes a sentence about the assumed format. */
  complain: (assumption: string) => void;
}

/**
 * Takes the bytes of one recording and gives blocks of samples. Calls must not overlap: a promise has to be awaited
 * before the next call. Memory is bounded whatever the bytes say.
 */
export interface Decoder {
  /** @throws AsrError `BAD_AUDIO`, or rejects with it; then the recording is over. */
  write: (bytes: Uint8Array) => void | Promise<void>;
  /** Whether more comes of what was written, of the pause or of the end; `read` continues. */
  readonly isPending?: boolean;
  read?: () => void | Promise<void>;
  /** How many bytes it usually gets at once, where they are not passed on unchanged. Default: 16 KiB. */
  readonly sliceBytes?: number | undefined;
  /** Whether `write` would pass these bytes on unchanged, if the output takes them so. */
  passes?: (bytes: Uint8Array) => boolean;
  /** Whether a chunk that looks like a beginning still belongs to this recording. Default: it does not. */
  owns?: (chunk: Uint8Array) => boolean;
  /** Gives everything that can be given now. The recording may go on, unless `endsAtPause`. */
  pause?: () => void | Promise<void>;
  /** Whether a pause is the end, because nothing would come out otherwise. */
  readonly endsAtPause?: boolean;
  /** Whether a chunk after a pause, perhaps in another session, continues this recording. Default: it does not. */
  goesOnWith?: (chunk: Uint8Array) => boolean;
  /** Whether more of the recording must come according to its own data. */
  readonly isShort?: boolean;
  /** Judges an assumed format by what has come, however little. */
  judge?: () => void;
  /** No more bytes come. */
  end: () => void | Promise<void>;
  /** Releases memory and processes at once; nothing is called any more. */
  free?: () => void;
  /** Set once the recording has ended by its own data: the bytes behind it. */
  readonly rest?: Uint8Array | undefined;
}
