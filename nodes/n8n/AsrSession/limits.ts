import type { IDataObject } from 'n8n-workflow';
import { AsrError } from '../../../lib';
import { excerpt } from '../../../lib/hosts';

/** Enough for most of what a workflow does between two nodes. */
export const DEFAULT_UNUSED_SECONDS = 300;
export const DEFAULT_LONGEST_MINUTES = 120;

/** The limits of the settings: above 0, up to and including `max`. */
export const LIMITS = {
  unusedSeconds: { label: 'End When Unused', max: 86_400, default: DEFAULT_UNUSED_SECONDS },
  longestMinutes: { label: 'Longest Duration', max: 1440, default: DEFAULT_LONGEST_MINUTES },
} as const;

/** @throws AsrError `INVALID_OPTION` for a value of an expression that is no number within the bounds. */
export function readLimit(options: IDataObject, name: keyof typeof LIMITS): number {
  const { label, max, default: byDefault } = LIMITS[name];
  const given = options[name] ?? byDefault;
  // An expression often gives a number as text, and an empty one where there is none.
  const value = typeof given === 'string' ? (given.trim() === '' ? byDefault : Number(given)) : given;
  if (typeof value === 'number' && value > 0 && value <= max) return value;
  const message = `Expected "${label}" to be a number above 0 and up to ${max}, got ${excerpt(given)}.`;
  throw new AsrError('INVALID_OPTION', message, { param: name });
}
