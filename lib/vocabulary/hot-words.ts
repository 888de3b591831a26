import { fieldsOf } from '../base/json';
import { excerpt } from '../base/excerpt';
import { invalid } from './checks';

/** A word or a name that recognition should prefer, as a hot-word list has it (protocol.md E.2). */
export interface HotWord {
  /** At most 15 characters, or 7 parts between spaces where all of it is ASCII. */
  text: string;
  /** A whole number from 1 to 5; 4 is usual. A word of a high weight also replaces more of its neighbours. */
  weight: number;
  /** The language of the word, such as `en`. Without one the model finds it. */
  lang?: string;
}

/** The bounds of the words in one place: a hot-word list, or a setting of a session. */
export interface HotWordBounds {
  maxWords: number;
  weights: readonly number[];
}

/** The bounds of a hot-word list (protocol.md E.2). */
export const HOT_WORD_LIST_BOUNDS: HotWordBounds = { maxWords: 500, weights: [1, 2, 3, 4, 5] };

/** The weight of a hot word without one; the help of the fields says so. */
const USUAL_WEIGHT = 4;
const MAX_SUPER_WORDS = 50;
const MAX_CHARACTERS = 15;
const MAX_PARTS = 7;
/** 2,000 words of any language take less. */
const MAX_TEXT_LENGTH = 200_000;
/** A longer line is a word that is too long; there is no weight to look for. */
const MAX_LINE_LENGTH = 500;

const SEPARATORS = String.raw`\s,;:=，；：`;
/** A word in quotation marks as in CSV, in which two of them stand for one, and the rest of its line. */
const QUOTED = /[ \t]*"((?:[^"]|"")*)"([^\r\n]*)(?:\r?\n|\r|$)/y;
const LINE = /([^\r\n]*)(?:\r?\n|\r|$)/y;
const REST = new RegExp(
  String.raw`^[${SEPARATORS}]*(-?\d+(?:\.\d+)?)?(?:\s*[,;\t，；]\s*([A-Za-z][A-Za-z-]*))?[\s,;，；]*$`,
);
const WITH_WEIGHT = new RegExp(
  String.raw`^(.+?)([${SEPARATORS}]+)(-?\d+(?:\.\d+)?)(?:\s*[,;\t，；]\s*([A-Za-z][A-Za-z-]*)?)?$`,
);
const WITHOUT_WEIGHT = /^(.+?)\s*(?:[,;\t，；]\s*(?:[,;\t，；]\s*([A-Za-z][A-Za-z-]*)?)?)$/;
const HEADER = /^\s*"?(?:hot ?words?|words?|text|热词|词语?)"?\s*[,;\t，；]\s*"?(?:weights?|权重)"?/i;
/** A weight or a language in quotation marks, as some programs write CSV. */
const QUOTED_CELL = /([,;\t])\s*"(-?[\d.]*|[A-Za-z-]*)"/g;

/**
 * Reads hot words in any form that a person or a flow has them: text with one word in a line, the weight behind it
 * after a space, a comma, a semicolon, a tab, a colon or an equals sign; CSV with the columns word, weight and language;
 * JSON; a list of words or of `{text, weight, lang}`; an object of words and weights. The weight is 4 where there is
 * none, and of a word that comes twice the last one counts.
 * @throws AsrError `INVALID_OPTION` with `param` `words` for anything else.
 */
export function readHotWords(value: unknown): HotWord[] {
  return lastOfEach(wordsOf(value));
}

/**
 * Reads the text of a field or a file: one word per line, with the weight behind a space, a comma, a colon or an equals
 * sign, as in `Model Studio 5` or `Qwen`. A word that ends with a number is written in quotation marks.
 */
function parseHotWordText(text: string): HotWord[] {
  const words: HotWord[] = [];
  const rows = text.replace(/^\uFEFF/, '');
  let at = HEADER.test(rows) ? matchAt(LINE, rows, 0).length : 0;
  while (at < rows.length) {
    const line = matchAt(LINE, rows, at);
    const quoted = rows
      .slice(at, at + line.length)
      .trimStart()
      .startsWith('"')
      ? quotedWord(rows, at)
      : undefined;
    at += quoted?.length ?? line.length;
    const word = quoted?.word ?? lineWord(line.text);
    if (word) words.push(word);
  }
  return words;
}

