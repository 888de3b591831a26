import type { IncomingMessage } from 'node:http';

/** The protocol of the page's WebSocket. Its ticket stands beside it, because addresses are logged. */
export const SUBPROTOCOL = 'asr-microphone';

/** The ticket in a request for a WebSocket; empty where there is none. */
export function ticketIn({ headers }: IncomingMessage): string {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  return offered.includes(SUBPROTOCOL) ? (offered.find((one) => one !== SUBPROTOCOL) ?? '') : '';
}

/**
 * Whether a page of another site asks. A browser always says the origin. A proxy may put its own name into `Host`, and
 * then says the former one; no page can say either.
 */
export function isForeign({ headers }: IncomingMessage): boolean {
  const { origin = '', host } = headers;
  const before = headers['x-forwarded-host'];
  return ![host, before].includes(origin.replace(/^https?:\/\//i, ''));
}
