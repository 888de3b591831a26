/** Generates docs/models.md from the table that checks and editors use. `npm run docs` writes it. */
import { isKeyOf } from '../lib/hosts';
import { DEFAULT_MODEL, MODELS } from '../lib/vocabulary/models';
import type { Model } from '../lib/vocabulary/models';
import { table, valuesOf } from './markdown';

const EMOTIONS = {
  seven: 'surprised, neutral, happy, sad, disgusted, angry, fearful',
  three: 'positive, neutral, negative',
  none: '',
} as const;

export function modelsPage(): string {
  const settings = [...new Set(MODELS.flatMap(({ parameters }) => Object.keys(parameters)))];
  return [
    table(
      ['model', 'protocol', 'regions', 'rates', 'modes', 'languages', 'times', 'emotions', 'context'],
      MODELS.map((model) => [
        `\`${model.id}\`${model.id === DEFAULT_MODEL ? ' (default)' : ''}`,
        model.protocol,
        model.regions.join(', '),
        rates(model),
        model.modes.join(', '),
        languages(model),
        model.timestamps ? 'words' : '',
        model.emotions === 'none' ? '' : model.emotions,
        model.context === 'none' ? '' : model.context,
      ]),
    ),
    emotionsLegend(),
    '## Languages\n',
    'Recognition finds out by itself. Naming a language helps where only that one is spoken.\n',
    ...languageSets(),
    '## Settings\n',
    'Each with its range and default; what is left out keeps the default of the service.\n',
    table(
      ['setting', 'values', 'models'],
      settings.flatMap((name) => settingRows(name)),
    ),
  ].join('\n');
}

function rates({ sampleRatesHz }: Model): string {
  const khz = sampleRatesHz.map((rate) => rate / 1000);
  return khz.length > 3 ? `${Math.min(...khz)} to ${Math.max(...khz)} kHz` : `${khz.join(', ')} kHz`;
}

function languages({ languages: codes, maxLanguages }: Model): string {
  if (codes.length === 0) return 'its own';
  const atOnce = maxLanguages > 1 ? `, ${maxLanguages} at once` : '';
  return codes.length <= 3 ? `${codes.join(', ')}${atOnce}` : `${codes.length}${atOnce}`;
}

function emotionsLegend(): string {
  const lines = (['seven', 'three'] as const).map((set) => `_${set}_: ${EMOTIONS[set]}.`);
  return `Emotions, ${lines.join(' ')} _Context_ is the dialogue before: given at the start, or updated in between.\n`;
}

function languageSets(): string[] {
  const sets = new Map<string, string[]>();
  for (const { id, languages: codes } of MODELS) {
    if (codes.length <= 3) continue;
    const key = codes.join(' ');
    sets.set(key, [...(sets.get(key) ?? []), `\`${id}\``]);
  }
  return [...sets].map(([codes, ids]) => `- ${ids.join(', ')}: ${codes}\n`);
}

/** Models that take the setting with the same values share a row. */
function settingRows(name: string): string[][] {
  const rows = new Map<string, string[]>();
  for (const { id, parameters } of MODELS) {
    const spec = isKeyOf(parameters, name) ? parameters[name] : undefined;
    if (!spec) continue;
    const values = valuesOf(spec);
    rows.set(values, [...(rows.get(values) ?? []), `\`${id}\``]);
  }
  return [...rows].map(([values, ids]) => [`\`${name}\``, values, ids.join(', ')]);
}
