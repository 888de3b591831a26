import { AsrError } from '../../../lib';
import { excerpt, isObject } from '../../../lib/hosts';

/** Bounds are inclusive. */
export interface NumberBounds {
  min: number;
  max: number;
  isWhole?: boolean;
}

/**
 * Reads the fields of a node. n8n passes on whatever an expression gives. Each value is used, also where it has the
 * form of another field (a number as text, a list as text), or refused by the name of its field. None is left out
 * without a word.
 */
export class Fields {
  readonly #read: (name: string) => unknown;

  /** @param read The value of a field as n8n gives it; `undefined` where it is not set. */
  constructor(read: (name: string) => unknown) {
    this.#read = read;
  }

  /**
   * The fields of a collection, such as `options`.
   * @throws AsrError `INVALID_OPTION` where an expression has replaced the whole collection by something else.
   */
  static of(name: string, collection: unknown): Fields {
    const values = collection ?? {};
    if (!isObject(values)) throw refused(name, 'an object', values);
    return new Fields((field) => values[field]);
  }

  /** The value as it is; `undefined` for an empty field and an expression without a result. */
  value(name: string): unknown {
    const value = located(this.#read(name));
    return value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;
  }

  /** The text without spaces around it; empty where there is none. */
  text(name: string): string {
    const value = this.value(name);
    if (value === undefined) return '';
    if (typeof value === 'string') return value.trim();
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw refused(name, 'a text', value);
  }

  number(name: string, { min, max, isWhole = false }: NumberBounds): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' ? Number(value) : value;
    const isFine = typeof number === 'number' && number >= min && number <= max;
    if (isFine && (!isWhole || Number.isInteger(number))) return number;
    throw refused(name, `a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}`, value);
  }

  /** @param byDefault The value where the field is not set. */
  isOn(name: string, byDefault = false): boolean {
    const value = this.value(name);
    if (value === undefined) return byDefault;
    if (typeof value === 'boolean') return value;
    const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
    if (text === 'true' || text === 'false') return text === 'true';
    throw refused(name, 'true or false', value);
  }

  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw refused(name, `one of ${choices.join(', ')}`, value);
  }

  /** Some of the choices. */
  choices<const T extends string>(name: string, choices: readonly T[]): T[] {
    return this.list(name).map((word) => {
      const found = choices.find((choice) => choice === word);
      if (found !== undefined) return found;
      throw refused(name, `some of ${choices.join(', ')}`, word);
    });
  }

  /** Words of a list, or of a text with commas, semicolons or spaces between them. */
  list(name: string): string[] {
    const value = this.value(name);
    if (value === undefined) return [];
    const words: unknown[] = Array.isArray(value) ? value : [value];
    if (!words.every((word) => typeof word === 'string' || typeof word === 'number')) {
      throw refused(name, 'a list of texts, or one text with commas', value);
    }
    return words.flatMap((word) => String(word).split(/[\s,;]+/)).filter((word) => word !== '');
  }
}

/** The value of a field in which something is chosen from a list or by its id. */
function located(value: unknown): unknown {
  const isLocator = typeof value === 'object' && value !== null && '__rl' in value && 'value' in value;
  return isLocator ? value.value : value;
}

function refused(param: string, expected: string, value: unknown): AsrError {
  return new AsrError('INVALID_OPTION', `Expected \`${param}\` to be ${expected}, got ${excerpt(value)}.`, {
    param,
  });
}
