import type { Node, NodeAPI } from 'node-red';
import type { ProxyChoice } from '../../lib';
import { findNode } from '../../nodes/node-red/shared/red';

/** Node-RED's own configuration node `http proxy`. */
interface ProxyNode extends Node<{ username?: string; password?: string }> {
  url: string;
  /** Hosts that are reached without the proxy. */
  noproxy?: string[];
}

function isProxyNode(node: Node): node is ProxyNode {
  return node.type === 'http proxy' && 'url' in node;
}

/**
 * The proxy for this address according to a proxy node, with the rules of Node-RED's `http request`: the environment
 * counts only where no node is chosen.
 */
export function proxyOfNode(RED: NodeAPI, id: string, address: string): ProxyChoice | undefined {
  const node = findNode(RED, id, isProxyNode);
  if (!node) return undefined;
  const { url, noproxy = [], credentials } = node;
  if (noproxy.some((entry) => isMatch(entry.trim(), new URL(address)))) return false;
  const { username = '', password = '' } = credentials;
  if (!URL.canParse(url) || (username === '' && password === '')) return url;
  const proxy = new URL(url);
  proxy.username = encodeURIComponent(username);
  proxy.password = encodeURIComponent(password);
  return proxy.href;
}

/** `host`, `host:port`, `.domain`, `*.domain` or `*`. */
function isMatch(entry: string, { hostname, port, protocol }: URL): boolean {
  const [, name = '', entryPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
  if (name === '' || (entryPort && entryPort !== (port || (protocol === 'wss:' ? '443' : '80'))))
    return false;
  if (name.startsWith('*') || name.startsWith('.')) return hostname.endsWith(name.replace(/^\*/, ''));
  return hostname === name;
}
