import type { INodeProperties } from 'n8n-workflow';
import type { Model, SessionMode } from '../../../lib';
import { keysOf } from '../../../lib/hosts';
import { PRESETS, presetValues } from '../../presets';
import type { PresetValues } from '../../presets';
import type { Fields } from './fields';
import { inTitleCase } from './parameter-texts';

const NO_PRESET = 'none';
const NAMES = keysOf(PRESETS);

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

/**
 * The values of the field `preset` that a model has in this mode.
 * @throws AsrError `INVALID_OPTION`
 */
export function givenPreset(fields: Fields, model: Model, mode: SessionMode): PresetValues {
  const name = fields.choice('preset', [NO_PRESET, ...NAMES]);
  return name === undefined || name === NO_PRESET ? { parameters: {} } : presetValues(name, model, mode);
}
