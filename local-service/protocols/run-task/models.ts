import { canExist } from '../snapshots';

/** The differences between models on the wire. */
export interface RunTaskModel {
  /** The only rate that it takes; `undefined` for any. */
  sampleRateHz?: 8_000 | 16_000;
  /** Whether it sends `emo_tag` (protocol.md B.4). */
  tellsEmotion?: true;
  /** Whether `usage` has tokens beside seconds (protocol.md B.4). */
  countsTokens?: true;
  /** Whether interims only come with `intermediate_result_enabled` (protocol.md B.3). */
  interimsOnRequest?: true;
}

/**
 * protocol.md B.1. Fun-ASR takes 16 kHz only, its 8k models 8 kHz (protocol.md E 10).
 */
const MODELS: Readonly<Record<string, RunTaskModel>> = {
  'paraformer-realtime-v2': {},
  'paraformer-realtime-v1': { sampleRateHz: 16_000 },
  'paraformer-realtime-8k-v2': { sampleRateHz: 8_000, tellsEmotion: true },
  'paraformer-realtime-8k-v1': { sampleRateHz: 8_000 },
  'qwen-audio-3.0-asr-flash-streaming': {},
};

/** Name patterns, so that later snapshots are known too. The first match counts. */
const FAMILIES: readonly [RegExp, RunTaskModel][] = [
  [/^fun-asr-[a-z-]*8k-realtime(-|$)/, { sampleRateHz: 8_000 }],
  [/^fun-asr-[a-z-]*realtime(-|$)/, { sampleRateHz: 16_000 }],
  [/^paraformer-realtime-8k-/, { sampleRateHz: 8_000 }],
  [/^paraformer-realtime-/, {}],
  [/^qwen-audio-[\d.]+-asr-[a-z-]*streaming(-|$)/, { countsTokens: true }],
  [
    /^qwen-audio-[\d.]+-asr-[a-z-]*message(-|$)/,
    { sampleRateHz: 16_000, countsTokens: true, interimsOnRequest: true },
  ],
];

export function findModel(name: string): RunTaskModel | undefined {
  if (Object.hasOwn(MODELS, name)) return MODELS[name];
  return canExist(name) ? FAMILIES.find(([pattern]) => pattern.test(name))?.[1] : undefined;
}
