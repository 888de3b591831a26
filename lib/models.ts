import { AsrError } from './errors';
import type { Region } from './regions';

/** A numeric parameter's bounds, both inclusive, and what the service uses when it is not sent. */
export interface NumberRange {
  min: number;
  max: number;
  default: number;
}

/** What a model can do. A difference between models is a value here, never an `if (model === …)` elsewhere. */
export interface ModelCapabilities {
  /** The wire protocol that the model speaks. */
  protocol: 'qwen-realtime';
  /** Regions of the service that have the model. */
  regions: readonly Region[];
  /** Rates of the 16-bit mono PCM that the session takes; the first is the default. */
  sampleRatesHz: readonly number[];
  /** Language codes that may be asked for; recognition is automatic without one. */
  languages: readonly string[];
  /** `seven`: surprised, neutral, happy, sad, disgusted, angry, fearful. */
  emotions: 'seven' | 'none';
  /** Whether words and sentences come with times of their own. */
  timestamps: boolean;
  /** Modes: `vad` = the service cuts sentences at silence, `manual` = the caller's commits do. */
  modes: readonly SessionMode[];
  /** Free text that biases recognition (protocol.md A.4.1 `corpus.text`). */
  corpusText: boolean;
  vadThreshold: NumberRange;
  vadSilenceMs: NumberRange;
}

export type SessionMode = 'vad' | 'manual';

export interface Model extends ModelCapabilities {
  id: string;
}

// protocol.md A.7
const QWEN_ASR_LANGUAGES =
  'zh yue en ja de ko ru fr pt ar it es hi id th tr uk vi cs da fil fi is ms no pl sv'.split(' ');

// protocol.md A.3, A.4.1
const QWEN_ASR_REALTIME: ModelCapabilities = {
  protocol: 'qwen-realtime',
  regions: ['singapore', 'beijing'],
  sampleRatesHz: [16000, 8000],
  languages: QWEN_ASR_LANGUAGES,
  emotions: 'seven',
  timestamps: false,
  modes: ['vad', 'manual'],
  corpusText: true,
  vadThreshold: { min: -1, max: 1, default: 0.2 },
  vadSilenceMs: { min: 200, max: 6000, default: 800 },
};

export const DEFAULT_MODEL = 'qwen3-asr-flash-realtime';

/** The models that are known by name; newer snapshots of a family work too, see {@link findModel}. */
export const MODELS: readonly Model[] = [
  { id: DEFAULT_MODEL, ...QWEN_ASR_REALTIME },
  { id: 'qwen3-asr-flash-realtime-2026-02-10', ...QWEN_ASR_REALTIME },
  { id: 'qwen3-asr-flash-realtime-2025-10-27', ...QWEN_ASR_REALTIME },
];

/** Name patterns of families, for snapshots that appear after this release. */
const FAMILIES: readonly { pattern: RegExp; capabilities: ModelCapabilities }[] = [
  { pattern: /^qwen[\d.]*-asr-[a-z-]*realtime(-|$)/, capabilities: QWEN_ASR_REALTIME },
];

/**
 * The capabilities of a model: its own row, or its family's for a name that is not listed yet.
 *
 * The service does not refuse a name it does not know but runs another, dearer model (protocol.md A.2), so a name
 * of no known family is refused here.
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
