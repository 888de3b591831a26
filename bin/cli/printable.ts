/**
 * What the service, a file name or an address says may contain characters that command a terminal: C0 and C1 control
 * characters, DEL, and those that reverse the direction of the text behind them. A terminal must never get them.
 */
const COMMANDING = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const LINE_BREAK = /[\t\n\v\f\r\u0085\u2028\u2029]/;

/** The text as it may go to a terminal, in one line. */
export function inOneLine(text: string): string {
  return text.replace(COMMANDING, (character) => (LINE_BREAK.test(character) ? ' ' : '\ufffd'));
}

/** The same of a text that has lines and columns of its own. */
export function inLines(text: string): string {
  return text.replace(COMMANDING, (character) => {
    if (character === '\n' || character === '\t') return character;
    return LINE_BREAK.test(character) ? ' ' : '\ufffd';
  });
}

/** JSON in which these characters are escaped, so that nothing of the value is lost. */
export function printableJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent);
  return json.replace(COMMANDING, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
