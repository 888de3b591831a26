// The settings of a model in a dialog, one row for each.
import { entriesOf, formatHotWords, isObject, parseHotWords } from '../../../../lib/browser';
import type { ModelParameters, ParameterSpec } from '../../../../lib/browser';
import { expected, faultOf } from './checks';
import { isVariable } from './models';
import type { ParameterSpecs } from './models';
import { sharedText, textIn } from './red';

const LONG_TEXT = 1000;
/** Two rows of these kinds fit side by side. */
const IS_NARROW: Readonly<Partial<Record<ParameterSpec['kind'], true>>> = {
  boolean: true,
  number: true,
  integer: true,
  choice: true,
};
const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false };

interface Choice {
  value: string;
  label: string;
}

/** The rows of the settings in a dialog. */
export interface ParameterSection {
  /** Makes the rows anew; values in other rows are kept until the dialog closes. */
  show: (specs: ParameterSpecs) => void;
  /** Sets these values, also of rows that are not shown; `undefined` is the default. */
  fill: (values: ModelParameters) => void;
  /** The values in the rows that are shown. */
  values: () => Record<string, unknown>;
}

/** @param stored The values of the node. */
export function parameterSection(
  container: JQuery,
  stored: Readonly<Record<string, unknown>> | undefined,
): ParameterSection {
  const draft: Record<string, unknown> = { ...stored };
  let rows: { name: string; spec: ParameterSpec; field: JQuery }[] = [];
  let shownSpecs: ParameterSpecs = {};

  function keep(): void {
    for (const { name, spec, field } of rows) draft[name] = readField(spec, field);
  }

  function addRow(name: string, spec: ParameterSpec): void {
    const field = makeField(spec, draft[name] === '' ? undefined : draft[name]);
    const id = `asr-parameter-${name}`;
    const label = $('<label>', { for: id }).append('<i class="fa fa-sliders"></i> ');
    label.append($('<span>').text(textOf(name, 'label')));
    const row = $('<div>', { class: 'form-row', 'data-asr-parameter': name }).append(label, ' ', field);
    row.toggleClass('asr-wide', !IS_NARROW[spec.kind]);
    if (name.endsWith('Ms')) row.append(' ', $('<span>').text(sharedText('unit.ms')));
    container.append(row, $('<div>', { class: 'asr-policy' }).text(hintOf(name, spec)));
    field.attr({ id, autocomplete: 'off' });
    // The editor of this type needs a field that is in the page.
    if (spec.kind === 'wordFilter') field.typedInput({ default: 'json', types: ['json'] });
    rows.push({ name, spec, field });
    const check = (): void => {
      const fault = faultOf(name, spec, readField(spec, field));
      field.toggleClass('input-error', fault !== undefined).attr('title', fault ?? '');
      field.next('.red-ui-typedInput-container').toggleClass('input-error', fault !== undefined);
    };
    field.on('change keyup paste', check);
    check();
  }

  function draw(): void {
    rows = [];
    container.empty();
    for (const [name, spec] of entriesOf(shownSpecs)) addRow(name, spec);
  }

  return {
    show(specs) {
      keep();
      shownSpecs = specs;
      draw();
    },
    fill(values) {
      keep();
      Object.assign(draft, values);
      draw();
    },
    values() {
      keep();
      const shown = rows.map(({ name }) => [name, draft[name]] as const);
      return Object.fromEntries(shown.filter(([, value]) => value !== undefined && value !== ''));
    },
  };
}

function textOf(name: string, part: 'label' | 'hint'): string {
  return sharedText(`parameter.${name}.${part}`);
}

function hintOf(name: string, spec: ParameterSpec): string {
  const isChosen = spec.kind === 'boolean' || spec.kind === 'choice';
  return isChosen ? textOf(name, 'hint') : `${textOf(name, 'hint')} ${expected(spec)}`;
}

/** The field of a setting, which shows the value. */
function makeField(spec: ParameterSpec, value: unknown): JQuery {
  switch (spec.kind) {
    case 'boolean':
      return select(
        [
          byDefault(sharedText(spec.default ? 'label.on' : 'label.off')),
          { value: 'true', label: sharedText('label.on') },
          { value: 'false', label: sharedText('label.off') },
        ],
        value,
      );
    case 'number':
    case 'integer':
      return $('<input>', { type: 'text', class: 'asr-number', placeholder: spec.default }).val(shown(value));
    case 'choice':
      return select(
        [byDefault(spec.default), ...spec.choices.map((one) => ({ value: one, label: one }))],
        value,
      );
    case 'text':
      return (spec.maxLength > LONG_TEXT ? $('<textarea>', { rows: 3 }) : $('<input>', { type: 'text' })).val(
        shown(value),
      );
    case 'vocabulary':
      return $('<textarea>', { rows: 2 }).val(isObject(value) ? formatHotWords(value) : shown(value));
    case 'wordFilter':
      return $('<input>', { type: 'text' }).val(value === undefined ? '{}' : shown(value));
  }
}

/** The value of a field; text that cannot be converted is returned as typed. */
function readField({ kind }: ParameterSpec, field: JQuery): unknown {
  const typed = textIn(field).trim();
  switch (kind) {
    case 'boolean':
      return BOOLEANS[typed] ?? typed;
    case 'number':
    case 'integer':
      return typed === '' || Number.isNaN(Number(typed)) ? typed : Number(typed);
    case 'choice':
    case 'text':
      return typed;
    case 'vocabulary':
      return typed === '' || isVariable(typed) ? typed : parseHotWords(typed);
    case 'wordFilter':
      return readJson(typed);
  }
}

function readJson(typed: string): unknown {
  try {
    const value: unknown = JSON.parse(typed);
    return isObject(value) && Object.keys(value).length === 0 ? '' : value;
  } catch {
    return typed;
  }
}

function shown(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function select(options: Choice[], value: unknown): JQuery {
  const field = $('<select>');
  const chosen = shown(value);
  // A variable, or a choice of another model, is kept until something else is chosen.
  const isKnown = options.some((option) => option.value === chosen);
  for (const option of isKnown ? options : [...options, { value: chosen, label: chosen }]) {
    field.append($('<option>', { value: option.value }).text(option.label));
  }
  return field.val(chosen);
}

function byDefault(value: string): Choice {
  return { value: '', label: sharedText('label.by-default', { value }) };
}
