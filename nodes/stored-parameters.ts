import type { Model, ModelParameters, ParameterSpec } from '../lib';
import { readHotWords } from '../lib';
import { isKeyOf, parseHotWords } from '../lib/hosts';

/** The settings of a model as an editor stores them, or as a variable or an expression gives them: often as text. */
export type StoredParameters = Record<string, unknown>;

const YES_OR_NO: Readonly<Record<string, boolean>> = { true: true, false: false };

/**
 * The set values in the form that the client takes. A value that cannot be converted is passed on unchanged, and so
 * is a setting that the model does not have, because the client says what is wrong with it.
 */
export function readParameters(stored: StoredParameters | undefined, model: Model): ModelParameters {
  const parameters: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(stored ?? {})) {
    if (value === undefined || value === null) continue;
    if (typeof value === 'string' && value.trim() === '') continue;
    const spec = isKeyOf(model.parameters, name) ? model.parameters[name] : undefined;
    parameters[name] = spec ? read(value, spec) : value;
  }
  return parameters;
}

function read(value: unknown, { kind }: ParameterSpec): unknown {
  if (kind === 'vocabulary') return readVocabulary(value);
  if (typeof value !== 'string') return kind === 'text' && typeof value === 'number' ? String(value) : value;
  switch (kind) {
    case 'boolean':
      return YES_OR_NO[value.trim().toLowerCase()] ?? value;
    case 'number':
    case 'integer':
      return Number.isNaN(Number(value)) ? value : Number(value);
    case 'wordFilter':
      return parseJson(value);
    case 'choice':
      return value.trim();
    case 'text':
      return value;
  }
}

/**
 * Hot words as text, one a line, or as JSON; as an object of weights; or as a list of words or of `{text, weight}`, which
 * is the form of a list at the service (protocol.md E.2).
 */
function readVocabulary(value: unknown): unknown {
  const isJson = typeof value === 'string' && /^\s*[[{]/.test(value);
  const words = isJson ? parseJson(value) : value;
  if (typeof words === 'string') return isJson ? words : parseHotWords(words);
  if (!Array.isArray(words)) return words;
  try {
    return Object.fromEntries(readHotWords(words).map(({ text, weight }) => [text, weight]));
  } catch {
    return words;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
