import type { TimedWord } from '../engines/engine';
import { spreadWords } from '../words';
import type { Run } from './loud-runs';
import { placeWords } from './place-words';

/** What becomes one item or sentence: one phrase in mode `vad`, all phrases up to the commit in mode `manual`. */
export interface Segment {
  number: number;
  begin: number;
  /** Finals of its phrases so far. */
  phrases: { text: string; beginMs: number; endMs: number; runs: readonly Run[] }[];
}

export function newSegment(number: number, begin: number): Segment {
  return { number, begin, phrases: [] };
}

export function textOf(segment: Segment): string {
  return textsOf(segment).filter(Boolean).join(' ');
}

/** The model gives no times: words are placed where their phrase is loud, or are spread over it by their lengths. */
export function wordsOf(segment: Segment): TimedWord[] {
  const texts = textsOf(segment);
  return segment.phrases.flatMap(({ beginMs, endMs, runs }, index) => {
    const text = texts[index] ?? '';
    return runs.length > 0 ? placeWords(text, runs) : spreadWords(text, beginMs, endMs);
  });
}

/**
 * A segment so far together with the present phrase. The first part does not change any more; the full stop at its
 * end depends on how the sentence goes on.
 */
export function continued(
  segment: Segment,
  { stable, draft }: { stable: string; draft: string },
): { stable: string; draft: string } {
  const finals = textOf(segment);
  if (finals === '' || (stable === '' && draft === '')) return { stable: finals || stable, draft };
  const [before = ''] = joinable([finals, (stable + draft).trimStart()]);
  if (stable !== '') return { stable: `${before} ${stable}`, draft };
  const open = withoutFullStop(finals);
  return { stable: open, draft: `${before.slice(open.length)} ${draft.trimStart()}` };
}

/** The model ends each phrase with a full stop, though the speaker may only have breathed in. */
function textsOf({ phrases }: Segment): string[] {
  return joinable(phrases.map(({ text }) => text));
}

/** The texts without full stops before a small letter. */
function joinable(texts: readonly string[]): string[] {
  return texts.map((text, index) => {
    const next = texts.slice(index + 1).find(Boolean) ?? '';
    return /^\p{Ll}/u.test(next) ? withoutFullStop(text) : text;
  });
}

function withoutFullStop(text: string): string {
  return text.replace(/(?<!\.)\.$/, '');
}

/** Words that are capitalised only because the model takes them for the beginning of a sentence. */
const SMALL_WORDS = new Set(
  (
    'a an and are as at be because but by can for from had has have he her his how if in is it its not of on or our ' +
    'she so than that the their them then there these they this those to was we were what when where which who will ' +
    'with would you your'
  ).split(' '),
);

/**
 * The text of a phrase that was cut out of continuous speech.
 * @param goesOn Whether the speech goes on behind it. @param isRest Whether it began before.
 */
export function asPart(text: string, { goesOn, isRest }: { goesOn: boolean; isRest: boolean }): string {
  const end = goesOn ? withoutFullStop(text) : text;
  const first = /^\p{L}+/u.exec(end)?.[0] ?? '';
  return isRest && SMALL_WORDS.has(first.toLowerCase()) ? first.toLowerCase() + end.slice(first.length) : end;
}
