// The rows of a dialog for the numbers that both hosts have, made from their table.
import { RELIABILITY_SETTINGS } from '../../../reliability-settings';
import type { NumberRange, ReliabilityName } from '../../../reliability-settings';
import {
  SESSION_LIMITS,
  SESSION_ROWS,
  TRANSCRIBE_LIMITS,
  TRANSCRIBE_ROWS,
  WYOMING_LIMITS,
  WYOMING_ROWS,
} from '../limits';
import { isVariable } from './models';
import { fieldOf, ownText, sharedText, textIn } from './red';
import type { EditorNode } from './red';

export type Verdict = true | string;

interface Kind {
  /** By the name of the part of the dialog. */
  rows: Readonly<Record<string, readonly ReliabilityName[]>>;
  /** Of the numbers that have rows of their own. */
  limits: Readonly<Record<string, NumberRange>>;
}

/** By node type, without `asr-`. */
const KINDS: Readonly<Record<string, Kind>> = {
  session: { rows: SESSION_ROWS, limits: SESSION_LIMITS },
  transcribe: { rows: TRANSCRIBE_ROWS, limits: TRANSCRIBE_LIMITS },
  'wyoming-server': { rows: WYOMING_ROWS, limits: WYOMING_LIMITS },
};

function kindOf(node: EditorNode): Kind | undefined {
  return KINDS[node.type.slice('asr-'.length)];
}

function isShared(field: string): field is ReliabilityName {
  return Object.hasOwn(RELIABILITY_SETTINGS, field);
}

function rangeOf(kind: Kind | undefined, field: string): NumberRange | undefined {
  return isShared(field) ? RELIABILITY_SETTINGS[field].range : kind?.limits[field];
}

export function checkLimit(
  node: EditorNode,
  kind: string,
  field: string,
  value: string | undefined,
): Verdict {
  const range = rangeOf(KINDS[kind], field);
  if (!range || value === '' || value === undefined || isVariable(value)) return true;
  const { min, max } = range;
  // Unlike isFinite, Number converts text.
  if (Number(value) >= min && Number(value) <= max) return true;
  const label = isShared(field) ? sharedText(`label.${field}`) : ownText(node, `label.${field}`);
  return sharedText('invalid.number', { label, min, max });
}

/** Makes the rows in `.asr-numbers` of the dialog, and shows the defaults of all numbers. */
export function prepareNumbers(node: EditorNode): void {
  const kind = kindOf(node);
  if (!kind) return;
  $('.asr-form .asr-numbers').each(function () {
    const names = kind.rows[$(this).attr('data-asr-part') ?? ''] ?? [];
    for (const name of names) addRow($(this), node, name);
  });
  for (const [name, range] of Object.entries(kind.limits)) showDefault(fieldOf(name), range);
}

function addRow(container: JQuery, node: EditorNode, name: ReliabilityName): void {
  const id = `node-input-${name}`;
  const label = $('<label>', { for: id }).append('<i class="fa fa-sliders"></i> ');
  label.append($('<span>').text(sharedText(`label.${name}`)));
  const stored = node[name];
  const field = $('<input>', { type: 'text', id, class: 'asr-number' });
  field.val(typeof stored === 'string' || typeof stored === 'number' ? stored : '');
  showDefault(field, RELIABILITY_SETTINGS[name].range);
  const row = $('<div>', { class: 'form-row' }).append(label, ' ', field);
  if (name.endsWith('Seconds')) row.append(' ', $('<span>').text(sharedText('unit.s')));
  container.append(row, $('<div>', { class: 'asr-policy' }).text(sharedText(`policy.${name}`)));
  // The editor only watches the fields that were there before this.
  field.on('change keyup paste', () => {
    const verdict = checkLimit(node, node.type.slice('asr-'.length), name, textIn(field));
    field.toggleClass('input-error', verdict !== true).attr('title', verdict === true ? '' : verdict);
  });
}

function showDefault(field: JQuery, range: NumberRange): void {
  if (range.default !== undefined) field.attr('placeholder', range.default);
}
