import type { FinalEvent, Word } from './events';

/** One caption on the screen. */
export interface Caption {
  beginMs: number;
  endMs: number;
  /** One or two lines of text. */
  text: string;
}

export interface CaptionOptions {
  /** Width of a line. Default 42 characters; Chinese, Japanese and Korean characters count twice. */
  maxLineWidth?: number;
  /** Default 2. */
  maxLines?: number;
  /** The longest time that a caption is shown. Default 7000. */
  maxDurationMs?: number;
  /** The number of the first caption in SubRip, where captions are written piece by piece. Default 1. */
  firstNumber?: number;
}

const DEFAULTS: Required<CaptionOptions> = {
  maxLineWidth: 42,
  maxLines: 2,
  maxDurationMs: 7000,
  firstNumber: 1,
};
/** A caption without an end, from a model without times, is shown for as long as it takes to read. */
const READING_MS_PER_CHARACTER = 60;
const MIN_DURATION_MS = 1000;
const WIDE = /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/g;

/**
 * Makes captions of final sentences. Sentences with word times are divided between words; a sentence without word
 * times is one caption with the times of the sentence. Sentences without any time are left out.
 */
export function captionsOf(finals: readonly FinalEvent[], options: CaptionOptions = {}): Caption[] {
  const limits = { ...DEFAULTS, ...options };
  return finals.flatMap((final) => sentenceCaptions(final, limits));
}

/**
 * SubRip (`.srt`). The format has no way to escape markup, so brackets that players would take for a tag are replaced
 * by others.
 */
export function toSrt(finals: readonly FinalEvent[], options: CaptionOptions = {}): string {
  const { firstNumber = 1 } = options;
  return captionsOf(finals, options)
    .map(
      ({ beginMs, endMs, text }, i) =>
        `${firstNumber + i}\n${clock(beginMs, ',')} --> ${clock(endMs, ',')}\n${withoutMarkup(text)}\n`,
    )
    .join('\n');
}

/** WebVTT (`.vtt`), with markup escaped. */
export function toVtt(finals: readonly FinalEvent[], options?: CaptionOptions): string {
  const cues = captionsOf(finals, options).map(
    ({ beginMs, endMs, text }) => `${clock(beginMs, '.')} --> ${clock(endMs, '.')}\n${escapeCue(text)}\n`,
  );
  return ['WEBVTT\n', ...cues].join('\n');
}

function sentenceCaptions(final: FinalEvent, limits: Required<CaptionOptions>): Caption[] {
  const words = final.words ?? [];
  const timed = words.filter(({ beginMs, endMs }) => isTime(beginMs) && isTime(endMs));
  // A word without a time cannot be placed between the others; then the whole sentence is one caption.
  if (timed.length === 0 || timed.length < words.length) return wholeCaption(final, timed, limits);
  return groupWords(
    timed.filter((word) => shownWord(word) !== ''),
    limits,
  )
    .map((group) => ({
      beginMs: group[0]?.beginMs ?? 0,
      endMs: group.at(-1)?.endMs ?? 0,
      text: layOut(joinWords(group), limits.maxLineWidth),
    }))
    .filter(({ text }) => text !== '');
}

function wholeCaption(
  final: FinalEvent,
  timed: readonly Word[],
  { maxLineWidth }: Required<CaptionOptions>,
): Caption[] {
  const text = inOneLine(final.text);
  const beginMs = isTime(final.beginMs) ? final.beginMs : timed[0]?.beginMs;
  if (beginMs === undefined || text === '') return [];
  const readingMs = Math.max(MIN_DURATION_MS, text.length * READING_MS_PER_CHARACTER);
  const endMs = isTime(final.endMs) ? final.endMs : beginMs + readingMs;
  return [{ beginMs, endMs, text: layOut(text, maxLineWidth) }];
}

function isTime(ms: number | undefined): ms is number {
  return Number.isFinite(ms);
}

/** A line break in the recognised text would end a cue and could begin a forged one. */
function inOneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/**
 * Divides words into captions: as many words as fit into the lines and the time, with cuts at punctuation where
 * possible.
 */
function groupWords(words: readonly Word[], limits: Required<CaptionOptions>): Word[][] {
  const maxWidth = limits.maxLineWidth * limits.maxLines;
  const groups: Word[][] = [];
  let group: Word[] = [];
  let width = 0;
  for (const word of words) {
    const first = group[0];
    const isTooWide = width + widthOf(behind(group.at(-1), word)) > maxWidth;
    const isTooLong = first !== undefined && word.endMs - first.beginMs > limits.maxDurationMs;
    if (group.length > 0 && (isTooWide || isTooLong || group.length >= maxWidth)) {
      const cut = lastPunctuation(group);
      groups.push(group.slice(0, cut));
      group = group.slice(cut);
      width = widthOf(joinWords(group));
    }
    width += widthOf(behind(group.at(-1), word));
    group.push(word);
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

/** The last punctuation in the second half of the group, or the end of the group. */
function lastPunctuation(group: readonly Word[]): number {
  for (let i = group.length - 1; i > group.length / 2; i--) {
    if (group[i - 1]?.punctuation.trim()) return i;
  }
  return group.length;
}

function joinWords(words: readonly Word[]): string {
  return words.map((word, i) => behind(words[i - 1], word)).join('');
}

/** What a word adds to the text before it: the word, with a space in front where its script has spaces. */
function behind(previous: Word | undefined, word: Word): string {
  const shown = shownWord(word);
  const before = previous && shownWord(previous);
  const needsSpace = before && shown && !isWide(before.slice(-1)) && !isWide(shown.slice(0, 1));
  return (needsSpace ? ' ' : '') + shown;
}

function shownWord({ text, punctuation }: Word): string {
  return inOneLine(text + punctuation);
}

/** Breaks a text into lines of about equal width, at spaces where it has them. */
function layOut(text: string, maxLineWidth: number): string {
  const width = widthOf(text);
  if (width <= maxLineWidth) return text;
  const lineWidth = width / Math.ceil(width / maxLineWidth);
  const parts = text.includes(' ') ? text.split(/(?<= )/) : Array.from(text);
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    const isFull =
      line !== '' && (widthOf(line) >= lineWidth || widthOf((line + part).trimEnd()) > maxLineWidth);
    if (isFull) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += part;
  }
  return [...lines, line.trimEnd()].join('\n');
}

function widthOf(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0);
}

function isWide(character: string): boolean {
  return character.search(WIDE) >= 0;
}

function clock(ms: number, separator: ',' | '.'): string {
  const whole = Math.max(0, Math.round(ms));
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const fraction = String(whole % 1000).padStart(3, '0');
  return `${two(whole / 3_600_000)}:${two((whole / 60_000) % 60)}:${two((whole / 1000) % 60)}${separator}${fraction}`;
}

function escapeCue(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function withoutMarkup(text: string): string {
  return text
    .replaceAll('-->', '→')
    .replace(/<(?=[/a-z])([^<>]*)>?/gi, '‹$1›')
    .replaceAll('{\\', '(\\');
}
