/** No error contains more than this of the input. */
const MAX_CHARACTERS = 120;

/** The beginning of a text from outside, in quotation marks, for an error that says what arrived. */
export function excerpt(text: string): string {
  const isLong = text.length > MAX_CHARACTERS;
  return JSON.stringify(isLong ? `${text.slice(0, MAX_CHARACTERS)}…` : text);
}
