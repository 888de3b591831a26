/**
 * Real keys have more than 30 characters. A short one is a word that somebody typed for a service that needs no key,
 * and may well be a word of the protocol.
 */
const MIN_SECRET_LENGTH = 12;

/** Whether a key is distinctive enough to be searched for in texts. */
export function isSecret(apiKey: string | undefined): apiKey is string {
  return apiKey !== undefined && apiKey.length >= MIN_SECRET_LENGTH;
}

/** The forms in which a key may appear in a text: itself, inside JSON, and inside base64 at each of three offsets. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const encoded = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // The characters at both ends also depend on the neighbouring bytes.
    const first = Math.ceil((offset * 4) / 3);
    const last = Math.floor(((offset + bytes.length) * 4) / 3);
    return text.slice(first, last);
  });
  return [secret, JSON.stringify(secret).slice(1, -1), ...encoded];
}
