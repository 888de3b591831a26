// The model of a node, and its settings. The tables are those of lib.
import { DEFAULT_MODEL, findModel, MODELS, VAD_PARAMETERS } from '../../../../lib/browser';
import type { Model, ParameterName, ParameterSpec } from '../../../../lib/browser';

export type ParameterSpecs = Partial<Record<ParameterName, ParameterSpec>>;

/** `${NAME}`: Node-RED replaces it when the flow starts. */
const VARIABLE = /^\$[({][^)}]+[)}]$/;

/** Where models differ, the first of the list counts. */
const ANY_MODELS: ParameterSpecs = MODELS.reduceRight(
  (all, { parameters }) => ({ ...all, ...parameters }),
  {},
);

export function isVariable(value: unknown): value is string {
  return typeof value === 'string' && VARIABLE.test(value);
}

/** An empty field means the default. */
export function modelName(typed: string | undefined): string {
  return typed?.trim() || DEFAULT_MODEL;
}

/** The model of this name; `undefined` where only the running flow knows it, `null` where there is none. */
export function modelOf(typed: string | undefined): Model | null | undefined {
  const name = modelName(typed);
  if (isVariable(name)) return undefined;
  try {
    return findModel(name);
  } catch {
    return null;
  }
}

/** The settings of a model; all settings of any model where only the running flow knows the model. */
export function parametersOf(model: Model | null | undefined, mode: string | undefined): ParameterSpecs {
  const all = model?.parameters ?? ANY_MODELS;
  const isManual = mode === 'manual' && model?.modes.includes('manual');
  const hidden = isManual ? VAD_PARAMETERS : [];
  return Object.fromEntries(Object.entries(all).filter(([name]) => !hidden.some((one) => one === name)));
}
