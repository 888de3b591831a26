import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { keysOf, SOURCE_KINDS, sourceFields } from '../../../lib/hosts';
import type { SourceField, SourceFieldName, SourceKindName } from '../../../lib/hosts';
import { SOURCE_FIELD_TEXTS, SOURCE_KIND_TEXTS } from '../../source-texts';
import { RAW_AUDIO_OPTIONS } from '../shared/audio-input';
import { inTitleCase } from '../shared/parameter-texts';

const KINDS = keysOf(SOURCE_KINDS);
const PORTS = KINDS.filter((kind) => SOURCE_KINDS[kind].reach === 'port');

/** The field and all kinds that have it. Secrets stand in credentials, because workflows are exported. */
const FIELDS = new Map<SourceFieldName, { field: SourceField; kinds: SourceKindName[] }>();
for (const kind of KINDS) {
  for (const [name, field] of sourceFields(kind)) {
    if ('isSecret' in field) continue;
    const known = FIELDS.get(name) ?? { field, kinds: [] };
    known.kinds.push(kind);
    FIELDS.set(name, known);
  }
}

/** Fields that are shown beside the source itself, beside those that are required. */
const SHOWN: readonly SourceFieldName[] = ['host', 'device'];
const PORT_NOTICE: INodeProperties = {
  displayName:
    'Whoever reaches this port can start the workflow. Only a TCP port and one for calls can ask for a token, which credentials name. There is no encryption. It listens to this machine only, unless you change <b>Listen On</b>.',
  name: 'portNotice',
  type: 'notice',
  default: '',
  displayOptions: { show: { source: PORTS } },
};
const HINTS: Partial<Record<SourceFieldName, string>> = {
  ffmpegInput: "Needs ffmpeg on the machine that n8n runs on; n8n's Docker image has none",
  device: "Of the machine that n8n runs on; n8n's Docker image has no program that records",
};
/** The labels of choices that are no plain words. */
const CHOICE_NAMES: Readonly<Record<string, string>> = { tcp: 'TCP', udp: 'UDP', auto: 'Auto' };

/** Whether a field stands in the node itself, and not in its collection of options. */
export function isTopLevel(name: SourceFieldName): boolean {
  const field = FIELDS.get(name)?.field;
  return SHOWN.includes(name) || (field !== undefined && 'isRequired' in field);
}

/** The fields that say where the audio comes from. */
export const SOURCE_PROPERTIES: INodeProperties[] = [
  {
    displayName: 'Source',
    name: 'source',
    type: 'options',
    noDataExpression: true,
    options: KINDS.map((kind) => ({
      name: inTitleCase(SOURCE_KIND_TEXTS[kind].label),
      value: kind,
      description: SOURCE_KIND_TEXTS[kind].hint,
    })).sort(byName),
    default: 'http',
  },
  PORT_NOTICE,
  ...[...FIELDS]
    .filter(([name]) => isTopLevel(name))
    .map(([name, { field, kinds }]) => ({
      ...propertyOf(name, field),
      ...(HINTS[name] !== undefined && { hint: HINTS[name] }),
      displayOptions: { show: { source: kinds } },
    })),
];

/** Fields for the collection `options`. */
export const SOURCE_OPTIONS: INodeProperties[] = [...FIELDS]
  .filter(([name]) => !isTopLevel(name))
  .map(([name, { field, kinds }]) => ({
    ...(RAW_AUDIO_OPTIONS.find((property) => property.name === name) ?? propertyOf(name, field)),
    displayOptions: { show: { '/source': kinds } },
  }))
  .sort((one, other) => one.displayName.localeCompare(other.displayName));

function propertyOf(name: SourceFieldName, field: SourceField): INodeProperties {
  const { label, hint, example } = SOURCE_FIELD_TEXTS[name];
  const isRequired = isTopLevel(name) && name !== 'device';
  const texts = {
    displayName: inTitleCase(label),
    name,
    description: hint,
    ...(isRequired && { required: true }),
  };
  switch (field.kind) {
    case 'text':
    case 'list': {
      const isHost = name === 'host';
      const placeholder = isHost || example === undefined ? {} : { placeholder: `e.g. ${example}` };
      return { ...texts, type: 'string', default: isHost ? (example ?? '') : '', ...placeholder };
    }
    case 'boolean':
      return { ...texts, type: 'boolean', default: false };
    case 'choice':
      return {
        ...texts,
        type: 'options',
        options: field.choices.map((value) => ({ name: CHOICE_NAMES[value] ?? value, value })),
        default: field.default ?? '',
      };
    default:
      return {
        ...texts,
        type: 'number',
        typeOptions: {
          minValue: field.min,
          maxValue: field.max,
          ...(field.kind !== 'number' && { numberPrecision: 0 }),
        },
        default: field.default ?? 0,
      };
  }
}

function byName({ name }: INodePropertyOptions, other: INodePropertyOptions): number {
  return name.localeCompare(other.name);
}
