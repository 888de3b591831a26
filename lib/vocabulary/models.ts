import { excerpt } from '../base/excerpt';
import { AsrError } from './errors';
import type { ModelParameters, ParameterName, ParameterSpec } from './parameters';
import type { Region } from './regions';

export type SessionMode = 'vad' | 'manual';

/** Formats in which audio may go to the service. This package converts all audio to `pcm` by itself. */
export type WireFormat = 'pcm' | 'wav' | 'mp3' | 'opus' | 'speex' | 'aac' | 'amr';

export type ParameterTable = Readonly<Partial<Record<ParameterName, ParameterSpec>>>;

/** What a model can do. A difference between models is a value here, never an `if (model === …)` elsewhere. */
export interface ModelCapabilities {
  /** The wire protocol that the model speaks. */
  protocol: 'qwen-realtime' | 'run-task';
  /** Regions of the service that offer the model. */
  regions: readonly Region[];
  /** Sample rates that the session takes; the first is the default. */
  sampleRatesHz: readonly number[];
  /** Formats that the service decodes. */
  formats: readonly WireFormat[];
  /** Language codes that may be set; without one the service detects the language. */
  languages: readonly string[];
  /** How many languages may be set at once; 0 where the model takes none. */
  maxLanguages: number;
  /**
   * The emotions that the model detects. `seven`: surprised, neutral, happy, sad, disgusted, angry, fearful. `three`:
   * positive, neutral, negative.
   */
  emotions: 'seven' | 'three' | 'none';
  /** Whether words and sentences come with times. */
  timestamps: boolean;
  /** Modes: with `vad` the service ends sentences at silence, with `manual` the caller's commits do. */
  modes: readonly SessionMode[];
  /** Whether the model takes the dialogue so far as bias, and changes of it during a session. */
  context: 'none' | 'update';
  /** Time without audio after which a session has to act, well before the service ends it. */
  idleMs: number;
  /** Age of a connection after which the service might end it; 0 where there is no limit. */
  maxAgeMs: number;
  /** Settings of the model, each with its range and default. */
  parameters: ParameterTable;
}

export interface Model extends ModelCapabilities {
  id: string;
}

// protocol.md A.7
const QWEN_ASR_LANGUAGES = codes(
  'zh yue en ja de ko ru fr pt ar it es hi id th tr uk vi cs da fil fi is ms no pl sv',
);
// protocol.md B.3 `language_hints`
const LONG_LANGUAGES = codes(
  'zh en ja ko vi th id ms tl hi ar fr de es pt ru it nl sv da fi no el pl cs hu ro bg hr sk',
);
const PARAFORMER_LANGUAGES = codes('zh en ja yue ko de fr ru');

/**
 * A message of more than 262,144 bytes closes the connection (protocol.md A.4.2). 1 KiB is reserved for the rest of
 * session.update.
 */
const MAX_CORPUS_BYTES = 262_144 - 1024;
const SILENCE: ParameterSpec = { kind: 'integer', min: 200, max: 6000, default: 1300 };
const OFF: ParameterSpec = { kind: 'boolean', default: false };
const ON: ParameterSpec = { kind: 'boolean', default: true };
/** The service's default is off. A session turns it on, because a quiet microphone is no reason to end. */
const STAYS: ParameterSpec = ON;
/**
 * The pages of single models do not list these two settings, but the guide has them for all (protocol.md E 16). They
 * are sent only when set.
 */
const SILENCE_AND_HEARTBEAT = { silenceMs: SILENCE, heartbeat: OFF } as const;
const ID: ParameterSpec = { kind: 'text', maxLength: 200 };
const NOISE: ParameterSpec = { kind: 'number', min: -1, max: 1, step: 0.1 };
const WORD_FILTER: ParameterSpec = { kind: 'wordFilter', maxWords: 32 };
const VOCABULARY: ParameterSpec = { kind: 'vocabulary', maxWords: 2000, weights: [1, 2, 3, 4, 5, 50] };
/** protocol.md B.1 says "any" rate; these are the rates that audio usually has. */
const ANY_RATE = [16000, 8000, 11025, 12000, 22050, 24000, 32000, 44100, 48000];
const ALL_FORMATS: readonly WireFormat[] = ['pcm', 'wav', 'mp3', 'opus', 'speex', 'aac', 'amr'];
const BOTH_REGIONS: readonly Region[] = ['singapore', 'beijing'];

