/** What a caller knows of the audio beside its bytes, in the shape that the palette's sox nodes send. */
export interface AudioFormatHints {
  /** Samples per second. */
  rate?: number;
  channels?: number;
  /** Bits per sample. */
  bits?: number;
  /** `signed-integer`, `pcm_s16le` or `s16le` for what this package takes. */
  encoding?: string;
}
