import { keysOf, MODELS, VAD_PARAMETERS } from '../lib/browser';
import type { Model, ModelParameters, SessionMode } from '../lib/browser';

/** Settings that suit an occasion. Both hosts offer the same ones. */
export interface Preset {
  label: string;
  hint: string;
  /** A model that does not have one of them keeps its own way. */
  parameters: ModelParameters;
  /** Whether the audio is that of a telephone line, with 8000 samples a second. */
  isTelephone?: true;
}

export const PRESETS = {
  conversation: {
    label: 'Conversation',
    hint: 'Answers come soon: quiet speech is heard, and 400 ms of silence end a sentence.',
    // protocol.md E 20
    parameters: { vadThreshold: 0, silenceMs: 400 },
  },
  dictation: { label: 'Dictation', hint: 'The defaults of the model.', parameters: {} },
  meeting: {
    label: 'Meeting',
    hint: 'Sentences end by their meaning where the model can do that, else after 1500 ms of silence.',
    // Longer than the default of every model. It counts where there is no semantic punctuation (protocol.md B.3).
    parameters: { semanticPunctuation: true, silenceMs: 1500 },
  },
  phone: {
    label: 'Phone call',
    hint: 'A model for 8000 Hz, with emotions where the region has one.',
    parameters: {},
    isTelephone: true,
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;

/** What a preset sets. A parameter of another preset is `undefined`, so that it gets its default back. */
export interface PresetSettings {
  model: string;
  mode: 'vad';
  /** Absent where any rate will do. */
  sampleRateHz?: number;
  parameters: ModelParameters;
}

const ALL: readonly [string, Preset][] = Object.entries(PRESETS);
/** Every parameter that some preset sets. */
const NAMES = [...new Set(ALL.flatMap(([, { parameters }]) => keysOf(parameters)))];

const TELEPHONE_HZ = 8000;

/**
 * The settings of a preset for a model.
 * @param region The region of the credentials; a region that is no cloud's, or none, may have any model.
 */
export function presetSettings(name: PresetName, model: Model, region?: string): PresetSettings {
  const preset: Preset = PRESETS[name];
  const chosen = preset.isTelephone ? telephoneModel(model, region) : model;
  const parameters = NAMES.filter((one) => one in chosen.parameters).map((one) => [
    one,
    preset.parameters[one],
  ]);
  return {
    model: chosen.id,
    mode: 'vad',
    ...(preset.isTelephone && { sampleRateHz: TELEPHONE_HZ }),
    parameters: Object.fromEntries(parameters) as ModelParameters,
  };
}

/** What a preset gives where the user has set nothing, and the model stays the chosen one. */
export interface PresetValues {
  parameters: ModelParameters;
  sampleRateHz?: number;
}

/** The values of a preset that a model has in this mode. Without turn detection nothing ends sentences at silence. */
export function presetValues(name: PresetName, model: Model, mode: SessionMode): PresetValues {
  const { parameters, isTelephone }: Preset = PRESETS[name];
  const ofModel = Object.entries(parameters).filter(
    ([one]) =>
      one in model.parameters && (mode === 'vad' || !VAD_PARAMETERS.some((parameter) => parameter === one)),
  );
  const hasRate = isTelephone === true && model.sampleRatesHz.includes(TELEPHONE_HZ);
  return { parameters: Object.fromEntries(ofModel), ...(hasRate && { sampleRateHz: TELEPHONE_HZ }) };
}

/** The best model for telephone audio in the region: made for it, and with emotions if there is one. */
function telephoneModel(model: Model, region: string | undefined): Model {
  const isCloud = MODELS.some(({ regions }) => regions.some((one) => one === region));
  const offered = MODELS.filter(
    ({ sampleRatesHz, regions }) =>
      sampleRatesHz.includes(TELEPHONE_HZ) && (!isCloud || regions.some((one) => one === region)),
  );
  const isMadeForIt = ({ sampleRatesHz }: Model) => sampleRatesHz[0] === TELEPHONE_HZ;
  const hasEmotions = ({ emotions }: Model) => emotions !== 'none';
  return (
    offered.find((one) => isMadeForIt(one) && hasEmotions(one)) ??
    offered.find(hasEmotions) ??
    offered.find(isMadeForIt) ??
    model
  );
}
