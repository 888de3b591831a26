import { shortened } from '../base/excerpt';
import { AsrError } from './errors';

/** Timers take at most 31 bits. */
export const MAX_DURATION_MS = 2 ** 31 - 1;

/** @throws AsrError `INVALID_OPTION` for anything but a number in the range. */
export function ranged(
  param: string,
  value: number | undefined,
  min: number,
  max: number,
  defaultValue: number,
): number {
  if (value === undefined) return defaultValue;
  if (Number.isFinite(value) && value >= min && value <= max) return value;
  throw invalid(
    param,
    `Expected \`${param}\` to be a number from ${min} to ${max}, got ${shortened(String(value))}.`,
  );
}

/** Checks a whole number. @throws AsrError `INVALID_OPTION` */
export function whole(param: string, value: number | undefined, min: number, defaultValue: number): number {
  if (value === undefined) return defaultValue;
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw invalid(
    param,
    `Expected \`${param}\` to be a whole number from ${min} on, got ${shortened(String(value))}.`,
  );
}

/** Checks milliseconds that a timer can wait. @throws AsrError `INVALID_OPTION` */
export function duration(param: string, value: number | undefined, defaultMs: number): number {
  return ranged(param, value, 1, MAX_DURATION_MS, defaultMs);
}

/** The error for an option that cannot work. */
export function invalid(param: string, message: string, cause?: unknown): AsrError {
  return new AsrError('INVALID_OPTION', message, { param, cause });
}
