import type { ClientRequest } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { proxyRefusal } from './proxy-refusal';

/** An agent that connects through the proxy by CONNECT, and keeps the proxy's answer. */
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

  /** The refusal of the proxy itself, which would otherwise look like one of the service. */
  get refusal(): Error | undefined {
    const status = this.#refusedWith;
    return status === undefined ? undefined : proxyRefusal(this.proxy.host, status);
  }
}
