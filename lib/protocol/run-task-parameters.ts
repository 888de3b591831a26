import { isKeyOf } from '../base/keys';
import type { ContextTurn, ModelParameters, ParameterName } from '../vocabulary/parameters';
import type { JsonObject } from '../base/json';

/**
 * Maps our names to those on the wire (protocol.md B.3). `phraseId` is sent in `resources`; the others belong to
 * Qwen-ASR-Realtime.
 */
const WIRE_NAMES: Readonly<Partial<Record<ParameterName, string>>> = {
  silenceMs: 'max_sentence_silence',
  semanticPunctuation: 'semantic_punctuation_enabled',
  multiThreshold: 'multi_threshold_mode_enabled',
  punctuation: 'punctuation_prediction_enabled',
  inverseTextNormalization: 'inverse_text_normalization_enabled',
  disfluencyRemoval: 'disfluency_removal_enabled',
  heartbeat: 'heartbeat',
  speechNoiseThreshold: 'speech_noise_threshold',
  specialWordFilter: 'special_word_filter',
  vadModel: 'vad_model',
  keepDialect: 'keep_dialect',
  intermediateResults: 'intermediate_result_enabled',
  vocabularyId: 'vocabulary_id',
  vocabulary: 'vocabulary',
};

/** Only settings that were set are sent, so that others keep the service's default. */
export function wireParameters(parameters: ModelParameters): JsonObject {
  const wire: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const wireName = isKeyOf(WIRE_NAMES, name) ? WIRE_NAMES[name] : undefined;
    if (wireName !== undefined && value !== undefined) wire[wireName] = value;
  }
  return wire;
}

/** Hot-word lists of the oldest models (protocol.md B.2.1 `resources`). */
export function wireResources({ phraseId }: ModelParameters): JsonObject[] | undefined {
  return phraseId ? [{ resource_id: phraseId, resource_type: 'asr_phrase' }] : undefined;
}

/** How many turns of each side the service keeps (protocol.md B.2.1). */
const KEPT_TURNS = 5;

/** In each turn the question comes before the answer. */
export function wireContext(turns: readonly ContextTurn[]): JsonObject {
  const context: JsonObject[] = [];
  for (const { user, assistant } of turns.slice(-KEPT_TURNS)) {
    if (user) context.push({ role: 'user', content: [{ type: 'input_text', text: user }] });
    if (assistant) context.push({ role: 'assistant', content: [{ type: 'text', text: assistant }] });
  }
  return { context };
}
