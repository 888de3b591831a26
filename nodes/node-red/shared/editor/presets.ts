// The choice of a preset, which fills the fields of the dialog. It is not kept: what counts is what the fields say.
import { findModel } from '../../../../lib/browser';
import type { Model } from '../../../../lib/browser';
import { PRESETS, presetSettings } from '../../../presets';
import type { PresetName, PresetSettings } from '../../../presets';
import { sharedText, textIn } from './red';
import { modelName } from './models';

export interface PresetTarget {
  /** The model of the dialog; `null` and `undefined` where the name tells none. */
  model: () => Model | null | undefined;
  region: () => string | undefined;
  fill: (settings: PresetSettings) => void;
}

export function preparePresets({ model, region, fill }: PresetTarget): void {
  const select = $('#asr-preset');
  const hint = select.closest('.form-row').next('.asr-policy');
  select.append($('<option>', { value: '' }).text(sharedText('preset.none')));
  for (const name of Object.keys(PRESETS)) {
    select.append($('<option>', { value: name }).text(sharedText(`preset.${name}.label`)));
  }
  select.on('change', () => {
    const name = textIn(select);
    if (!isPreset(name)) return;
    hint.text(sharedText(`preset.${name}.hint`));
    fill(presetSettings(name, model() ?? findModel(modelName('')), region()));
  });
}

function isPreset(name: string): name is PresetName {
  return Object.hasOwn(PRESETS, name);
}
