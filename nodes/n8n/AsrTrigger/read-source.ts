import { createSource, isSourceKind, sourceFields } from '../../../lib/hosts';
import type { LiveSource, SourceField } from '../../../lib/hosts';
import { egressGuard, hostFetch } from '../shared/egress';
import type { NetworkHelpers } from '../shared/egress';
import { Fields } from '../shared/fields';
import { fileFolders } from '../shared/file-folders';
import { fieldsOf } from '../shared/session-options';
import type { ParameterSource } from '../shared/session-options';
import { isTopLevel } from './source-properties';

/**
 * The source that the fields of source-properties.ts describe.
 * @param rateHz Rate of the session, which recorders are asked for.
 * @param model Of the session, which clients of the source are told.
 * @param secrets Fields that stand in credentials and not in the workflow.
 * @param network n8n's rules for connections.
 * @throws AsrError `INVALID_OPTION`
 */
export function readSource(
  parameter: ParameterSource['parameter'],
  secrets: Readonly<Record<string, unknown>>,
  rateHz: number,
  model: string,
  network: NetworkHelpers,
): LiveSource {
  const node = fieldsOf(parameter);
  const options = Fields.of('options', parameter('options', {}));
  const kind = node.text('source');
  const fields = isSourceKind(kind) ? sourceFields(kind) : [];
  const values = fields.map(([name, field]) => {
    if ('isSecret' in field) return [name, secrets[name]] as const;
    const value = (isTopLevel(name) ? node : options).value(name);
    return [name, inOneLine(field, value)] as const;
  });
  return createSource(kind, Object.fromEntries(values), {
    rateHz,
    models: [model],
    fetch: hostFetch(network),
    guard: egressGuard(network),
    fileFolders: fileFolders(),
  });
}

/** A list of an expression is what the field has in one line. Anything else is the source's to refuse by its name. */
function inOneLine({ kind }: SourceField, value: unknown): unknown {
  const isList = kind === 'list' && Array.isArray(value) && value.every((one) => typeof one === 'string');
  return isList ? value.join(',') : value;
}
