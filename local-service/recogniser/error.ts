/** The recogniser is not available here; the message says why and what to do. */
export class RecogniserError extends Error {
  override readonly name = 'RecogniserError';
}
