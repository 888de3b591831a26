import type { Agent } from 'node:http';
import { getProxyForUrl } from 'proxy-from-env';
import { isContainerHost, isLoopbackHost } from './this-machine';
import type * as TunnelModule from './tunnel';

/**
 * The proxy that connections go through: its address, such as `http://user:password@proxy:3128`, or `false` for none.
 * Left out, the environment decides: `HTTPS_PROXY` for `https://` and `wss://`, `HTTP_PROXY` for `http://` and `ws://`,
 * `ALL_PROXY` for all, in capitals or not, without the hosts in `NO_PROXY`. Connections to this machine never take a
 * proxy of the environment.
 */
export type ProxyChoice = string | false;

/** What goes through a proxy. Described here, so that nobody needs the types of the package that does it. */
export type TunnelAgent = Agent & {
  /** The proxy's own refusal, which otherwise looks like one of the service. */
  readonly refusal: Error | undefined;
};

/**
 * The proxy on the way to this address; `undefined` for the direct way.
 * @throws Error for a proxy that speaks neither http nor https
 */
export function proxyFor(url: string, choice: ProxyChoice | undefined): URL | undefined {
  const proxy = choice ?? fromEnvironment(url);
  return proxy ? proxyUrl(proxy) : undefined;
}

/**
 * The way through the proxy for a WebSocket to this address; `undefined` for the direct one.
 * @throws Error for a proxy that speaks neither http nor https
 */
export function tunnelTo(url: string, choice: ProxyChoice | undefined): TunnelAgent | undefined {
  const proxy = proxyFor(url, choice);
  return proxy && tunnelThrough(proxy);
}

/** An agent that asks this proxy to CONNECT. */
export function tunnelThrough(proxy: URL): TunnelAgent {
  // Most processes have no proxy, and need not load what speaks to one.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const tunnel = require('./tunnel') as typeof TunnelModule;
  return new tunnel.Tunnel(proxy);
}

function fromEnvironment(url: string): string {
  const { hostname } = new URL(url);
  if (isLoopbackHost(hostname) || isContainerHost(hostname)) return '';
  // What people set is named after the schemes of HTTP.
  return getProxyForUrl(url.replace(/^ws/, 'http'));
}

function proxyUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  // The address may have a password in it, so it is not shown.
  throw new Error(
    `Expected a proxy such as http://proxy:3128, got ${url ? `one of ${url.protocol}` : 'no address'}`,
  );
}
