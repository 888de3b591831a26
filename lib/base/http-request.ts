import http from 'node:http';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { proxyFor, tunnelThrough } from './proxy';
import type { ProxyChoice } from './proxy';
import { proxyRefusal } from './proxy-refusal';

export interface HttpRequest {
  /** Default GET. */
  method?: 'GET' | 'POST';
  headers: Record<string, string>;
  /** The body of a POST. */
  body?: string;
  /** The caller follows redirects itself, because a secret must not be sent to another host. */
  redirect: 'manual';
  signal: AbortSignal;
}

/** One request, as by `fetch`. A host with rules for what may be fetched gives its own. */
export type Fetch = (url: URL, request: HttpRequest) => Promise<Response>;

/** Answers with these codes have no body, and `Response` accepts none. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * A `fetch` through the chosen proxy or that of the environment, which the `fetch` of Node.js 20 does not support.
 */
export function fetchVia(choice: ProxyChoice | undefined): Fetch {
  return async (url, request) => {
    const proxy = proxyFor(url.href, choice);
    return proxy ? throughProxy(url, proxy, request) : fetch(url, request);
  };
}

async function throughProxy(url: URL, proxy: URL, request: HttpRequest): Promise<Response> {
  return url.protocol === 'https:' ? throughTunnel(url, proxy, request) : fromProxy(url, proxy, request);
}

async function throughTunnel(
  url: URL,
  proxy: URL,
  { method = 'GET', headers, body, signal }: HttpRequest,
): Promise<Response> {
  const agent = tunnelThrough(proxy);
  const response = await answerOf(https.request(url, { method, headers, signal, agent }), body);
  if (!agent.refusal) return responseOf(response);
  response.destroy();
  throw agent.refusal;
}

/** The proxy itself fetches http addresses, because many proxies do not allow CONNECT to the port of plain http. */
async function fromProxy(
  url: URL,
  proxy: URL,
  { method = 'GET', headers, body, signal }: HttpRequest,
): Promise<Response> {
  const { hostname, port, protocol, username, password, host } = proxy;
  const pair = `${unescaped(username)}:${unescaped(password)}`;
  const authorization = username || password ? `Basic ${Buffer.from(pair).toString('base64')}` : undefined;
  const { request } = protocol === 'https:' ? https : http;
  const response = await answerOf(
    request({
      method,
      protocol,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: url.href,
      setHost: false,
      headers: {
        ...headers,
        host: url.host,
        ...(authorization && { 'proxy-authorization': authorization }),
      },
      signal,
    }),
    body,
  );
  if (response.statusCode !== 407) return responseOf(response);
  response.destroy();
  throw proxyRefusal(host, 407);
}

function answerOf(request: http.ClientRequest, body?: string): Promise<IncomingMessage> {
  // The body of the answer reports a later failure.
  request.on('error', () => undefined).end(body);
  return new Promise((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
}

function responseOf(message: IncomingMessage): Response {
  const { statusCode = 0, statusMessage = '', headers } = message;
  return asResponse(message, { status: statusCode, statusText: statusMessage, headers });
}

/** Turns the answer of another client into the `Response` of `fetch`. */
export function asResponse(
  body: Readable,
  { status, statusText, headers }: { status: number; statusText: string; headers: object },
): Response {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  if (!WITHOUT_BODY.has(status)) {
    // The types of a web stream are not those of a body, although they are one thing.
    const stream = Readable.toWeb(body) as unknown as BodyInit;
    return new Response(stream, { status, statusText, headers: entries });
  }
  body.destroy();
  return new Response(null, { status, statusText, headers: entries });
}

/** A user or a password of an address. People write a raw `%` there, which is no escape. */
export function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
