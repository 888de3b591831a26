/** One WebSocket message: text, text with audio in it, or binary audio. */
export type Frame = string | TextWithBase64 | Uint8Array;

/**
 * A text message that carries bytes as base64 between two texts of ASCII. It is not one string, because that would be
 * written twice before it is sent, and be the most of what the garbage collector has to do (bench/README.md).
 */
export interface TextWithBase64 {
  readonly before: string;
  /** Good until the message is handed over. */
  readonly bytes: Buffer;
  readonly after: string;
}

/** A text message as the service reads it. */
export function textOf(frame: string | TextWithBase64): string {
  return typeof frame === 'string' ? frame : frame.before + frame.bytes.toString('base64') + frame.after;
}
