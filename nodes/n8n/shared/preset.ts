import type { INodeProperties } from 'n8n-workflow';
import type { Model, SessionMode } from '../../../lib';
import { keysOf, VAD_PARAMETERS } from '../../../lib/hosts';
import { PRESETS } from '../../presets';
import type { Preset } from '../../presets';
import type { StoredParameters } from '../../stored-parameters';
import type { Fields } from './fields';
import { inTitleCase } from './parameter-texts';

const NO_PRESET = 'none';
const NAMES = keysOf(PRESETS);
const TELEPHONE_HZ = 8000;

/** n8n cannot fill fields, so a preset applies where a field is not set. */
export const PRESET: INodeProperties = {
  displayName: 'Preset',
  name: 'preset',
  type: 'options',
  options: [
    { name: 'None', value: NO_PRESET },
    ...NAMES.map((value) => ({
      name: inTitleCase(PRESETS[value].label),
      value,
      description: PRESETS[value].hint,
    })),
  ],
  default: NO_PRESET,
  description:
    'Values that suit an occasion, for the options that are not set below. The model stays the chosen one: for phone calls choose one for 8 kHz.',
};

/** What a preset gives where the user has set nothing. */
export interface PresetValues {
  parameters: StoredParameters;
  sampleRateHz?: number;
}

/**
 * The values of the field `preset` that a model has in this mode.
 * @throws AsrError `INVALID_OPTION`
 */
export function presetValues(fields: Fields, model: Model, mode: SessionMode): PresetValues {
  const name = fields.choice('preset', [NO_PRESET, ...NAMES]);
  if (name === undefined || name === NO_PRESET) return { parameters: {} };
  const { parameters, isTelephone }: Preset = PRESETS[name];
  const ofModel = Object.entries(parameters).filter(
    ([one]) =>
      one in model.parameters && (mode === 'vad' || !VAD_PARAMETERS.some((parameter) => parameter === one)),
  );
  const hasRate = isTelephone === true && model.sampleRatesHz.includes(TELEPHONE_HZ);
  return { parameters: Object.fromEntries(ofModel), ...(hasRate && { sampleRateHz: TELEPHONE_HZ }) };
}
