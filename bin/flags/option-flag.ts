import { readFileSync } from 'node:fs';
import { fieldsOf, messageOf } from '../../lib/hosts';
import { UsageError } from '../cli/arguments';
import type { Arguments } from '../cli/arguments';
import type { Flag } from '../cli/command';

/** A flag that sets an option of the library. */
export interface OptionRow {
  help: string;
  /** How the text of the flag becomes the option's value. */
  kind: 'text' | 'number' | 'list' | 'switch';
  /** The name of the flag where it is not that of the option. */
  flag?: string;
  /** The name of the value in the help. Default `N` for a number, else `TEXT`. */
  value?: string;
  choices?: readonly string[];
  /** Whether `@FILE` stands for the text of a file. */
  isFromFile?: true;
  completes?: 'file';
}

/** Rows by the path of their option, such as `reconnect.maxAttempts`. */
export type OptionTable = Readonly<Record<string, OptionRow>>;

/** `maxHeldAudioMs` and `reconnect.maxAttempts` as flags are written. */
export function kebab(path: string): string {
  return path.replaceAll('.', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function flagOf(path: string, row: OptionRow): Flag {
  const { help, kind, flag = kebab(path), value = kind === 'number' ? 'N' : 'TEXT' } = row;
  if (kind === 'switch') return { name: flag, help };
  return {
    name: flag,
    value,
    help,
    ...(row.choices && { choices: row.choices }),
    ...(row.completes && { completes: row.completes }),
  };
}

export function flagsOfTable(table: OptionTable): readonly Flag[] {
  return Object.entries(table).map(([path, row]) => flagOf(path, row));
}

/** The options of a table that were given, nested by their paths. The library checks the values. */
export function optionsOf(table: OptionTable, given: Arguments): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [path, row] of Object.entries(table)) {
    const value = valueOf(path, row, given);
    if (value === undefined) continue;
    const [first = path, second] = path.split('.');
    if (second === undefined) options[first] = value;
    else options[first] = { ...fieldsOf(options[first]), [second]: value };
  }
  return options;
}

function valueOf(path: string, row: OptionRow, given: Arguments): unknown {
  const { name } = flagOf(path, row);
  if (row.kind === 'switch') return given.isOn(name) || undefined;
  const text = given.text(name);
  if (text === undefined) return undefined;
  if (row.kind === 'number') return numberOf(name, text);
  const whole = row.isFromFile ? textOrFile(name, text) : text;
  return row.kind === 'list' ? whole.split(',') : whole;
}

/** @throws UsageError, because an empty text would count as 0. */
export function numberOf(name: string, text: string): number {
  const number = text.trim() === '' ? NaN : Number(text);
  if (!Number.isNaN(number)) return number;
  throw new UsageError(`--${name} must be a number, not ${JSON.stringify(text)}.`);
}

/** The text itself, or that of the file behind an `@`. `@@` stands for an `@` of the text. */
export function textOrFile(name: string, text: string): string {
  if (!text.startsWith('@')) return text;
  if (text.startsWith('@@')) return text.slice(1);
  try {
    return readFileSync(text.slice(1), 'utf8').replace(/^\ufeff/, '');
  } catch (cause) {
    throw new UsageError(`--${name} ${text}: ${messageOf(cause)}.`, {
      cause,
    });
  }
}
