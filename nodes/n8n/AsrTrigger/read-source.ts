import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { createSource, isSourceKind, operatorFolders, sourceFields } from '../../../lib/hosts';
import type { LiveSource, SourceField } from '../../../lib/hosts';
import { egressGuard, hostFetch } from '../shared/egress';
import type { NetworkHelpers } from '../shared/egress';
import { isTopLevel } from './source-properties';

type Parameter = (name: string, fallback: unknown) => unknown;

/**
 * The source that the fields of source-properties.ts describe.
 * @param rateHz Rate of the session, which recorders are asked for.
 * @param network n8n's rules for connections.
 * @throws AsrError `INVALID_OPTION`
 */
export function readSource(parameter: Parameter, rateHz: number, network: NetworkHelpers): LiveSource {
  const kind = String(parameter('source', '')).trim();
  const options = parameter('options', {}) as IDataObject;
  const fields = isSourceKind(kind) ? sourceFields(kind) : [];
  const values = fields.map(([name, field]) => {
    const value = isTopLevel(name) ? parameter(name, '') : bounded(field, options[name]);
    return [name, value] as const;
  });
  return createSource(kind, Object.fromEntries(values), {
    rateHz,
    fetch: hostFetch(network),
    guard: egressGuard(network),
    fileFolders: fileFolders(),
  });
}

/** An expression may give anything. Of a limit it gives the nearer bound; no number at all is the default. */
function bounded(field: SourceField, value: unknown): unknown {
  if (field.kind === 'number' || field.kind === 'integer') {
    const number = value === undefined || value === '' ? NaN : Number(value);
    return Number.isNaN(number) ? undefined : Math.min(Math.max(number, field.min), field.max);
  }
  if (field.kind === 'boolean') return value === true;
  return typeof value === 'string' ? value : undefined;
}

/**
 * The folders whose files the operator allows to be opened: FLOW_ASR_FILE_FOLDERS within n8n's own
 * N8N_RESTRICT_FILE_ACCESS_TO, which are separated by semicolons.
 */
function fileFolders(): string[] {
  const n8n = process.env.N8N_RESTRICT_FILE_ACCESS_TO?.split(';').map((folder) => folder.trim());
  const allowed = n8n?.filter(Boolean) ?? [];
  if (allowed.length === 0) return operatorFolders();
  return operatorFolders().filter((folder) =>
    allowed.some((base) => !path.relative(path.resolve(base), path.resolve(folder)).startsWith('..')),
  );
}
