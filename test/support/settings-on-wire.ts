import assert from 'node:assert/strict';
import type { Model, ParameterName, ParameterSpec } from '../../lib';
import { MODELS } from '../../lib';
import { PARAMETER_TEXTS, SESSION_TEXTS } from '../../nodes/setting-texts';
import type { ConnectionRecord } from '../../local-service';

/** A value that is allowed and, where there is one, not the default. */
function sampleOf(spec: ParameterSpec): unknown {
  switch (spec.kind) {
    case 'boolean':
      return !spec.default;
    case 'number':
      return spec.max;
    case 'integer':
      return spec.min;
    case 'choice':
      return spec.choices.find((choice) => choice !== spec.default);
    case 'text':
      return 'sample';
    case 'vocabulary':
      return { Qwen: spec.weights[0] };
    case 'wordFilter':
      return { system_reserved_filter: true };
  }
}

/** The settings of a model, each with its sample. */
export function samplesOf({ parameters }: Model): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).map(([name, spec]) => [name, sampleOf(spec)]));
}

/** Options beside the model's settings: the last one of each list, because the first is the default. */
export interface OtherSamples {
  mode: 'vad';
  language: string | undefined;
  sampleRateHz: number;
  otherSettings: { brand_new: { deep: number } };
}

export function otherSamplesOf(model: Model): OtherSamples {
  return {
    mode: 'vad',
    language: model.languages.at(-1),
    sampleRateHz: model.sampleRatesHz.at(-1)!,
    otherSettings: { brand_new: { deep: 1 } },
  };
}

/** One model for each set of settings. */
export const DIFFERENT_MODELS: readonly Model[] = [
  ...new Map(
    MODELS.map((model) => [
      JSON.stringify([model.parameters, model.sampleRatesHz, model.languages, model.protocol]),
      model,
    ]),
  ).values(),
];

/** The frame that configured the first session of the connection. */
export function configurationOf(record: ConnectionRecord | undefined): Record<string, unknown> {
  const found = record?.received.find(
    (one) => one.kind === 'json' && (one.type === 'session.update' || one.type === 'run-task'),
  );
  assert.ok(found?.kind === 'json', 'Nothing was configured.');
  return found.frame;
}

/** Every value under a name such as `corpus.text`, at any depth of a frame. */
function valuesAt(tree: unknown, name: string): unknown[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const here = name
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], tree);
  return [
    ...(here === undefined ? [] : [here]),
    ...Object.values(tree).flatMap((value) => valuesAt(value, name)),
  ];
}

function assertOnWire(frame: Record<string, unknown>, names: readonly string[], value: unknown): void {
  const sent = names.flatMap((name) => valuesAt(frame, name));
  assert.ok(
    sent.some((one) => JSON.stringify(one) === JSON.stringify(value)),
    `${names.join(' or ')}: sent ${JSON.stringify(sent)}, expected ${JSON.stringify(value)}`,
  );
}

/** The list of phrases goes out as a resource (protocol.md B.2.1). */
const WIRE_NAMES: Partial<Record<ParameterName, readonly string[]>> = { phraseId: ['resource_id'] };

/** Whether the frame has each sample under the name that the help of its field tells. */
export function assertSamplesOnWire(frame: Record<string, unknown>, model: Model): void {
  for (const [name, value] of Object.entries(samplesOf(model)) as [ParameterName, unknown][]) {
    assertOnWire(frame, WIRE_NAMES[name] ?? PARAMETER_TEXTS[name].wireNames, value);
  }
  const { language, sampleRateHz, otherSettings } = otherSamplesOf(model);
  if (language !== undefined) {
    const isList = model.protocol === 'run-task';
    assertOnWire(frame, SESSION_TEXTS.language.wireNames, isList ? [language] : language);
  }
  assertOnWire(frame, SESSION_TEXTS.sampleRate.wireNames, sampleRateHz);
  assertOnWire(frame, ['brand_new'], otherSettings.brand_new);
}
