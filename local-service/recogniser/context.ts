import { wordsBehind } from './closest-prefix';
import { MODEL_RATE_HZ } from './model';

/** The longest pause across which a phrase is decoded together with the one before. */
const MAX_PAUSE = 2.5 * MODEL_RATE_HZ;
/** The model is made for clips of about this length. */
const MAX_LENGTH = 12 * MODEL_RATE_HZ;
/** Share of the earlier words that may be recognised differently the second time. */
const MAX_DIFFERENT = 0.5;

/** A phrase whose final was requested. Positions are samples. */
export interface PhraseBefore {
  /** Where its audio begins. */
  floor: number;
  end: number;
  text: Promise<string>;
}

/**
 * Whether a phrase is better decoded together with the one before: a short phrase alone is often misheard ("ask not"
 * as "As not").
 */
export function belongsTogether(before: PhraseBefore, begin: number, end: number): boolean {
  return begin - before.end <= MAX_PAUSE && end - before.floor <= MAX_LENGTH;
}

/** Whether the audio of the phrase may still be needed when speech is at `position`. */
export function isStillContext(before: PhraseBefore, position: number): boolean {
  return position - before.floor <= MAX_LENGTH;
}

/** The words behind the previous phrase in the text of both; `''` where the texts do not match. */
export function withoutBefore(textOfBoth: string, textBefore: string): string {
  const before = splitCompounds(textBefore);
  if (before.length === 0) return '';
  const { rest, distance } = wordsBehind(before, splitCompounds(textOfBoth));
  return distance <= before.length * MAX_DIFFERENT ? rest.join(' ').replaceAll('- ', '-') : '';
}

/** "fellow-americans" the first time may be "fellow Americans" the second. */
function splitCompounds(text: string): string[] {
  return text.split(/\s+|(?<=\w-)(?=\w)/).filter(Boolean);
}
