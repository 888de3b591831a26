import type { Agent } from 'node:http';
import { getProxyForUrl } from 'proxy-from-env';
import { isContainerHost, isLoopbackHost } from './this-machine';
import type * as TunnelModule from './tunnel';

/**
 * The proxy for connections: its address, such as `http://user:password@proxy:3128`, or `false` for none. By default
 * the environment decides: `HTTPS_PROXY` for `https://` and `wss://`, `HTTP_PROXY` for `http://` and `ws://`,
 * `ALL_PROXY` for all, in upper or lower case, except for the hosts in `NO_PROXY`. Connections to this machine never
 * use a proxy of the environment.
 */
export type ProxyChoice = string | false;

/**
 * An agent whose connections go through a proxy. It is described here so that users of this package do not need the
 * types of the one that implements it.
 */
export type TunnelAgent = Agent & {
  /** The refusal of the proxy itself, which would otherwise look like one of the service. */
  readonly refusal: Error | undefined;
};

/**
 * The proxy for this address; `undefined` for a direct connection.
 * @throws Error for a proxy that is neither http nor https.
 */
export function proxyFor(url: string, choice: ProxyChoice | undefined): URL | undefined {
  const proxy = choice ?? fromEnvironment(url);
  return proxy ? proxyUrl(proxy) : undefined;
}

/**
 * The agent for a WebSocket to this address; `undefined` for a direct connection.
 * @throws Error for a proxy that is neither http nor https.
 */
export function tunnelTo(url: string, choice: ProxyChoice | undefined): TunnelAgent | undefined {
  const proxy = proxyFor(url, choice);
  return proxy && tunnelThrough(proxy);
}

/** An agent that connects through this proxy by CONNECT. */
export function tunnelThrough(proxy: URL): TunnelAgent {
  // Most processes have no proxy and need not load this module.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const tunnel = require('./tunnel') as typeof TunnelModule;
  return new tunnel.Tunnel(proxy);
}

function fromEnvironment(url: string): string {
  const { hostname } = new URL(url);
  if (isLoopbackHost(hostname) || isContainerHost(hostname)) return '';
  // The environment variables are named after the schemes of HTTP.
  return getProxyForUrl(url.replace(/^ws/, 'http'));
}

function proxyUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  // The address may contain a password, so it is not shown.
  throw new Error(
    `Expected a proxy such as http://proxy:3128, got ${url ? `one of ${url.protocol}` : 'no address'}`,
  );
}
