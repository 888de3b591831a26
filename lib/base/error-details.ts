/** The code of an error of Node.js or of `fetch`, such as `ECONNRESET`. Empty where it has none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** What caused an error; `fetch` itself says only that it failed. */
export function causeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
}

/** What was thrown, as an error: a program may throw anything. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** What was thrown, in words. */
export function messageOf(thrown: unknown): string {
  return errorOf(thrown).message;
}
