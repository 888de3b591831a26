import type { Agent } from 'node:http';
import { getProxyForUrl } from 'proxy-from-env';
import { isLoopback } from '../vocabulary/regions';
import type { ProxyChoice } from './socket';
import type * as TunnelModule from './tunnel';

/** What goes through a proxy. Described here, so that nobody needs the types of the package that does it. */
export type TunnelAgent = Agent & {
  /** The proxy's own refusal, which otherwise looks like one of the service. */
  readonly refusal: Error | undefined;
};

/**
 * The way through the proxy for a WebSocket to this address; `undefined` for the direct one.
 * @throws Error for a proxy that speaks neither http nor https
 */
export function tunnelTo(url: string, choice: ProxyChoice | undefined): TunnelAgent | undefined {
  const proxy = choice ?? fromEnvironment(url);
  if (!proxy) return undefined;
  // Most processes have no proxy, and need not load what speaks to one.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const tunnel = require('./tunnel') as typeof TunnelModule;
  return new tunnel.Tunnel(proxyUrl(proxy));
}

function fromEnvironment(url: string): string {
  // What people set is named after the schemes of HTTP.
  return isLoopback({ baseUrl: url }) ? '' : getProxyForUrl(url.replace(/^ws/, 'http'));
}

function proxyUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  // The address may have a password in it, so it is not shown.
  throw new Error(
    `Expected a proxy such as http://proxy:3128, got ${url ? `one of ${url.protocol}` : 'no address'}`,
  );
}
