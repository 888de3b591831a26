import { excerpt } from '../../base/excerpt';
import { AsrError } from '../../vocabulary/errors';
import { sourceFields } from './kinds';
import type { SourceField, SourceKindName, SourceValues } from './kinds';

/** No address or name is longer. */
const MAX_TEXT_LENGTH = 4096;

/**
 * Checks the values of a source's fields, as a dialog, a stored flow or a command line gives them: numbers and
 * booleans may be texts, and an empty text is the default.
 * @throws AsrError `INVALID_OPTION` with the field's name as `param`.
 */
export function checkSourceValues<K extends SourceKindName>(
  kind: K,
  values: Readonly<Record<string, unknown>>,
): SourceValues<K> {
  const checked: Record<string, unknown> = {};
  for (const [name, field] of sourceFields(kind)) {
    const given = Object.hasOwn(values, name) ? values[name] : undefined;
    const fault = sourceFieldFault(name, field, given);
    if (fault !== undefined) throw new AsrError('INVALID_OPTION', fault, { param: name });
    checked[name] = valueOf(field, given);
  }
  return checked as SourceValues<K>;
}

/** What is wrong with a value, as one sentence without secrets; `undefined` for a good one. */
export function sourceFieldFault(name: string, field: SourceField, value: unknown): string | undefined {
  const isEmpty = isBlank(value);
  const isGood = isEmpty ? !('isRequired' in field && field.isRequired) : isOf(field, value);
  if (isGood) return undefined;
  if (isEmpty && 'purpose' in field) return `Expected \`${name}\` to be ${field.purpose}, got nothing.`;
  const got = described(field, value);
  return `Expected \`${name}\` to be ${expectationOf(field)}, got ${got}.`;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function isOf(field: SourceField, value: unknown): boolean {
  switch (field.kind) {
    case 'text':
    case 'list':
      return typeof value === 'string' && value.length <= MAX_TEXT_LENGTH && !/\p{Cc}/u.test(value.trim());
    case 'boolean':
      return ['true', 'false'].includes(String(value));
    case 'choice':
      return typeof value === 'string' && field.choices.includes(value.trim());
    default: {
      const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
      const isWhole = field.kind === 'number' || Number.isInteger(number);
      return isWhole && number >= field.min && number <= field.max;
    }
  }
}

function valueOf(field: SourceField, value: unknown): unknown {
  const text = typeof value === 'string' ? value.trim() : isBlank(value) ? '' : JSON.stringify(value);
  const isEmpty = text === '';
  switch (field.kind) {
    case 'text':
      return text;
    case 'list':
      return isEmpty ? [] : text.split(/[\s,;]+/).filter(Boolean);
    case 'boolean':
      return text === 'true';
    case 'choice':
      return isEmpty ? field.default : text;
    default:
      return isEmpty ? field.default : Number(text);
  }
}

function expectationOf(field: SourceField): string {
  switch (field.kind) {
    case 'text':
      return `a text of at most ${MAX_TEXT_LENGTH} characters in one line`;
    case 'list':
      return 'a list in one line';
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${field.choices.join(', ')}`;
    case 'port':
      return `a port from ${field.min} to ${field.max}`;
    case 'integer':
      return `a whole number from ${field.min} to ${field.max}`;
    case 'number':
      return `a number from ${field.min} to ${field.max}`;
  }
}

/** A text is never repeated, because an address may contain a password. */
function described({ kind }: SourceField, value: unknown): string {
  if (isBlank(value)) return 'nothing';
  if (kind !== 'text' && kind !== 'list') return excerpt(value);
  return typeof value === 'string' ? `${value.length} characters` : typeof value;
}