/** Reads the same text for a setting that has words and weights only. */
export function parseHotWords(text: string): Record<string, number> {
  return Object.fromEntries(parseHotWordText(text).map(({ text: word, weight }) => [word, weight]));
}

/** Writes words and weights in the form that {@link parseHotWords} reads. */
export function formatHotWords(vocabulary: Readonly<Record<string, unknown>>): string {
  return Object.entries(vocabulary)
    .map(([word, weight]) => rowOf(word, ' ', String(weight)))
    .join('\n');
}

/** Writes hot words as CSV with a header, which {@link readHotWords} and spreadsheets read. */
export function hotWordsToCsv(words: readonly HotWord[]): string {
  const hasLanguages = words.some(({ lang }) => lang);
  const rows = words.map(({ text, weight, lang }) =>
    rowOf(text, ',', `${weight}${hasLanguages ? `,${lang ?? ''}` : ''}`),
  );
  return [`word,weight${hasLanguages ? ',lang' : ''}`, ...rows].map((row) => `${row}\n`).join('');
}

/** Describes what is wrong with the first of the words in a sentence; `undefined` when nothing is. */
export function hotWordsFault(
  name: string,
  words: readonly HotWord[],
  { maxWords, weights }: HotWordBounds,
): string | undefined {
  if (words.length === 0 || words.length > maxWords)
    return `Expected \`${name}\` to have 1 to ${maxWords} words, got ${words.length}.`;
  const superWords = words.filter(({ weight }) => weight === 50).length;
  if (weights.includes(50) && superWords > MAX_SUPER_WORDS)
    return `Expected \`${name}\` to have at most ${MAX_SUPER_WORDS} words of weight 50, got ${superWords}.`;
  for (const { text, weight, lang } of words) {
    if (typeof text !== 'string') return `Expected a word in \`${name}\`, got ${excerpt(text)}.`;
    const fault = weightFault(name, text, weight, weights) ?? textFault(name, text);
    if (fault) return fault;
    if (lang !== undefined && !/^[A-Za-z][A-Za-z-]{0,19}$/.test(lang))
      return `Expected the language of ${excerpt(text)} in \`${name}\` to be a code such as "en", got ${excerpt(lang)}.`;
  }
  return undefined;
}

function weightFault(
  name: string,
  text: string,
  weight: number,
  weights: readonly number[],
): string | undefined {
  if (weights.includes(weight)) return undefined;
  const expected = `Expected the weight of ${excerpt(text)} in \`${name}\` to be one of ${weights.join(', ')}, got ${excerpt(weight)}.`;
  return typeof weight === 'number'
    ? `${expected} A word that ends with a number stands in quotation marks: ${excerpt(`${text} ${weight}`)}.`
    : expected;
}

function textFault(name: string, text: string): string | undefined {
  if (/\p{Cc}/u.test(text))
    return `Expected ${excerpt(text)} in \`${name}\` to be one line without control characters.`;
  const isTooLong = /[^\x20-\x7e]/.test(text)
    ? Array.from(text).length > MAX_CHARACTERS
    : text.trim().split(/\s+/).length > MAX_PARTS;
  if (!isTooLong && text.trim() !== '') return undefined;
  return `Expected "${text.slice(0, 40)}" in \`${name}\` to have at most ${MAX_CHARACTERS} characters, or ${MAX_PARTS} words where it is plain ASCII.`;
}

