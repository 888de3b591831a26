/** Generates docs/settings.md from the tables of the library, the dialogs and the command. `npm run docs` writes it. */
import { entriesOf } from '../lib/hosts';
import { flagOf, kebab } from '../bin/flags/option-flag';
import type { OptionTable } from '../bin/flags/option-flag';
import { SESSION_TABLE } from '../bin/flags/recognition';
import { MODELS } from '../lib';
import type { ParameterName, ParameterSpec } from '../lib';
import { PRESETS } from '../nodes/presets';
import type { Preset } from '../nodes/presets';
import { table, valuesOf } from './markdown';
import { n8nFields, nodeRedFields } from './settings-fields';
import type { FieldsOfNodes } from './settings-fields';
import { OPTION_ROWS, PARAMETER_ROWS } from './settings-rows';
import type { Field, OptionPath, Without } from './settings-rows';

const HEAD = [
  'setting',
  'library',
  'Node-RED',
  'n8n',
  'command line',
  'default',
  'recommended',
  'range',
  'wire name',
];

/** Collects the reasons of empty cells, each once. */
class Reasons {
  readonly #known: string[] = [];

  cell({ without }: Without): string {
    const at = this.#known.indexOf(without);
    const number = at >= 0 ? at + 1 : this.#known.push(without);
    return `[${number}]`;
  }

  list(): string {
    return `${this.#known.map((reason, index) => `- [${index + 1}] ${reason}`).join('\n')}\n`;
  }
}

export function settingsPage(): string {
  const reasons = new Reasons();
  const nodeRed = nodeRedFields();
  const n8n = n8nFields();
  const none = reasons.cell.bind(reasons);
  const rows = entriesOf(OPTION_ROWS).map(([path, row]) => [
    row.label,
    `\`${path}\``,
    fieldCell(row.nodeRed, row.label, nodeRed, none),
    fieldCell(row.n8n, row.label, n8n, none),
    flagCell(row.commandLine ?? flagOfOption(path), none),
    row.default,
    none({ without: 'no preset and no page of the vendor recommends a value' }),
    row.range || none({ without: 'an object of a program' }),
    'without' in row.wire ? none(row.wire) : row.wire.map((name) => `\`${name}\``).join(', '),
  ]);
  const parameters = PARAMETER_ROWS.flatMap(([name, { label, wireNames }]) =>
    specsOf(name).map((spec) => [
      label,
      `\`parameters.${name}\``,
      fieldCell('parameters', label, nodeRed, none),
      fieldCell(name, label, n8n, none),
      `\`--${kebab(name)}\``,
      defaultOf(spec) ?? none({ without: 'the service chooses' }),
      recommended(name) ?? none({ without: 'no preset and no page of the vendor recommends a value' }),
      valuesOf(spec).split(';')[0] ?? '',
      wireNames.map((one) => `\`${one}\``).join(' or '),
    ]),
  );
  return [
    '## Settings of a session\n',
    table(HEAD, rows),
    '## Settings of the models\n',
    '[Models](models.md) says which model has which.\n',
    table(HEAD, parameters),
    '## Why a cell is empty\n',
    reasons.list(),
  ].join('\n');
}

/** The nodes that have the field, with its name there where that is another one. */
function fieldCell(
  field: Field,
  label: string,
  nodes: FieldsOfNodes,
  none: (why: Without) => string,
): string {
  if (typeof field !== 'string') return none(field);
  const having = Object.entries(nodes).filter(([, fields]) => fields.has(field));
  if (having.length === 0) throw new Error(`No node has the field ${field} of "${label}".`);
  // n8n writes the unit of a field behind its name.
  const shown = (having[0]?.[1].get(field) ?? '').replace(/ \((Ms|Seconds)\)$/, '');
  const isOther = shown !== '' && shown.toLowerCase() !== label.toLowerCase();
  return `${isOther ? `_${shown}_: ` : ''}${having.map(([node]) => node).join(', ')}`;
}

function flagOfOption(path: OptionPath): string {
  const table: OptionTable = SESSION_TABLE;
  const row = table[path];
  if (!row) throw new Error(`The command line has no flag for ${path}, and no reason is given.`);
  return `--${flagOf(path, row).name}`;
}

function flagCell(flag: Field, none: (why: Without) => string): string {
  return typeof flag === 'string' ? `\`${flag}\`` : none(flag);
}

/** The different values that models take. */
function specsOf(name: ParameterName): ParameterSpec[] {
  const specs = MODELS.flatMap(({ parameters }) => parameters[name] ?? []);
  return [...new Map(specs.map((spec) => [JSON.stringify(spec), spec])).values()];
}

function defaultOf(spec: ParameterSpec): string | undefined {
  return 'default' in spec ? shown(spec.default) : undefined;
}

function recommended(name: ParameterName): string | undefined {
  const presets: readonly Preset[] = Object.values(PRESETS);
  const values = presets.flatMap(({ label, parameters: { [name]: value } }) =>
    value === undefined ? [] : [`${shown(value)} (${label})`],
  );
  return values.length === 0 ? undefined : values.join(', ');
}

function shown(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
