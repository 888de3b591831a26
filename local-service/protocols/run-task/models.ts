/** What makes a model differ on the wire. */
export interface RunTaskModel {
  /** The one rate it takes; `undefined` for any. */
  sampleRateHz?: 8_000 | 16_000;
  /** Tells `emo_tag` (protocol.md B.4). */
  tellsEmotion?: true;
  /** `usage` counts tokens beside seconds (protocol.md B.4). */
  countsTokens?: true;
  /** Interims only when `intermediate_result_enabled` asks for them (protocol.md B.3). */
  interimsOnRequest?: true;
}

/** protocol.md B.1. */
const MODELS: Readonly<Record<string, RunTaskModel>> = {
  'fun-asr-realtime': {},
  'fun-asr-realtime-2025-11-07': {},
  'fun-asr-realtime-2026-02-28': {},
  'fun-asr-realtime-2025-09-15': {},
  'fun-asr-flash-8k-realtime': { sampleRateHz: 8_000 },
  'fun-asr-flash-8k-realtime-2026-01-28': { sampleRateHz: 8_000 },
  'paraformer-realtime-v2': {},
  'paraformer-realtime-v1': { sampleRateHz: 16_000 },
  'paraformer-realtime-8k-v2': { sampleRateHz: 8_000, tellsEmotion: true },
  'paraformer-realtime-8k-v1': { sampleRateHz: 8_000 },
  'qwen-audio-3.0-asr-flash-streaming': {},
  'qwen-audio-3.1-asr-flash-streaming': { countsTokens: true },
  'qwen-audio-3.1-asr-flash-message': { sampleRateHz: 16_000, countsTokens: true, interimsOnRequest: true },
};

export function findModel(name: string): RunTaskModel | undefined {
  return Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
}
