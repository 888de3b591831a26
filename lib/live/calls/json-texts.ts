/**
 * The JSON objects of a text, which is usually one. Messages that a relay has bunched into one text stand behind each
 * other, with or without white space in between. Text that is no object is given as it is.
 */
export function jsonTexts(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isInString) {
      if (character === '\\') at += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{') depth += 1;
    else if (character === '}' && depth > 0) {
      depth -= 1;
      if (depth > 0) continue;
      found.push(text.slice(from, at + 1).trim());
      from = at + 1;
    }
  }
  const rest = text.slice(from).trim();
  return rest === '' ? found : [...found, rest];
}
