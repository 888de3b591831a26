import { isSourceKind, keysOf, SOURCE_KINDS, sourceFields } from '../../lib/hosts';
import type { SourceField, SourceFieldName, SourceKindName } from '../../lib/hosts';
import { SOURCE_FIELD_TEXTS, SOURCE_KIND_TEXTS } from '../../nodes/source-texts';
import { UsageError } from '../cli/arguments';
import type { Arguments } from '../cli/arguments';
import type { Flag, Topic } from '../cli/command';
import { kebab } from '../flags/option-flag';

const KINDS = keysOf(SOURCE_KINDS);

/** Every field of the kinds of live sources, each once, with the kinds that have it. */
const FIELDS = new Map<SourceFieldName, { field: SourceField; kinds: SourceKindName[] }>();
for (const kind of KINDS) {
  for (const [name, field] of sourceFields(kind)) {
    const known = FIELDS.get(name);
    if (known) known.kinds.push(kind);
    else FIELDS.set(name, { field, kinds: [kind] });
  }
}

/** The variable for a field that no flag takes, because other users of a machine see flags. */
function variableOf(name: SourceFieldName): string {
  return `FLOW_ASR_SOURCE_${kebab(name).replaceAll('-', '_').toUpperCase()}`;
}

function isSecret(field: SourceField): boolean {
  return 'isSecret' in field;
}

function flagOfField(name: SourceFieldName, field: SourceField, kinds: readonly string[]): Flag {
  const { hint } = SOURCE_FIELD_TEXTS[name];
  const help = `${hint.replace(/\.?$/, '.')}${'default' in field ? ` Default ${field.default}.` : ''} For ${kinds.join(', ')}.`;
  if (field.kind === 'boolean') return { name: kebab(name), help };
  const isNumber = field.kind === 'number' || field.kind === 'integer' || field.kind === 'port';
  return {
    name: kebab(name),
    help,
    value: isNumber ? 'N' : 'TEXT',
    ...(field.kind === 'choice' && { choices: field.choices }),
  };
}

const SECRETS = [...FIELDS].filter(([, { field }]) => isSecret(field)).map(([name]) => variableOf(name));

export const SOURCES_TOPIC: Topic = {
  name: 'sources',
  summary: 'the fields of live sources, beside their address or port',
  about: `Secrets come from the environment, because other users of a machine see flags: ${SECRETS.join(', ')}.`,
  flags: [
    {
      name: 'source',
      value: 'KIND',
      choices: KINDS,
      help: `The kind of the source, where SOURCE does not show it. ${KINDS.map((kind) => `${kind}: ${SOURCE_KIND_TEXTS[kind].hint.replace(/\.$/, '')}`).join('; ')}.`,
    },
    ...[...FIELDS]
      .filter(([, { field }]) => !isSecret(field))
      .map(([name, { field, kinds }]) => flagOfField(name, field, kinds)),
  ],
};

export interface GivenSource {
  kind: string;
  values: Readonly<Record<string, unknown>>;
}

/**
 * The source that SOURCE and the flags describe. The library checks the values.
 * @throws UsageError for a field that the kind does not have.
 */
export function givenSource(given: Arguments, operand: string | undefined): GivenSource {
  const shown = operand === undefined ? undefined : sourceOfText(operand);
  const kind = given.text('source') ?? shown?.kind ?? 'microphone';
  const values: Record<string, unknown> = {};
  for (const [name, { field, kinds }] of FIELDS) {
    const flag = kebab(name);
    const value = isSecret(field)
      ? process.env[variableOf(name)]
      : field.kind === 'boolean'
        ? given.isOn(flag) || undefined
        : given.text(flag);
    if (value === undefined) continue;
    if (!isSecret(field) && isSourceKind(kind) && !kinds.includes(kind)) {
      throw new UsageError(`--${flag} is for the sources ${kinds.join(', ')}, and not for ${kind}.`);
    }
    values[name] = value;
  }
  return { kind, values: { ...(shown && valuesFor(kind, shown)), ...values } };
}

interface ShownSource {
  kind: SourceKindName;
  address: string;
  host?: string;
  port?: string;
}

/** What SOURCE means: `microphone`, a port, or an address, whose scheme says how it is opened. */
function sourceOfText(text: string): ShownSource {
  if (text === 'microphone' || text === 'mic') return { kind: 'microphone', address: '' };
  const [, protocol = 'tcp', host = '', port] =
    /^(?:(tcp|udp):(?:\/\/)?)?(?:(\[[^\]]*\]|[^:/]*):)?(\d+)\/?$/i.exec(text) ?? [];
  if (port !== undefined) {
    const kind = protocol.toLowerCase() === 'udp' ? 'udp' : 'tcp';
    return { kind, address: text, host: host.replace(/^\[|\]$/g, ''), port };
  }
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    throw new UsageError(
      `Expected SOURCE to be microphone, a port such as 4000 or udp:4000, or an address, got ${JSON.stringify(text.slice(0, 90))}.`,
    );
  }
  if (scheme === 'http' || scheme === 'https') return { kind: 'http', address: text };
  if (scheme === 'ws' || scheme === 'wss') return { kind: 'webSocket', address: text };
  if (scheme === 'wyoming') return { kind: 'satellite', address: text };
  return { kind: 'ffmpeg', address: text };
}

/** The values of SOURCE under the names that the kind has for them. A kind's first field is what it opens. */
function valuesFor(kind: string, { address, host, port }: ShownSource): Record<string, unknown> {
  if (!isSourceKind(kind)) return {};
  if (SOURCE_KINDS[kind].reach === 'port') {
    return { ...(port !== undefined && { port }), ...(host && { host }) };
  }
  const [first] = sourceFields(kind)[0] ?? [];
  return SOURCE_KINDS[kind].reach === 'address' && first !== undefined ? { [first]: address } : {};
}
