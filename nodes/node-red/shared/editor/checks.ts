// The checks of fields, which the editor runs on all nodes. Each returns true or the reason why not.
import { checkOtherSettings, isKeyOf, parameterFault, readOtherSettings } from '../../../../lib/browser';
import type { Model, ParameterSpec } from '../../../../lib/browser';
import { isVariable, modelName, modelOf, parametersOf } from './models';
import type { Verdict } from './numbers';
import { fieldOf, sharedText, textIn } from './red';
import type { EditorNode } from './red';

/**
 * The value in the open dialog of the node, else the stored one, because fields are checked before they are saved.
 */
export function valueOf(node: EditorNode, field: string): unknown {
  const isEditing = fieldOf('model').data('asr-node') === node.id;
  return isEditing ? textIn(fieldOf(field)) : node[field];
}

function modelFor(node: EditorNode): Model | null | undefined {
  return modelOf(valueOf(node, 'model') as string | undefined);
}

export function checkModel(node: EditorNode, value: string): Verdict {
  return modelFor(node) !== null || sharedText('invalid.model', { model: modelName(value) });
}

export function languageCodes(text: string | undefined): string[] {
  return (text ?? '').split(/[\s,]+/).filter((code) => code !== '');
}

export function checkLanguage(node: EditorNode, value: string | undefined): Verdict {
  const model = modelFor(node);
  const asked = languageCodes(value);
  if (!model || asked.length === 0 || model.maxLanguages === 0 || isVariable(value)) return true;
  if (asked.length <= model.maxLanguages && asked.every((code) => model.languages.includes(code)))
    return true;
  return sharedText('invalid.language', {
    count: model.maxLanguages,
    languages: model.languages.join(', '),
  });
}

export function checkRate(node: EditorNode, value: string | undefined): Verdict {
  const model = modelFor(node);
  if (!model || !value || model.sampleRatesHz.includes(Number(value))) return true;
  return sharedText('invalid.rate', { model: model.id, rates: model.sampleRatesHz.join(', ') });
}

/** Only raw samples can lose audio in the middle; the rest of a compressed file would be no audio. */
export function checkOverload(node: EditorNode, value: string | undefined): Verdict {
  return value !== 'dropOldest' || !valueOf(node, 'wireFormat') || sharedText('invalid.overload');
}

export function checkParameters(node: EditorNode, values: Record<string, unknown> | undefined): Verdict {
  const model = modelFor(node);
  if (!model) return true;
  const specs = parametersOf(model, node.mode);
  for (const [name, value] of Object.entries(values ?? {})) {
    const spec = isKeyOf(specs, name) ? specs[name] : undefined;
    if (!spec) return sharedText('invalid.parameter', { name, model: model.id });
    const fault = faultOf(name, spec, value);
    if (fault !== undefined) return fault;
  }
  return true;
}

export function checkOther(node: EditorNode, value: unknown): Verdict {
  const model = modelFor(node);
  if (!model || isVariable(value)) return true;
  try {
    const isManual = valueOf(node, 'mode') === 'manual' && model.modes.includes('manual');
    checkOtherSettings(readOtherSettings(value), model, isManual ? 'manual' : 'vad');
    return true;
  } catch {
    return sharedText('invalid.otherSettings');
  }
}

/** What is wrong with a value, in the language of the editor. Variables get their values when the flow starts. */
export function faultOf(name: string, spec: ParameterSpec, value: unknown): string | undefined {
  if (value === undefined || value === '' || isVariable(value)) return undefined;
  if (parameterFault(name, value, spec) === undefined) return undefined;
  return `${sharedText(`parameter.${name}.label`)}: ${expected(spec)}`;
}

/** Describes the values of a setting in the language of the editor. */
export function expected(spec: ParameterSpec): string {
  const text = (values: Record<string, string | number>) => sharedText(`expected.${spec.kind}`, values);
  switch (spec.kind) {
    case 'boolean':
      return text({});
    case 'number':
    case 'integer':
      return text({ min: spec.min, max: spec.max });
    case 'choice':
      return text({ choices: spec.choices.join(', ') });
    case 'text':
      return text({ count: spec.maxLength });
    case 'vocabulary':
      return text({ count: spec.maxWords, choices: spec.weights.join(', ') });
    case 'wordFilter':
      return text({ count: spec.maxWords });
  }
}
