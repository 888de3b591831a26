import { keysOf, tableOf } from '../../../lib/hosts';
import type { ParameterName } from '../../../lib';
import { helpOf, PARAMETER_TEXTS as TEXTS } from '../../setting-texts';
import type { SettingText } from '../../setting-texts';

/** The texts of a setting in n8n's editor. */
export interface FieldTexts {
  displayName: string;
  description: string;
}

/** A label in n8n's style, where each word but a small one begins with a capital letter. */
export function inTitleCase(label: string): string {
  return label.replace(/(?<=^|[\s/(-])(?!(?:of|a|at|in|for)\b)[a-z]/g, (letter) => letter.toUpperCase());
}

/** Texts in n8n's style. */
export function fieldTexts(text: SettingText, unit = ''): FieldTexts {
  return { displayName: inTitleCase(text.label) + unit, description: helpOf(text) };
}

/** The texts of the models' settings. */
export const PARAMETER_TEXTS: Readonly<Record<ParameterName, FieldTexts>> = tableOf(keysOf(TEXTS), (name) =>
  fieldTexts(TEXTS[name], name.endsWith('Ms') ? ' (Ms)' : ''),
);