// protocol.md A.3, A.4.1
const QWEN_ASR_REALTIME: ModelCapabilities = {
  protocol: 'qwen-realtime',
  regions: BOTH_REGIONS,
  sampleRatesHz: [16000, 8000],
  // The documentation gives opus a name and no more (protocol.md E 17), so it is offered but unproved.
  formats: ['pcm', 'opus'],
  languages: QWEN_ASR_LANGUAGES,
  maxLanguages: 1,
  emotions: 'seven',
  timestamps: false,
  modes: ['vad', 'manual'],
  context: 'none',
  // There is no official limit; one client saw 60 s (protocol.md A.8, "Session length").
  idleMs: 40_000,
  // There is no official limit; connections were seen to end after 19 and 35 minutes (protocol.md A.8).
  maxAgeMs: 15 * 60_000,
  parameters: {
    vadThreshold: { kind: 'number', min: -1, max: 1, default: 0.2 },
    silenceMs: { kind: 'integer', min: 200, max: 6000, default: 800 },
    // The limit is 10,000 tokens, which only the service can count; the length refuses what is surely too much. One
    // message has room for less Chinese text (protocol.md E 20).
    corpusText: { kind: 'text', maxLength: 100_000, maxBytes: MAX_CORPUS_BYTES },
  },
};

/** What all run-task models share (protocol.md B.2, B.3). */
const RUN_TASK = {
  protocol: 'run-task',
  formats: ALL_FORMATS,
  emotions: 'none',
  timestamps: true,
  modes: ['vad'],
  context: 'none',
  // The service fails a task after 23 s without a message (protocol.md B.5).
  idleMs: 15_000,
  // The documentation says "no limit" (protocol.md B.5).
  maxAgeMs: 0,
} as const;

const FUN_ASR: ModelCapabilities = {
  ...RUN_TASK,
  regions: BOTH_REGIONS,
  // protocol.md E 10
  sampleRatesHz: [16000],
  languages: LONG_LANGUAGES,
  maxLanguages: 1,
  context: 'update',
  parameters: {
    silenceMs: SILENCE,
    semanticPunctuation: OFF,
    multiThreshold: OFF,
    heartbeat: STAYS,
    speechNoiseThreshold: NOISE,
    specialWordFilter: WORD_FILTER,
    vocabularyId: ID,
  },
};

const FUN_ASR_8K: ModelCapabilities = {
  ...RUN_TASK,
  regions: ['beijing'],
  sampleRatesHz: [8000],
  languages: ['zh'],
  maxLanguages: 1,
  parameters: { ...SILENCE_AND_HEARTBEAT, vocabularyId: ID },
};

const PARAFORMER_V2: ModelCapabilities = {
  ...RUN_TASK,
  regions: ['beijing'],
  sampleRatesHz: ANY_RATE,
  languages: PARAFORMER_LANGUAGES,
  maxLanguages: PARAFORMER_LANGUAGES.length,
  parameters: {
    silenceMs: SILENCE,
    semanticPunctuation: OFF,
    multiThreshold: OFF,
    punctuation: ON,
    inverseTextNormalization: ON,
    disfluencyRemoval: OFF,
    heartbeat: STAYS,
    vocabularyId: ID,
  },
};

const PARAFORMER_V1: ModelCapabilities = {
  ...RUN_TASK,
  regions: ['beijing'],
  sampleRatesHz: [16000],
  languages: [],
  maxLanguages: 0,
  parameters: { ...SILENCE_AND_HEARTBEAT, disfluencyRemoval: OFF, vocabularyId: ID, phraseId: ID },
};

const QWEN_AUDIO_STREAMING: ModelCapabilities = {
  ...RUN_TASK,
  regions: BOTH_REGIONS,
  sampleRatesHz: ANY_RATE,
  languages: LONG_LANGUAGES,
  maxLanguages: 4,
  context: 'update',
  parameters: { ...FUN_ASR.parameters, vocabulary: VOCABULARY },
};

const QWEN_AUDIO_STREAMING_31: ModelCapabilities = {
  ...QWEN_AUDIO_STREAMING,
  parameters: {
    ...QWEN_AUDIO_STREAMING.parameters,
    vadModel: {
      kind: 'choice',
      choices: ['far_field_meeting_16k', 'near_meeting_16k'],
      default: 'far_field_meeting_16k',
    },
    keepDialect: OFF,
  },
};

const QWEN_AUDIO_MESSAGE: ModelCapabilities = {
  ...RUN_TASK,
  regions: BOTH_REGIONS,
  sampleRatesHz: [16000],
  languages: [],
  maxLanguages: 0,
  // protocol.md E 15
  context: 'update',
  parameters: { disfluencyRemoval: OFF, intermediateResults: OFF, vocabularyId: ID, vocabulary: VOCABULARY },
};

export const DEFAULT_MODEL = 'qwen3-asr-flash-realtime';