function wordsOf(value: unknown): HotWord[] {
  if (typeof value === 'string') {
    if (value.length > MAX_TEXT_LENGTH)
      throw refused(`Expected at most ${MAX_TEXT_LENGTH} characters of hot words, got ${value.length}.`);
    return /^\s*[[{]/.test(value) ? wordsOf(parseJson(value)) : parseHotWordText(value);
  }
  if (Array.isArray(value)) return value.map(entryOf);
  if (typeof value !== 'object' || value === null)
    throw refused(
      `Expected hot words as text, as a list or as an object of words and weights, got ${excerpt(value)}.`,
    );
  if (typeof fieldsOf(value).text === 'string') return [entryOf(value)];
  return Object.entries(value).map(([text, weight]) => ({ text, weight: weightOf(weight) }));
}

/** An entry of a list, such as a row of a database. */
function entryOf(entry: unknown): HotWord {
  if (typeof entry === 'string') return { text: entry.trim(), weight: USUAL_WEIGHT };
  const { text, word, weight, lang } = fieldsOf(entry);
  const said = text ?? word;
  if (typeof said !== 'string')
    throw refused(
      `Expected each hot word to be a text or an object such as {"text": "Qwen", "weight": 4}, got ${excerpt(entry)}.`,
    );
  if (lang !== undefined && lang !== null && typeof lang !== 'string')
    throw refused(
      `Expected the language of ${excerpt(said)} to be a code such as "en", got ${excerpt(lang)}.`,
    );
  return { text: said.trim(), weight: weightOf(weight), ...(lang && { lang }) };
}

/** Another type than a number is refused by the check of the words, which names the word. */
function weightOf(weight: unknown): number {
  if (weight === undefined || weight === null || weight === '') return USUAL_WEIGHT;
  return typeof weight === 'string' && !Number.isNaN(Number(weight)) ? Number(weight) : (weight as number);
}

function lastOfEach(words: readonly HotWord[]): HotWord[] {
  return [...new Map(words.map((word) => [`${word.lang ?? ''} ${word.text}`, word])).values()];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused(`Expected hot words as lines, CSV or JSON, got ${excerpt(text)}, which is no JSON.`);
  }
}

function matchAt(pattern: RegExp, text: string, at: number): { text: string; length: number } {
  pattern.lastIndex = at;
  const [all = '', inner = ''] = pattern.exec(text) ?? [];
  return { text: inner, length: all.length };
}

/** `undefined` where the quotation mark does not begin a cell of CSV, as in `"A" team`. */
function quotedWord(text: string, at: number): { word: HotWord; length: number } | undefined {
  QUOTED.lastIndex = at;
  const [all = '', word = '', rest = ''] = QUOTED.exec(text) ?? [];
  const cells = rest.length > MAX_LINE_LENGTH ? null : REST.exec(rest.replaceAll('"', ''));
  if (!cells || word.trim() === '') return undefined;
  const [, weight, lang] = cells;
  return { word: made(word.replaceAll('""', '"').trim(), weight, lang), length: all.length };
}

function lineWord(line: string): HotWord | undefined {
  const said = line.trim().replaceAll(QUOTED_CELL, '$1$2');
  if (said === '') return undefined;
  if (said.length > MAX_LINE_LENGTH) return made(said);
  const [, text, separator = '', weight = '', lang] = WITH_WEIGHT.exec(said) ?? [];
  // A space alone may stand before a version as well: "Python 3.12".
  const isWeight = /[^ ]/.test(separator) || /^\d+$/.test(weight);
  if (text !== undefined && isWeight) return made(text, weight, lang);
  const [, bare, bareLang] = WITHOUT_WEIGHT.exec(said) ?? [];
  return bare === undefined ? made(said) : made(bare.trim(), undefined, bareLang);
}

function made(text: string, weight?: string, lang?: string): HotWord {
  return { text, weight: weight === undefined ? USUAL_WEIGHT : Number(weight), ...(lang && { lang }) };
}

/** The word in quotation marks where it would be read as something else without them. */
function rowOf(text: string, separator: string, rest: string): string {
  const plain = `${text}${separator}${rest}`;
  const isSame = !/["\r\n]/.test(text) && !HEADER.test(plain) && lineWord(plain)?.text === text;
  return isSame ? plain : `"${text.replaceAll('"', '""')}"${separator}${rest}`;
}

function refused(message: string): Error {
  return invalid('words', message);
}
