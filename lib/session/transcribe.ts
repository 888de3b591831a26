import type { AudioFormatHints } from '../audio/format';
import type { AudioSource, ReadAudioOptions } from '../audio/source';
import type { FinalEvent, SessionEvent, Statistics } from '../events';
import type { SessionOptions } from './options';

export interface TranscribeOptions extends SessionOptions, Pick<ReadAudioOptions, 'strings'> {
  /** What is known of the audio beside its bytes. */
  hints?: AudioFormatHints;
  /** Every event of the session, as it comes. */
  onEvent?: (event: SessionEvent) => void;
}

/** The text of a whole recording. */
export interface Transcript {
  text: string;
  sentences: FinalEvent[];
  /** The language of the first sentence that names one. */
  language?: string;
  /** The emotion that most of the text has, when the model tells any. */
  emotion?: string;
  statistics: Statistics;
}

/** One recording in, its transcript out: opens a session, sends the audio, finishes. */
export declare function transcribe(audio: AudioSource, options: TranscribeOptions): Promise<Transcript>;

/** Joins the texts of sentences as they are written: no space between Chinese, Japanese or Thai. */
export declare function joinTexts(texts: readonly string[]): string;
