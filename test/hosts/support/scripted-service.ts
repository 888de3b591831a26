import { startLocalService, type ScriptFile } from '../../../local-service';
import type { N8n } from './n8n';
import { createCredential, type Credential } from './n8n-workflows';

/** A service that hears what a script says, and credentials for it. */
export async function scriptedService(
  n8n: N8n,
  script: ScriptFile,
  apiKey: string,
): Promise<AsyncDisposable & { credential: Credential }> {
  const scripted = await startLocalService({ engine: 'script', script, apiKey, keepKeys: true });
  const data = { region: 'local', address: scripted.url, apiKey };
  return {
    credential: await createCredential(n8n, 'Scripted service', data),
    [Symbol.asyncDispose]: () => scripted.close(),
  };
}
