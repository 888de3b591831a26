import type { ClientRequest } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { proxyRefusal } from './proxy-refusal';

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
    return status === undefined ? undefined : proxyRefusal(this.proxy.host, status);
  }
}
