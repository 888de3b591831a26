import type {
  ICredentialsDecrypted,
  ICredentialTestFunctions,
  INodeCredentialTestResult,
} from 'n8n-workflow';
import { resolveEndpoint } from '../../lib';
import { asAsrError, checkConnection } from '../../lib/hosts';
import { connectionOf } from './connection';

/** The button "Test" of n8n: opens a real session and closes it again. The message never contains the key. */
export async function realtimeAsrConnectionTest(
  this: ICredentialTestFunctions,
  credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
  try {
    const connection = connectionOf(credential.data ?? {});
    const { label } = resolveEndpoint(connection);
    const { model, ms } = await checkConnection(connection);
    return { status: 'OK', message: `Connected to ${label} in ${ms} ms; the model ${model} is available.` };
  } catch (error) {
    return { status: 'Error', message: asAsrError(error, 'CONNECT_FAILED', 'The test failed').message };
  }
}
