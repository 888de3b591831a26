import type { Readable } from 'node:stream';
import type { AudioChunk } from '../session/options';

/**
 * Where audio may come from. A string is a data URL (`data:…`), a file path or `file:` URL, or base64; see
 * {@link ReadAudioOptions.strings}.
 */
export type AudioSource = AudioChunk | string | Readable | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

export interface ReadAudioOptions {
  /**
   * What a string that is no data URL means. `auto` (default): what cannot be base64, because it has a dot or
   * another character outside of that alphabet, is a path. Say `base64` where strings come from people you do not trust with paths.
   */
  strings?: 'auto' | 'base64' | 'file';
  /** Ends the reading. */
  signal?: AbortSignal;
}

/**
 * The bytes of a source, chunk after chunk, read only as fast as they are taken.
 * @throws AsrError `BAD_AUDIO` (no base64, an empty source), or `BAD_AUDIO` with the file system's error as cause.
 */
export declare function readAudio(source: AudioSource, options?: ReadAudioOptions): AsyncIterable<Uint8Array>;
