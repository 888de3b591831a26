/** protocol.md A.3. */
const MODELS = [
  'qwen3-asr-flash-realtime',
  'qwen3-asr-flash-realtime-2026-02-10',
  'qwen3-asr-flash-realtime-2025-10-27',
];

/** What runs, without a word, when the name is misspelt or missing (protocol.md A.2). */
const SILENT_DEFAULT = 'qwen-omni-turbo-realtime';

/** The model that answers to `?model=…`. */
export function servedModel(requested: string | null): string {
  return requested !== null && MODELS.includes(requested) ? requested : SILENT_DEFAULT;
}
