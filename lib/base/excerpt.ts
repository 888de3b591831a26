/** An error tells a name and a type at most, and no more than 200 characters of the input in all. */
const MAX_CHARACTERS = 90;

/** The beginning of a text from outside, for an error that says what arrived. */
export function shortened(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
}

/** The same of any value, as JSON, so that a text stands in quotation marks. */
export function excerpt(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  // A function has no JSON, whatever the types say.
  const json: unknown = JSON.stringify(value);
  return shortened(typeof json === 'string' ? json : typeof value);
}
