/** Of what came, no error carries more than this. */
const MAX_CHARACTERS = 120;

/** The beginning of a text that came from outside, in quotation marks, for an error that says what came. */
export function excerpt(text: string): string {
  const isLong = text.length > MAX_CHARACTERS;
  return JSON.stringify(isLong ? `${text.slice(0, MAX_CHARACTERS)}…` : text);
}
