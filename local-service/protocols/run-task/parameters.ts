import { isJsonObject, isWhole, show, type JsonObject } from '../../json';

/** The parameters of a task with their defaults (protocol.md B.3). */
export interface TaskParameters {
  format: string;
  sampleRateHz: number;
  semanticPunctuation: boolean;
  maxSentenceSilenceMs: number;
  /** Keeps the task, and sends heartbeats, while audio is silent. */
  heartbeat: boolean;
  /** -1 to 1; `undefined` where the service chooses. */
  speechNoiseThreshold: number | undefined;
  intermediateResults: boolean;
  /** A hot-word list that was made before. */
  vocabularyId: string | undefined;
  /** Words with their weights. */
  vocabulary: Readonly<Record<string, number>>;
}

const FORMATS = ['pcm', 'wav', 'mp3', 'opus', 'speex', 'aac', 'amr'];

const MAX_VOCABULARY_WORDS = 2_000;

interface Rule {
  what: string;
  allows: (value: unknown) => boolean;
}

const flag: Rule = { what: 'a boolean', allows: (value) => typeof value === 'boolean' };
const text: Rule = { what: 'a string', allows: (value) => typeof value === 'string' };

function integer(least: number, most: number): Rule {
  return {
    what: `an integer between ${least} and ${most}`,
    allows: (value) => isWhole(value, least, most),
  };
}

/** Models ignore parameters of other models, so the rules are the same for all; unknown names are ignored too. */
const RULES: Readonly<Record<string, Rule>> = {
  vocabulary_id: text,
  vocabulary: {
    what: `an object of at most ${MAX_VOCABULARY_WORDS} words with weights from 1 to 5, or 50`,
    allows: isVocabulary,
  },
  disfluency_removal_enabled: flag,
  language_hints: {
    what: 'a list of strings',
    allows: (value) => Array.isArray(value) && value.every((hint) => typeof hint === 'string'),
  },
  semantic_punctuation_enabled: flag,
  max_sentence_silence: integer(200, 6_000),
  multi_threshold_mode_enabled: flag,
  punctuation_prediction_enabled: flag,
  inverse_text_normalization_enabled: flag,
  heartbeat: flag,
  speech_noise_threshold: {
    what: 'a number between -1 and 1',
    allows: (value) => typeof value === 'number' && value >= -1 && value <= 1,
  },
  // Documented as an object in one place and as a string in another.
  special_word_filter: {
    what: 'an object',
    allows: (value) => isJsonObject(value) || typeof value === 'string',
  },
  // Any name is accepted, as measured.
  vad_model: text,
  keep_dialect: flag,
  intermediate_result_enabled: flag,
  phrase_id: text,
};

function isVocabulary(words: unknown): words is Record<string, number> {
  if (!isJsonObject(words)) return false;
  const weights = Object.values(words);
  return (
    weights.length <= MAX_VOCABULARY_WORDS &&
    weights.every((weight) => weight === 50 || integer(1, 5).allows(weight))
  );
}

/** The message for `InvalidParameter`; `undefined` when all parameters are valid. */
export function checkParameters(parameters: JsonObject): string | undefined {
  const { format, sample_rate: rate } = parameters;
  if (typeof format !== 'string' || !FORMATS.includes(format)) {
    return invalid('format', format, `one of ${FORMATS.join(', ')}`);
  }
  if (!isWhole(rate, 1)) return invalid('sample_rate', rate, 'a positive integer');
  for (const [name, rule] of Object.entries(RULES)) {
    const value = parameters[name];
    // The Java SDK writes null for what is not set.
    if (value !== undefined && value !== null && !rule.allows(value)) return invalid(name, value, rule.what);
  }
  return undefined;
}

/** @param parameters Must have passed {@link checkParameters}. */
export function readParameters(parameters: JsonObject): TaskParameters {
  const { speech_noise_threshold: threshold, vocabulary_id: listId, vocabulary } = parameters;
  return {
    format: String(parameters.format),
    sampleRateHz: Number(parameters.sample_rate),
    semanticPunctuation: parameters.semantic_punctuation_enabled === true,
    maxSentenceSilenceMs: Number(parameters.max_sentence_silence ?? 1_300),
    heartbeat: parameters.heartbeat === true,
    speechNoiseThreshold: typeof threshold === 'number' ? threshold : undefined,
    intermediateResults: parameters.intermediate_result_enabled === true,
    vocabularyId: typeof listId === 'string' ? listId : undefined,
    vocabulary: isVocabulary(vocabulary) ? vocabulary : {},
  };
}

function invalid(name: string, value: unknown, what: string): string {
  return `Invalid value of 'payload.parameters.${name}': expected ${what}, got ${show(value)}.`;
}
