import { keysOf } from '../../lib/hosts';
import { MODELS } from '../../lib';
import type { ModelParameters, ParameterSpec } from '../../lib';
import { findModel } from '../../lib';
import { PARAMETER_TEXTS } from '../../nodes/setting-texts';
import { readParameters } from '../../nodes/stored-parameters';
import type { Arguments } from '../cli/arguments';
import type { Flag, Topic } from '../cli/command';
import { kebab, textOrFile } from './option-flag';

/** The settings in the order of the texts, each with what the models take. */
const SETTINGS = keysOf(PARAMETER_TEXTS).map((name) => {
  const specs = MODELS.flatMap(({ parameters }) => parameters[name] ?? []);
  return { name, flag: kebab(name), specs };
});

function flagOfSetting({ name, flag, specs }: (typeof SETTINGS)[number]): Flag {
  const values = [...new Set(specs.map(valuesOf))].filter((text) => text !== '').join('; or ');
  const [spec] = specs;
  const help = `${PARAMETER_TEXTS[name].hint}${values === '' ? '' : ` ${values}.`}`;
  if (!spec || spec.kind === 'boolean') return { name: flag, help, isNegatable: true };
  return {
    name: flag,
    help,
    value: spec.kind === 'number' || spec.kind === 'integer' ? 'N' : 'TEXT',
    ...(spec.kind === 'choice' && { choices: spec.choices }),
  };
}

function valuesOf(spec: ParameterSpec): string {
  switch (spec.kind) {
    case 'number':
    case 'integer': {
      const range = `${spec.min} to ${spec.max}`;
      return spec.default === undefined ? range : `${range}, default ${spec.default}`;
    }
    case 'boolean':
      return spec.default ? 'Default on' : 'Default off';
    case 'text':
    case 'vocabulary':
    case 'wordFilter':
      return '@FILE stands for the text of a file';
    case 'choice':
      return '';
  }
}

export const SETTINGS_TOPIC: Topic = {
  name: 'settings',
  summary: 'the settings of the models, such as silence, hot words, punctuation',
  about:
    'Which model has which setting is in docs/models.md; a setting that the model does not have is refused. What is left out keeps the default of the service.',
  flags: SETTINGS.map(flagOfSetting),
};

/** The settings that were given, as the model takes them. The library checks them. */
export function settingsOf(given: Arguments, model: string): ModelParameters {
  const stored = SETTINGS.map(({ name, flag, specs: [spec] }) => {
    if (!spec || spec.kind === 'boolean') return [name, given.choice(flag)];
    const text = given.text(flag);
    const isText = spec.kind === 'text' || spec.kind === 'vocabulary' || spec.kind === 'wordFilter';
    return [name, text !== undefined && isText ? textOrFile(flag, text) : text];
  });
  return readParameters(Object.fromEntries(stored) as Record<string, unknown>, findModel(model));
}
