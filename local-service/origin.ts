import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** What the service knows of itself. */
export interface OwnAddress {
  /** The address that it listens on, as it was given. */
  host: string;
  /** Whether callers must know a key. */
  hasKey: boolean;
}

/**
 * Whether a web page may speak to the service. Browsers say in `Origin` where a page comes from, and do not stop it from
 * opening a WebSocket to this machine: the service has to.
 *
 * Without `Origin` it is no browser, and may. `null` is a file, or a frame that any page can make: it may not. Pages of
 * this machine may, and so may the service's own address, which the vendor's Python SDK sends (protocol.md C.1).
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

/** Behind another port is another service. */
function isSameHost(page: URL, host: string): boolean {
  const asked = `${page.protocol}//${host}`;
  return URL.canParse(asked) && new URL(asked).host === page.host;
}

/**
 * A page whose name was pointed at this machine afterwards (DNS rebinding) has itself as host. It cannot do that with an
 * address or with a name that is not its own, and it does not know the key.
 */
function isOwnName(name: string, { host, hasKey }: OwnAddress): boolean {
  const address = name.replace(/^\[|\]$/g, '');
  return hasKey || isIP(address) !== 0 || address === host.toLowerCase() || name === hostname().toLowerCase();
}
