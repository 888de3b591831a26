import type { ParameterName } from '../../../lib';
import { helpOf, PARAMETER_TEXTS as TEXTS } from '../../setting-texts';
import type { SettingText } from '../../setting-texts';

/** The texts of a setting in n8n's editor. */
export interface FieldTexts {
  displayName: string;
  description: string;
}

/** Texts in n8n's style, where each word of a label begins with a capital letter. */
export function fieldTexts(text: SettingText, unit = ''): FieldTexts {
  const label = text.label.replace(/(?<=^|[\s/-])[a-z]/g, (letter) => letter.toUpperCase());
  return { displayName: label + unit, description: helpOf(text) };
}

/** The texts of the models' settings. */
export const PARAMETER_TEXTS = Object.fromEntries(
  Object.entries(TEXTS).map(([name, text]) => [name, fieldTexts(text, name.endsWith('Ms') ? ' (Ms)' : '')]),
) as Readonly<Record<ParameterName, FieldTexts>>;
