import { isObject } from '../base/json';
import { excerpt } from '../base/excerpt';
import { hotWordsFault } from './hot-words';

/**
 * Settings of recognition that some models have and others do not (protocol.md A.4.1, B.3). The row of a model in
 * `models.ts` lists its settings with range and default; editors and checks use that table.
 */

/** Hot words with their weights: 1 to 5, or 50 for the few that must win. */
export type Vocabulary = Record<string, number>;

/** What happens to unwanted words (protocol.md B.3 `special_word_filter`). */
export interface SpecialWordFilter {
  /** Words that are replaced by asterisks. */
  filter_with_signed?: { word_list: string[] };
  /** Words that are left out. */
  filter_with_empty?: { word_list: string[] };
  /** Whether the service's own list is used as well. Default false. */
  system_reserved_filter?: boolean;
}

/** One earlier turn of the dialogue, which biases recognition (protocol.md B.2.1 `input.context`). */
export interface ContextTurn {
  /** What the person said, or a list of words. */
  user?: string;
  /** The answer to it. */
  assistant?: string;
}

/** Every setting by name. Units are in the names. A setting that is left out keeps the service's default. */
export interface ModelParameters {
  /** Threshold of voice activity detection, -1 to 1. A lower value detects quieter speech. */
  vadThreshold?: number;
  /** Length of the silence that ends a sentence. */
  silenceMs?: number;
  /** Ends sentences by their meaning instead of by silence. */
  semanticPunctuation?: boolean;
  /** Keeps sentences that are ended by silence from growing too long. */
  multiThreshold?: boolean;
  punctuation?: boolean;
  /** Writes Chinese numerals as digits. */
  inverseTextNormalization?: boolean;
  /** Leaves filler words out. */
  disfluencyRemoval?: boolean;
  /** Keeps the service from ending the session while silent audio keeps coming. */
  heartbeat?: boolean;
  /** -1 to 1. Towards -1 more noise is taken for speech, towards 1 more speech for noise. */
  speechNoiseThreshold?: number;
  specialWordFilter?: SpecialWordFilter;
  vadModel?: string;
  /** Writes a dialect as it was spoken. */
  keepDialect?: boolean;
  /** Enables interims; without it only finals come. */
  intermediateResults?: boolean;
  /** Free text that biases recognition. */
  corpusText?: string;
  /** The id of a hot-word list that was made before. */
  vocabularyId?: string;
  /** Hot words of this session. */
  vocabulary?: Vocabulary;
  /** The id of a hot-word list of the oldest models. */
  phraseId?: string;
}

export type ParameterName = keyof ModelParameters;

/** Settings of the service's voice activity detection. They have no meaning where commits end the sentences. */
export const VAD_PARAMETERS: readonly ParameterName[] = ['vadThreshold', 'silenceMs'];

/** The values that a setting takes, and its default. */
export type ParameterSpec =
  | { kind: 'boolean'; default: boolean }
  /** Bounds are inclusive. */
  | { kind: 'number'; min: number; max: number; step?: number; default?: number }
  | { kind: 'integer'; min: number; max: number; default?: number }
  | { kind: 'choice'; choices: readonly string[]; default: string }
  /** `maxBytes` counts the text as JSON in UTF-8, which is how it is sent. */
  | { kind: 'text'; maxLength: number; maxBytes?: number }
  | { kind: 'vocabulary'; maxWords: number; weights: readonly number[] }
  | { kind: 'wordFilter'; maxWords: number };

/** Describes what is wrong with a value in a sentence; `undefined` when nothing is. */
export function parameterFault(name: string, value: unknown, spec: ParameterSpec): string | undefined {
  const got = `got ${shown(value).slice(0, 80)}`;
  switch (spec.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `Expected \`${name}\` to be true or false, ${got}.`;
    case 'number':
    case 'integer': {
      const isNumber =
        typeof value === 'number' && Number.isFinite(value) && value >= spec.min && value <= spec.max;
      if (isNumber && (spec.kind === 'number' || Number.isInteger(value))) return undefined;
      const what = spec.kind === 'number' ? 'a number' : 'a whole number';
      return `Expected \`${name}\` to be ${what} from ${spec.min} to ${spec.max}, ${got}.`;
    }
    case 'choice':
      if (typeof value === 'string' && spec.choices.includes(value)) return undefined;
      return `Expected \`${name}\` to be one of ${spec.choices.join(', ')}, ${got}.`;
    case 'text':
      if (typeof value === 'string' && spec.maxBytes !== undefined) {
        const fault = sizeFault(name, value, spec.maxBytes);
        if (fault) return fault;
      }
      if (typeof value === 'string' && value !== '' && value.length <= spec.maxLength) return undefined;
      return `Expected \`${name}\` to be a text of 1 to ${spec.maxLength} characters, got ${typeof value === 'string' ? value.length : typeof value}.`;
    case 'vocabulary':
      return vocabularyFault(name, value, spec);
    case 'wordFilter':
      return wordFilterFault(name, value, spec.maxWords);
  }
}

function sizeFault(name: string, text: string, maxBytes: number): string | undefined {
  const bytes = bytesOfJson(text);
  if (bytes <= maxBytes) return undefined;
  return `Expected \`${name}\` to fit into one message of 262144 bytes, which leaves ${maxBytes} bytes for it; got ${bytes} bytes. Shorten it; the service reads at most 10000 tokens of it.`;
}

/** The bytes of a value as JSON in UTF-8, which is how it is sent. */
export function bytesOfJson(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/**
 * protocol.md B.3 `vocabulary`. The service would silently drop the whole table for one wrong weight, so it is
 * refused here.
 */
function vocabularyFault(
  name: string,
  value: unknown,
  bounds: Extract<ParameterSpec, { kind: 'vocabulary' }>,
): string | undefined {
  if (!isObject(value)) return `Expected \`${name}\` to be an object of words and weights.`;
  const words = Object.entries(value).map(([text, weight]) => ({ text, weight: weight as number }));
  return hotWordsFault(name, words, bounds);
}

/** protocol.md B.3 `special_word_filter`. */
function wordFilterFault(name: string, value: unknown, maxWords: number): string | undefined {
  if (!isObject(value))
    return `Expected \`${name}\` to be an object, see the documentation of special_word_filter.`;
  let words = 0;
  for (const [key, part] of Object.entries(value)) {
    if (key === 'system_reserved_filter') {
      if (typeof part !== 'boolean') return `Expected \`${name}.${key}\` to be true or false.`;
    } else if (key === 'filter_with_signed' || key === 'filter_with_empty') {
      const list = isObject(part) ? part.word_list : undefined;
      if (!Array.isArray(list) || !list.every((word) => typeof word === 'string' && word !== '')) {
        return `Expected \`${name}.${key}.word_list\` to be a list of words.`;
      }
      words += list.length;
    } else {
      return `\`${name}\` has no part ${excerpt(key)}; there are filter_with_signed, filter_with_empty and system_reserved_filter.`;
    }
  }
  return words <= maxWords
    ? undefined
    : `Expected \`${name}\` to have at most ${maxWords} words, got ${words}.`;
}

/** This file also runs in Node-RED's editor, which lacks the functions of Node.js. */
function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    // An object's own `toJSON` may return nothing.
    const json: unknown = JSON.stringify(value);
    return typeof json === 'string' ? json : 'an object';
  } catch {
    return 'an object';
  }
}
