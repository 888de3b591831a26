import type { ClientRequest } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { isLoopback } from '../vocabulary/regions';

/**
 * The proxy that connections go through: its address, such as `http://user:password@proxy:3128`, or `false` for none.
 * Left out, the environment decides: `HTTPS_PROXY` for `wss://`, `HTTP_PROXY` for `ws://`, `ALL_PROXY` for both, in
 * capitals or not, without the hosts in `NO_PROXY`. Connections to this machine never take a proxy of the environment.
 */
export type ProxyChoice = string | false;

/**
 * The way through the proxy for a WebSocket to this address; `undefined` for the direct one.
 * @throws Error for a proxy that speaks neither http nor https
 */
export function tunnelTo(url: string, choice: ProxyChoice | undefined): Tunnel | undefined {
  const proxy = choice ?? fromEnvironment(url);
  return proxy ? new Tunnel(proxyUrl(proxy)) : undefined;
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

/** An agent that asks the proxy to CONNECT, and knows what the proxy answered. */
export class Tunnel extends HttpsProxyAgent<string> {
  #refusedWith: number | undefined;

  override connect(
    request: ClientRequest,
    options: Parameters<HttpsProxyAgent<string>['connect']>[1],
  ): ReturnType<HttpsProxyAgent<string>['connect']> {
    request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      if (statusCode !== 200) this.#refusedWith = statusCode;
    });
    return super.connect(request, options);
  }

  /** The proxy's own refusal, which otherwise looks like one of the service. */
  get refusal(): Error | undefined {
    const status = this.#refusedWith;
    if (status === undefined) return undefined;
    const advice =
      status === 407
        ? 'it wants a user and a password, as in http://user:password@proxy:3128'
        : 'it does not let connections to this address through';
    return new Error(`the proxy ${this.proxy.host} answered HTTP ${status}: ${advice}`);
  }
}