/** The models that are known by name. Newer snapshots of a family work too; see {@link findModel}. */
export const MODELS: readonly Model[] = [
  { id: DEFAULT_MODEL, ...QWEN_ASR_REALTIME },
  { id: 'qwen3-asr-flash-realtime-2026-02-10', ...QWEN_ASR_REALTIME },
  { id: 'qwen3-asr-flash-realtime-2025-10-27', ...QWEN_ASR_REALTIME },
  { id: 'fun-asr-realtime', ...FUN_ASR },
  { id: 'fun-asr-realtime-2025-11-07', ...FUN_ASR },
  {
    id: 'fun-asr-realtime-2026-02-28',
    ...FUN_ASR,
    regions: ['beijing'],
    languages: codes('zh en ja'),
    context: 'none',
  },
  {
    id: 'fun-asr-realtime-2025-09-15',
    ...FUN_ASR,
    regions: ['beijing'],
    languages: codes('zh en'),
    context: 'none',
  },
  // No page says that it takes a context (protocol.md E 14).
  { id: 'fun-asr-mtl-realtime', ...FUN_ASR, regions: ['beijing'], context: 'none' },
  { id: 'fun-asr-mtl-realtime-2025-12-10', ...FUN_ASR, regions: ['beijing'], context: 'none' },
  { id: 'fun-asr-flash-8k-realtime', ...FUN_ASR_8K },
  { id: 'fun-asr-flash-8k-realtime-2026-01-28', ...FUN_ASR_8K },
  { id: 'paraformer-realtime-v2', ...PARAFORMER_V2 },
  { id: 'paraformer-realtime-v1', ...PARAFORMER_V1 },
  // It is unclear whether "v2 only" in the documentation includes 8k-v2 (protocol.md B.3). The emotions of B.4
  // require "semantic = false", and this model has them, so it is taken for a v2.
  { id: 'paraformer-realtime-8k-v2', ...PARAFORMER_V2, sampleRatesHz: [8000], emotions: 'three' },
  { id: 'paraformer-realtime-8k-v1', ...PARAFORMER_V1, sampleRatesHz: [8000] },
  { id: 'qwen-audio-3.0-asr-flash-streaming', ...QWEN_AUDIO_STREAMING },
  { id: 'qwen-audio-3.1-asr-flash-streaming', ...QWEN_AUDIO_STREAMING_31 },
  { id: 'qwen-audio-3.1-asr-flash-message', ...QWEN_AUDIO_MESSAGE },
];

/** Name patterns of the families, for snapshots that appear after this release. The first match counts. */
const FAMILIES: readonly { pattern: RegExp; capabilities: ModelCapabilities }[] = [
  { pattern: /^qwen[\d.]*-asr-[a-z-]*realtime(-|$)/, capabilities: QWEN_ASR_REALTIME },
  { pattern: /^fun-asr-[a-z-]*8k-realtime(-|$)/, capabilities: FUN_ASR_8K },
  { pattern: /^fun-asr-[a-z-]*realtime(-|$)/, capabilities: FUN_ASR },
  { pattern: /^paraformer-realtime-8k-/, capabilities: { ...PARAFORMER_V2, sampleRatesHz: [8000] } },
  { pattern: /^paraformer-realtime-/, capabilities: PARAFORMER_V2 },
  { pattern: /^qwen-audio-[\d.]+-asr-[a-z-]*streaming(-|$)/, capabilities: QWEN_AUDIO_STREAMING_31 },
  { pattern: /^qwen-audio-[\d.]+-asr-[a-z-]*message(-|$)/, capabilities: QWEN_AUDIO_MESSAGE },
];

/**
 * The capabilities of a model: its own row, or that of its family for an unlisted name.
 *
 * The realtime service does not refuse a name that it does not know but runs another, dearer model (protocol.md A.2),
 * so a name that fits no family is refused here.
 * @throws AsrError `INVALID_OPTION` with `param` `model`.
 */
export function findModel(id: string): Model {
  const known = MODELS.find((model) => model.id === id);
  if (known) return known;
  const family = FAMILIES.find(({ pattern }) => pattern.test(id));
  if (family) return { id, ...family.capabilities };
  throw new AsrError(
    'INVALID_OPTION',
    `Unknown model ${excerpt(id)}. Known models: ${MODELS.map((model) => model.id).join(', ')}.`,
    { param: 'model' },
  );
}

/** The value of a setting, or the default of the service. */
export function parameterOrDefault(
  model: Model,
  given: ModelParameters,
  name: 'vadThreshold' | 'silenceMs',
): number {
  const spec = model.parameters[name];
  const fallback = spec && 'default' in spec && typeof spec.default === 'number' ? spec.default : 0;
  return given[name] ?? fallback;
}

function codes(list: string): readonly string[] {
  return list.split(' ');
}
