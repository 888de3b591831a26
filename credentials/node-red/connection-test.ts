import type { NodeAPI } from 'node-red';
import { AsrError, DEFAULT_MODEL, REGIONS, resolveEndpoint } from '../../lib';
import { asAsrError, checkConnection, fieldsOf, isLoopback } from '../../lib/hosts';
import { connectionOf, endpointOf, wayOf } from './connection';
import type { AsrCredentialsNode, ConnectionSettings, ConnectionDef } from './connection';

/** The request of the editor: the fields of the dialog, saved or not, and the key only if it was just typed. */
export interface TestRequest extends ConnectionDef {
  apiKey?: string;
}

/** The result that the editor shows. It never contains a key. */
export interface TestResult {
  ok: boolean;
  /** The code of the error, so that the editor can show it in its own language. */
  code?: string;
  message: string;
  region: string;
  model: string;
  ms: number;
}

/** Opens a real session to see whether the service accepts it, and closes it again. */
export async function testConnection(
  RED: NodeAPI,
  deployed: AsrCredentialsNode | undefined,
  request: TestRequest,
): Promise<TestResult> {
  const startedAt = performance.now();
  let region: string = request.region;
  try {
    region = resolveEndpoint(endpointOf(request)).label;
    const { model, ms } = await checkConnection(chooseConnection(RED, deployed, request));
    const message = RED._('asr-credentials.test.ok', { region, model, ms });
    return { ok: true, message, region, model, ms };
  } catch (thrown) {
    const { code, message } = asAsrError(thrown, 'CONNECT_FAILED', region);
    return {
      ok: false,
      code,
      message,
      region,
      model: DEFAULT_MODEL,
      ms: Math.round(performance.now() - startedAt),
    };
  }
}

/**
 * The connection to test. A key that was not just typed is only sent where it is sent anyway: a stored key to the
 * address that it was deployed with, and one of the environment there or to the vendor's own hosts. Otherwise anybody
 * who may press the button could have the key sent to an address of their own.
 */
function chooseConnection(
  RED: NodeAPI,
  deployed: AsrCredentialsNode | undefined,
  request: TestRequest,
): ConnectionSettings {
  const typedKey = request.keySource === 'credential' ? request.apiKey : undefined;
  if (typedKey) return connectionOf(RED, deployed, request, typedKey);

  const endpoint = resolveEndpoint(endpointOf(request));
  if (deployed && isDeployed(deployed.deployed, request)) {
    return connectionOf(RED, deployed, request, deployed.credentials.apiKey);
  }
  if (request.keySource === 'env' && (endpoint.needsApiKey || isLoopback(endpoint))) {
    checkNamesKey(RED, request.keyVariable);
    return connectionOf(RED, deployed, request, undefined);
  }
  const hasNoKey = request.apiKey === '' || !deployed?.credentials.apiKey;
  if (request.keySource === 'credential' && hasNoKey) return wayOf(RED, request);
  throw new AsrError('MISSING_API_KEY', RED._('asr-credentials.test.deploy-first'), { param: 'apiKey' });
}

/**
 * Otherwise anybody who may press the button could have any variable of the process sent, such as its home folder.
 */
function checkNamesKey(RED: NodeAPI, variable: string): void {
  if (variable.trim() === '' || /(^|_)(API_?)?KEY(_|\d|$)/i.test(variable.trim())) return;
  const message = RED._('asr-credentials.test.no-key-variable', { variable: variable.slice(0, 100) });
  throw new AsrError('MISSING_API_KEY', message, { param: 'keyVariable' });
}

function isDeployed(deployed: ConnectionDef, request: TestRequest): boolean {
  const sameKey =
    deployed.keySource === request.keySource &&
    (request.keySource === 'credential' || deployed.keyVariable === request.keyVariable);
  return (
    sameKey &&
    deployed.proxy === request.proxy &&
    resolveEndpoint(endpointOf(deployed)).baseUrl === resolveEndpoint(endpointOf(request)).baseUrl
  );
}

/** Reads the body of the editor's request; a field that is no text counts as empty. */
export function parseTestRequest(body: unknown): TestRequest {
  const fields = fieldsOf(body);
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === 'string' ? value : '';
  };
  const region = REGIONS.find((known) => known === text('region')) ?? 'singapore';
  return {
    region,
    workspaceId: text('workspaceId'),
    address: text('address'),
    keySource: text('keySource') === 'env' ? 'env' : 'credential',
    keyVariable: text('keyVariable'),
    proxy: text('proxy'),
    // A field that was emptied differs from one that was not touched.
    ...(typeof fields.apiKey === 'string' && { apiKey: fields.apiKey }),
  };
}
