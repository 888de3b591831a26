/** Returns `undefined` for invalid base64; `Buffer.from` would skip over invalid characters. */
export function decodeBase64(text: string): Buffer | undefined {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
    ? Buffer.from(text, 'base64')
    : undefined;
}
