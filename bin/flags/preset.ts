import { DEFAULT_MODEL, findModel } from '../../lib';
import type { SessionOptions } from '../../lib';
import { isKeyOf, keysOf } from '../../lib/hosts';
import { PRESETS, presetSettings, presetValues } from '../../nodes/presets';
import { UsageError } from '../cli/arguments';
import type { Arguments } from '../cli/arguments';
import type { Flag } from '../cli/command';

const NAMES = keysOf(PRESETS);

export const PRESET_FLAG: Flag = {
  name: 'preset',
  value: 'NAME',
  choices: NAMES,
  help: `Settings that suit an occasion, where no other flag sets them. ${NAMES.map((name) => `${name}: ${PRESETS[name].hint}`).join(' ')}`,
};

export type GivenPreset = Required<Pick<SessionOptions, 'parameters'>> &
  Pick<SessionOptions, 'model' | 'sampleRateHz'>;

/**
 * The settings of `--preset`, which other flags may replace. A model that was given stays.
 * @param region The region of a cloud; `undefined` where any model may run.
 * @throws UsageError; AsrError `INVALID_OPTION` for an unknown model.
 */
export function givenPreset(
  given: Arguments,
  { model, mode = 'vad' }: SessionOptions,
  region: string | undefined,
): GivenPreset {
  const name = given.text('preset');
  if (name === undefined) return { parameters: {} };
  if (!isKeyOf(PRESETS, name)) {
    throw new UsageError(`--preset must be ${NAMES.join(', ')}, not ${JSON.stringify(name)}.`);
  }
  const chosen = findModel(model ?? presetSettings(name, findModel(DEFAULT_MODEL), region).model);
  return { model: chosen.id, ...presetValues(name, chosen, mode) };
}
