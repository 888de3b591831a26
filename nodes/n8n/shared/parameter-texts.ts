import type { ParameterName } from '../../../lib/vocabulary/parameters';
import { helpOf, PARAMETER_TEXTS as TEXTS } from '../../setting-texts';
import type { SettingText } from '../../setting-texts';

/** What n8n's editor says of a setting. */
export interface FieldTexts {
  displayName: string;
  description: string;
}

/** As n8n writes labels: each word with a capital letter. */
export function fieldTexts(text: SettingText, unit = ''): FieldTexts {
  const label = text.label.replace(/(?<=^|[\s/-])[a-z]/g, (letter) => letter.toUpperCase());
  return { displayName: label + unit, description: helpOf(text) };
}

/** Of the settings of models. */
export const PARAMETER_TEXTS = Object.fromEntries(
  Object.entries(TEXTS).map(([name, text]) => [name, fieldTexts(text, name.endsWith('Ms') ? ' (Ms)' : '')]),
) as Readonly<Record<ParameterName, FieldTexts>>;
