import type { ITriggerFunctions } from 'n8n-workflow';
import { isSourceKind, keysOf, SOURCE_KINDS, sourceFields } from '../../../lib/hosts';
import type { SourceFieldName, SourceKindName } from '../../../lib/hosts';

/** The name of the credentials class for secrets of sources. */
const SOURCE_CREDENTIALS = 'liveSourceApi';

const KINDS = keysOf(SOURCE_KINDS);

/** The secret fields of a kind. Workflows are exported, so they stand in credentials. */
function secretsOf(kind: SourceKindName): SourceFieldName[] {
  return sourceFields(kind).flatMap(([name, field]) => ('isSecret' in field ? [name] : []));
}

/** Every field that is secret in some kind. */
export const SECRET_FIELDS: readonly SourceFieldName[] = [...new Set(KINDS.flatMap(secretsOf))];

/** The kinds that have a secret. */
export const KINDS_WITH_SECRETS = KINDS.filter((kind) => secretsOf(kind).length > 0);

/** The secrets of the chosen source, where the user has chosen credentials for it. */
export async function readSecrets(
  context: ITriggerFunctions,
  source: string,
): Promise<Readonly<Record<string, unknown>>> {
  const hasSecrets = isSourceKind(source) && KINDS_WITH_SECRETS.includes(source);
  // n8n throws where credentials that are not required are not chosen.
  if (!hasSecrets || !context.getNode().credentials?.[SOURCE_CREDENTIALS]) return {};
  return context.getCredentials(SOURCE_CREDENTIALS);
}
