import type { Node, NodeAPI } from 'node-red';
import { AsrError, resolveEndpoint } from '../../lib';
import { isCloudRegion } from '../../lib/hosts';
import type { ConnectionPool, Region, SessionOptions } from '../../lib';

import { proxyOfNode } from './proxy-node';

const DEFAULT_KEY_VARIABLE = 'DASHSCOPE_API_KEY';
/** The variable in which the vendor's SDKs look for the workspace (protocol.md E 18); a typed one has priority. */
const WORKSPACE_VARIABLE = 'DASHSCOPE_WORKSPACE_ID';

/** The settings of an `asr credentials` node in the editor, without the key. */
export interface ConnectionDef {
  region: Region;
  workspaceId: string;
  address: string;
  /** Where the key is stored: in this node's credentials, or in an environment variable. */
  keySource: 'credential' | 'env';
  keyVariable: string;
  /** Id of Node-RED's configuration node `http proxy`; empty where the environment decides. */
  proxy: string;
}

/** The session options that say where to connect, and with which key. */
export type ConnectionSettings = Pick<
  SessionOptions,
  'region' | 'workspaceId' | 'address' | 'apiKey' | 'proxy'
>;

export interface AsrCredentialsNode extends Node<{ apiKey?: string }> {
  /** Called for each session, because an environment variable may have changed. */
  connection(): ConnectionSettings;
  /**
   * Shared by all sessions with these credentials, so that the next one needs no handshake where the protocol allows
   * that.
   */
  readonly pool: ConnectionPool;
  /** The deployed settings, without the key. */
  readonly deployed: ConnectionDef;
}

export function isCredentialsNode(node: Node): node is AsrCredentialsNode {
  return node.type === 'asr-credentials' && 'connection' in node;
}

/** Region, workspace and address. A field that only belongs to another region is ignored. */
export function endpointOf(def: ConnectionDef): Omit<ConnectionSettings, 'apiKey' | 'proxy'> {
  const { region } = def;
  const workspaceId = def.workspaceId.trim();
  const address = def.address.trim();
  const isCloud = isCloudRegion(region);
  return {
    region,
    ...(isCloud && workspaceId && { workspaceId }),
    ...(!isCloud && address && { address }),
  };
}

/**
 * The connection with its key.
 * @throws AsrError `MISSING_API_KEY` when the region needs a key and the environment variable is not set.
 */
export function connectionOf(
  RED: NodeAPI,
  node: Node | undefined,
  def: ConnectionDef,
  storedKey: string | undefined,
): ConnectionSettings {
  const endpoint = wayOf(RED, def);
  if (def.keySource !== 'env') {
    const apiKey = storedKey?.trim();
    return { ...endpoint, ...(apiKey && { apiKey }) };
  }
  const apiKey = keyFromEnvironment(RED, node, def);
  const isCloud = isCloudRegion(endpoint.region);
  const workspaceId = isCloud ? variableOf(RED, node, WORKSPACE_VARIABLE) : undefined;
  return { ...(workspaceId && { workspaceId }), ...endpoint, ...(apiKey && { apiKey }) };
}

/** The endpoint, and the proxy for it. */
export function wayOf(RED: NodeAPI, def: ConnectionDef): Omit<ConnectionSettings, 'apiKey'> {
  const endpoint = endpointOf(def);
  const proxy = def.proxy ? proxyOfNode(RED, def.proxy, resolveEndpoint(endpoint).baseUrl) : undefined;
  return { ...endpoint, ...(proxy !== undefined && { proxy }) };
}

function keyFromEnvironment(RED: NodeAPI, node: Node | undefined, def: ConnectionDef): string | undefined {
  const variable = def.keyVariable.trim() || DEFAULT_KEY_VARIABLE;
  const value = variableOf(RED, node, variable);
  if (value !== undefined) return value;
  if (!resolveEndpoint(endpointOf(def)).needsApiKey) return undefined;
  throw new AsrError('MISSING_API_KEY', RED._('asr-credentials.error.variable-not-set', { variable }), {
    param: 'apiKey',
  });
}

/** A variable of the flow, group or subflow has priority over one of the process, as everywhere in Node-RED. */
function variableOf(RED: NodeAPI, node: Node | undefined, name: string): string | undefined {
  const value: unknown = node ? RED.util.getSetting(node, name) : process.env[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
