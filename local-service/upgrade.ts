import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ScriptUpgrade } from './script/schema';

export type Protocol = 'qwen-realtime' | 'run-task';

/** An HTTP status with the service's JSON body. */
export type Refusal = Exclude<ScriptUpgrade, { hang: true }>;

/** The paths of the protocols (protocol.md A.1, B.1); a trailing slash is optional. */
export function protocolOf(pathname: string): Protocol | undefined {
  switch (pathname.replace(/\/$/, '')) {
    case '/api-ws/v1/realtime':
      return 'qwen-realtime';
    case '/api-ws/v1/inference':
      return 'run-task';
    default:
      return undefined;
  }
}

/** The URL of a request; `undefined` when its target is no address, such as `//`. */
export function urlOf(request: IncomingMessage): URL | undefined {
  const base = 'ws://service';
  const { url = '/' } = request;
  return URL.canParse(url, base) ? new URL(url, base) : undefined;
}

/**
 * Checks the key of an upgrade request: `Authorization: Bearer …` in any case, or for browsers on `/inference` the
 * query `api_key` (protocol.md A.2, B.1).
 * @param apiKey The service's key; `undefined` accepts everybody.
 * @returns `undefined` when the request may pass, else the documented message.
 */
export function refuseKey(
  request: IncomingMessage,
  url: URL,
  apiKey: string | undefined,
): string | undefined {
  if (apiKey === undefined) return undefined;
  const given =
    /^bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1] ??
    (protocolOf(url.pathname) === 'run-task' ? url.searchParams.get('api_key') : null);
  if (!given) return 'No API-key provided.';
  return sameSecret(given, apiKey) ? undefined : 'Invalid API-key provided.';
}

/** Compares in constant time; hashing first makes the lengths equal. */
function sameSecret(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Answers an upgrade request with an HTTP status and the service's JSON body. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const { status, code, message, retryAfterSeconds } = refusal;
  const statusText = STATUS_CODES[status] ?? 'Error';
  const body = JSON.stringify({
    request_id: randomUUID(),
    code: code ?? statusText.replaceAll(' ', ''),
    message: message ?? statusText,
  });
  const head = [
    `HTTP/1.1 ${status} ${statusText}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]),
  ];
  // The caller may leave its side open forever.
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
