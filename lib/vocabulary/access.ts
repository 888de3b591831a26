import type { ProxyChoice } from '../base/proxy';
import { isContainerHost } from '../base/this-machine';
import { invalid } from './checks';
import { AsrError } from './errors';
import { isPrivate } from './regions';
import type { Endpoint } from './regions';

/**
 * The key as it is sent, or `undefined` where none is needed.
 * @throws AsrError `MISSING_API_KEY`; `INVALID_OPTION` for a key that cannot be one, and for an address where anybody
 * on the way could read it.
 */
export function checkApiKey(given: string | undefined, endpoint: Endpoint): string | undefined {
  const apiKey = given?.trim();
  if (!apiKey) {
    if (!endpoint.needsApiKey) return undefined;
    throw new AsrError(
      'MISSING_API_KEY',
      `The service (${endpoint.label}) needs an API key, and none was given.`,
    );
  }
  // A line break or a control character would end the header. The error must not show the value.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw invalid(
      'apiKey',
      'The API key has spaces, line breaks or characters that no key has. Copy it again.',
    );
  }
  const isOwnHost = endpoint.region === 'local' && isContainerHost(new URL(endpoint.baseUrl).hostname);
  if (!isPrivate(endpoint.baseUrl) && !isOwnHost) {
    throw invalid(
      'address',
      `An API key is sent only over wss:// or to this machine (in a container, host.docker.internal with the region local), and ${endpoint.baseUrl} is neither.`,
    );
  }
  return apiKey;
}

/** @throws AsrError `INVALID_OPTION`, without the address because that may contain a password. */
export function checkProxy(proxy: ProxyChoice | undefined): ProxyChoice | undefined {
  if (!proxy) return proxy;
  if (/^https?:\/\/[^/]/i.test(proxy) && URL.canParse(proxy)) return proxy;
  throw invalid('proxy', 'Expected `proxy` to be an address such as http://proxy:3128, or false for none.');
}
