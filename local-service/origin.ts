import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** The service's own address. */
export interface OwnAddress {
  /** The configured address to listen on. */
  host: string;
  /** Whether callers need a key. */
  hasKey: boolean;
}

/**
 * Whether a web page may use the service. Browsers name the origin of a page in `Origin`, and do not stop it from
 * opening a WebSocket to this machine, so the service has to.
 *
 * A request without `Origin` does not come from a browser and is allowed. `null` is a file, or a frame that any page
 * can make, and is refused. Pages of this machine are allowed, and so is the service's own address, which the
 * vendor's Python SDK sends (protocol.md C.1).
 */
export function isAllowedOrigin({ headers }: Pick<IncomingMessage, 'headers'>, own: OwnAddress): boolean {
  const { origin, host = '' } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.host === '' || !/^(https?|wss?):$/.test(page.protocol)) return false;
  if (isLoopback(page.hostname)) return true;
  return isSameHost(page, host) && isOwnName(page.hostname, own);
}

function isLoopback(name: string): boolean {
  return (
    name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d+){3}$/.test(name)
  );
}

/** Another port is another service. */
function isSameHost(page: URL, host: string): boolean {
  const asked = `${page.protocol}//${host}`;
  return URL.canParse(asked) && new URL(asked).host === page.host;
}

/**
 * A page whose host name was pointed at this machine (DNS rebinding) has that name as host. It cannot do so with an
 * address or with a foreign name, and it does not know the key.
 */
function isOwnName(name: string, { host, hasKey }: OwnAddress): boolean {
  const address = name.replace(/^\[|\]$/g, '');
  return hasKey || isIP(address) !== 0 || address === host.toLowerCase() || name === hostname().toLowerCase();
}
