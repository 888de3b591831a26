// The fields of live sources in a dialog, made of the table of kinds in lib/live/sources/kinds.ts.
import { isSourceKind, keysOf, SOURCE_KINDS, sourceFieldFault, sourceFields } from '../../../../lib/browser';
import type { SourceField, SourceFieldName, SourceKindName } from '../../../../lib/browser';
import { isVariable } from './models';
import type { Verdict } from './numbers';
import { fieldOf, ownText, textIn } from './red';
import type { EditorNode } from './red';

/** A source whose senders want the text back has a node of its own. */
const KINDS = keysOf(SOURCE_KINDS).filter((kind) => !('answersWithText' in SOURCE_KINDS[kind]));
/** The editor shows this for a stored password; the password itself never comes here. */
const STORED_SECRET = '__PWRD__';
/** Texts that may contain a user and a password. */
const ADDRESSES: readonly SourceFieldName[] = ['streamUrl', 'webSocketUrl', 'ffmpegInput'];
const ICONS: Partial<Record<SourceFieldName, string>> = {
  user: 'fa-user',
  password: 'fa-lock',
  token: 'fa-lock',
  port: 'fa-plug',
  device: 'fa-microphone',
};

type Credentials = Record<string, string | boolean | undefined>;

/** A stored setting as a field shows it. */
function textOf(value: unknown, otherwise = ''): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
}

/** All fields of all kinds, each once, in the order of the table. */
function allFields(): Map<SourceFieldName, SourceField> {
  return new Map(KINDS.flatMap((kind) => sourceFields(kind)));
}

/** The kind in the open dialog of the node, else the stored one. */
function kindOf(node: EditorNode): SourceKindName | undefined {
  const select = fieldOf('source');
  const kind = select.data('asr-node') === node.id ? textIn(select) : textOf(node.source, '');
  return isSourceKind(kind) ? kind : undefined;
}

function fieldsOf(node: EditorNode): ReadonlyMap<string, SourceField> {
  const kind = kindOf(node);
  return new Map(kind ? sourceFields(kind) : []);
}

/** Checks a field as the running node will; fields of other kinds are of no account. */
export function checkSourceField(node: EditorNode, name: string, value: unknown): Verdict {
  const field = fieldsOf(node).get(name);
  if (!field || isVariable(value) || sourceFieldFault(name, field, value) === undefined) return true;
  const label = ownText(node, `field.${name}.label`);
  if ('min' in field) return ownText(node, 'invalid.number', { label, min: field.min, max: field.max });
  return ownText(node, 'invalid.text', { label });
}

/**
 * Makes a row for each field, and shows those of the chosen kind. The dialog has `#node-input-source` and an empty
 * element for the rows.
 */
export function prepareSourceFields(node: EditorNode, rows: JQuery): void {
  const select = fieldOf('source').data('asr-node', node.id).empty();
  for (const kind of KINDS) {
    select.append($('<option>', { value: kind }).text(ownText(node, `source.${kind}.label`)));
  }
  for (const [name, field] of allFields()) rows.append(rowOf(node, name, field));
  const show = (): void => {
    const shown = fieldsOf(node);
    for (const name of allFields().keys()) $(`#asr-row-${name}`).toggle(shown.has(name));
    // A field of several kinds has another place in each.
    for (const name of shown.keys()) rows.append($(`#asr-row-${name}`));
    const kind = kindOf(node);
    const hint = kind ? ownText(node, `source.${kind}.hint`) : '';
    const isPort = kind !== undefined && SOURCE_KINDS[kind].reach === 'port';
    $('#asr-source-hint').text(isPort ? `${hint}. ${ownText(node, 'policy.port')}` : hint);
  };
  select.val(textOf(node.source, 'http')).on('change', show);
  show();
}

/** Puts the user and the password of an address into the fields that are kept with the secrets. */
export function saveSourceFields(): void {
  for (const name of ADDRESSES) {
    const field = fieldOf(name);
    const typed = textIn(field).trim();
    if (!URL.canParse(typed)) continue;
    const url = new URL(typed);
    if (!url.username && !url.password) continue;
    fieldOf('user').val(decoded(url.username));
    fieldOf('password').val(decoded(url.password));
    url.username = '';
    url.password = '';
    field.val(url.href);
  }
}

/** A raw `%` in a password counts as itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function rowOf(node: EditorNode, name: SourceFieldName, field: SourceField): JQuery {
  const id = `node-input-${name}`;
  const label = $('<label>', { for: id });
  label.append($('<i>', { class: `fa ${ICONS[name] ?? 'fa-sliders'}` }), ' ');
  label.append($('<span>').text(ownText(node, `field.${name}.label`)));
  const hint = $('<div>', { class: 'asr-policy' }).text(ownText(node, `field.${name}.hint`));
  const row = $('<div>', { class: 'form-row' }).append(label, inputOf(node, name, field).attr('id', id));
  return $('<div>', { id: `asr-row-${name}` }).append(row, hint);
}

function inputOf(node: EditorNode, name: SourceFieldName, field: SourceField): JQuery {
  const value = textOf(node[name]);
  switch (field.kind) {
    case 'boolean':
      return $('<input>', { type: 'checkbox' }).prop('checked', node[name] === true);
    case 'choice': {
      const select = $('<select>');
      if (field.default === undefined) select.append($('<option>', { value: '' }).text('–'));
      for (const choice of field.choices) select.append($('<option>', { value: choice }).text(choice));
      return select.val(value || (field.default ?? ''));
    }
    case 'text':
    case 'list': {
      const isSecret = 'isSecret' in field;
      const placeholder = ownText(node, `field.${name}.example`);
      const input = $('<input>', { type: isSecret && name !== 'user' ? 'password' : 'text' });
      // The catalogue gives the key for a text that it does not have.
      if (!placeholder.endsWith('.example')) input.attr('placeholder', placeholder);
      return isSecret ? input.val(secretOf(node, name)) : input.val(value);
    }
    default:
      return $('<input>', { type: 'text', class: 'asr-number' })
        .attr('placeholder', field.default === undefined ? '' : String(field.default))
        .val(value);
  }
}

/** What the editor knows of a secret: a user's name, and of a password that there is one. */
function secretOf(node: EditorNode, name: string): string {
  const credentials = (node.credentials ?? {}) as Credentials;
  if (credentials[`has_${name}`] === true) return STORED_SECRET;
  return String(credentials[name] ?? '');
}
