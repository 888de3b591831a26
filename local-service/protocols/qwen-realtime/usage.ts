import type { JsonObject } from '../../json';
import { billedSeconds } from '../billing';

/** Measured on a sister model (protocol.md D 24). */
const AUDIO_TOKENS_PER_SECOND = 12.5;

/** Tokens of the prompt around the audio, as measured (protocol.md A.5.7). */
const PROMPT_TOKENS = 3;

/**
 * `usage` of a completed item in the measured shape (protocol.md A.5.7). `duration` is the whole seconds of all audio
 * in the session so far; the token counts are only plausible.
 */
export function usageOf(audioMs: number, transcript: string): JsonObject & { duration: number } {
  const audioTokens = Math.round((audioMs / 1_000) * AUDIO_TOKENS_PER_SECOND);
  const inputTokens = audioTokens + PROMPT_TOKENS;
  const outputTokens = Math.ceil(transcript.length / 3);
  return {
    duration: billedSeconds(audioMs),
    total_tokens: inputTokens + outputTokens,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    input_tokens_details: { text_tokens: PROMPT_TOKENS, audio_tokens: audioTokens },
  };
}
