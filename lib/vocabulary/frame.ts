/** One WebSocket message: text, text with audio in it, or binary audio. */
export type Frame = string | TextWithBase64 | Uint8Array;

/**
 * A text message that carries bytes as base64 between two ASCII texts. It is not one string, because a string would
 * be written twice before it is sent and would be most of the garbage collector's work (bench/README.md).
 */
export interface TextWithBase64 {
  readonly before: string;
  /** Valid until the message is handed over. */
  readonly bytes: Buffer;
  readonly after: string;
}

/** The text of a message as the service reads it. */
export function textOf(frame: string | TextWithBase64): string {
  return typeof frame === 'string' ? frame : frame.before + frame.bytes.toString('base64') + frame.after;
}
