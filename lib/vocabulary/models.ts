import { AsrError } from './errors';
import type { ModelParameters, ParameterName, ParameterSpec } from './parameters';
import type { Region } from './regions';

export type SessionMode = 'vad' | 'manual';

/** Formats that audio may have on its way to the service. `pcm` is what this package makes of all audio by itself. */
export type WireFormat = 'pcm' | 'wav' | 'mp3' | 'opus' | 'speex' | 'aac' | 'amr';

export type ParameterTable = Readonly<Partial<Record<ParameterName, ParameterSpec>>>;

/** What a model can do. A difference between models is a value here, never an `if (model === …)` elsewhere. */
export interface ModelCapabilities {
  /** The wire protocol that the model speaks. */
  protocol: 'qwen-realtime' | 'run-task';
  /** Regions of the service that have the model. */
  regions: readonly Region[];
  /** Rates of the audio that the session takes; the first is the default. */
  sampleRatesHz: readonly number[];
  /** Formats that the service decodes itself. */
  formats: readonly WireFormat[];
  /** Language codes that may be asked for; recognition is automatic without one. */
  languages: readonly string[];
  /** How many of them at once; 0 where the model takes none. */
  maxLanguages: number;
  /** `seven`: surprised, neutral, happy, sad, disgusted, angry, fearful. `three`: positive, neutral, negative. */
  emotions: 'seven' | 'three' | 'none';
  /** Whether words and sentences come with times of their own. */
  timestamps: boolean;
  /** Modes: `vad` = the service cuts sentences at silence, `manual` = the caller's commits do. */
  modes: readonly SessionMode[];
  /** Whether the model takes the dialogue before, as bias, and changes of it in between. */
  context: 'none' | 'update';
  /** Silence of the caller after which a session has to do something, well before the service ends it. */
  idleMs: number;
  /** How old a connection may get before the service might end it; 0 where it has no limit. */
  maxAgeMs: number;
  /** Settings that the model takes, each with its range and default. */
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

/** A message of more than 262,144 bytes closes the connection (A.4.2); 1 KiB of it is for the rest of session.update. */
const MAX_CORPUS_BYTES = 262_144 - 1024;
const SILENCE: ParameterSpec = { kind: 'integer', min: 200, max: 6000, default: 1300 };
const OFF: ParameterSpec = { kind: 'boolean', default: false };
const ON: ParameterSpec = { kind: 'boolean', default: true };
/** The service's own default is off; a session asks it to stay, because a quiet microphone is no reason to end. */
const STAYS: ParameterSpec = ON;
/** Pages of single models do not list these two, the guide has them for all (protocol.md E 16): sent only when set. */
const SILENCE_AND_HEARTBEAT = { silenceMs: SILENCE, heartbeat: OFF } as const;
const ID: ParameterSpec = { kind: 'text', maxLength: 200 };
const NOISE: ParameterSpec = { kind: 'number', min: -1, max: 1, step: 0.1 };
const WORD_FILTER: ParameterSpec = { kind: 'wordFilter', maxWords: 32 };
const VOCABULARY: ParameterSpec = { kind: 'vocabulary', maxWords: 2000, weights: [1, 2, 3, 4, 5, 50] };
/** "any" in protocol.md B.1: the rates that audio has. */
const ANY_RATE = [16000, 8000, 11025, 12000, 22050, 24000, 32000, 44100, 48000];
const ALL_FORMATS: readonly WireFormat[] = ['pcm', 'wav', 'mp3', 'opus', 'speex', 'aac', 'amr'];
const BOTH_REGIONS: readonly Region[] = ['singapore', 'beijing'];

// protocol.md A.3, A.4.1
const QWEN_ASR_REALTIME: ModelCapabilities = {
  protocol: 'qwen-realtime',
  regions: BOTH_REGIONS,
  sampleRatesHz: [16000, 8000],
  // What the service takes for opus is not documented beyond the name (protocol.md E 17): offered, and unproved.
  formats: ['pcm', 'opus'],
  languages: QWEN_ASR_LANGUAGES,
  maxLanguages: 1,
  emotions: 'seven',
  timestamps: false,
  modes: ['vad', 'manual'],
  context: 'none',
  // No limit is official; one client saw 60 s (protocol.md A.8, "Session length").
  idleMs: 40_000,
  // Nothing official either; connections were seen to end after 19 and 35 minutes (protocol.md A.8).
  maxAgeMs: 15 * 60_000,
  parameters: {
    vadThreshold: { kind: 'number', min: -1, max: 1, default: 0.2 },
    silenceMs: { kind: 'integer', min: 200, max: 6000, default: 800 },
    // At most 10,000 tokens, which only the service can count: the length refuses what is surely too much. For Chinese, one
    // message has room for less (protocol.md E 20).
    corpusText: { kind: 'text', maxLength: 100_000, maxBytes: MAX_CORPUS_BYTES },
  },
};

/** What all run-task models share; protocol.md B.2, B.3. */
const RUN_TASK = {
  protocol: 'run-task',
  formats: ALL_FORMATS,
  emotions: 'none',
  timestamps: true,
  modes: ['vad'],
  context: 'none',
  // 23 s without a message fail the task (protocol.md B.5).
  idleMs: 15_000,
  // "No limit" (protocol.md B.5).
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

/** The models that are known by name; newer snapshots of a family work too, see {@link findModel}. */
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
  // protocol.md E 14; no page says that they take a context.
  { id: 'fun-asr-mtl-realtime', ...FUN_ASR, regions: ['beijing'], context: 'none' },
  { id: 'fun-asr-mtl-realtime-2025-12-10', ...FUN_ASR, regions: ['beijing'], context: 'none' },
  { id: 'fun-asr-flash-8k-realtime', ...FUN_ASR_8K },
  { id: 'fun-asr-flash-8k-realtime-2026-01-28', ...FUN_ASR_8K },
  { id: 'paraformer-realtime-v2', ...PARAFORMER_V2 },
  { id: 'paraformer-realtime-v1', ...PARAFORMER_V1 },
  // Whether "v2 only" of the documentation means 8k-v2 too is unclear (protocol.md B.3); it has the emotion (B.4),
  // which is told "semantic = false", so it is taken as a v2.
  { id: 'paraformer-realtime-8k-v2', ...PARAFORMER_V2, sampleRatesHz: [8000], emotions: 'three' },
  { id: 'paraformer-realtime-8k-v1', ...PARAFORMER_V1, sampleRatesHz: [8000] },
  { id: 'qwen-audio-3.0-asr-flash-streaming', ...QWEN_AUDIO_STREAMING },
  { id: 'qwen-audio-3.1-asr-flash-streaming', ...QWEN_AUDIO_STREAMING_31 },
  { id: 'qwen-audio-3.1-asr-flash-message', ...QWEN_AUDIO_MESSAGE },
];

/** Name patterns of families, for snapshots that appear after this release. The first that matches counts. */
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
 * The capabilities of a model: its own row, or its family's for a name that is not listed yet.
 *
 * The realtime service does not refuse a name it does not know but runs another, dearer model (protocol.md A.2), so a
 * name of no known family is refused here.
 * @throws AsrError `INVALID_OPTION` with `param` `model`.
 */
export function findModel(id: string): Model {
  const known = MODELS.find((model) => model.id === id);
  if (known) return known;
  const family = FAMILIES.find(({ pattern }) => pattern.test(id));
  if (family) return { id, ...family.capabilities };
  throw new AsrError(
    'INVALID_OPTION',
    `Unknown model ${JSON.stringify(id)}. Known models: ${MODELS.map((model) => model.id).join(', ')}.`,
    { param: 'model' },
  );
}

/** The value of a setting, or what the service uses without one. */
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
