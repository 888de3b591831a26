import { afterReading } from '../base/after-reading';
import { certificateAdvice } from '../base/certificate-fault';
import { errorOf, causeOf, codeOf } from '../base/error-details';
import { shortened } from '../base/excerpt';
import { fetchVia } from '../base/http-request';
import type { Fetch } from '../base/http-request';
import type { ProxyChoice } from '../base/proxy';
import { object, parseObject } from '../base/json';
import type { JsonObject } from '../base/json';
import { AsrError } from '../vocabulary/errors';
import type { Endpoint } from '../vocabulary/regions';
import { refusalOf } from './refusal';

/** protocol.md E.2 */
const PATH = '/api/v1/services/audio/asr/customization';
/** A list of 500 words takes about 50 kB. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Where requests go, and with what. */
export interface RequestPlace {
  endpoint: Endpoint;
  apiKey: string | undefined;
  proxy: ProxyChoice | undefined;
  timeoutMs: number;
  /** Used instead of the built-in fetch; the proxy is then its own affair. */
  fetch: Fetch | undefined;
}

/** A request as the service takes it. */
export interface ServiceRequest {
  action: 'create' | 'list' | 'query' | 'update' | 'delete';
  fields: JsonObject;
  signal: AbortSignal | undefined;
}

/**
 * Sends one request for hot-word lists.
 * @returns The `output` of the answer; an empty object where it has none.
 * @throws AsrError Never with the key in its texts, even where the service repeats it.
 */
export async function askService(place: RequestPlace, request: ServiceRequest): Promise<JsonObject> {
  const { endpoint, apiKey } = place;
  const { status, text } = await post(place, request);
  const body = parseObject(withoutKey(text, apiKey));
  if (status >= 300 || typeof body?.code === 'string')
    throw refusalOf({ status, body, action: request.action, label: endpoint.label });
  if (body) return object(body.output) ?? {};
  const message = `The service (${endpoint.label}) answered a request for hot-word lists with something that is no JSON: ${shortened(withoutKey(text, apiKey))}.`;
  throw new AsrError('SERVICE_ERROR', message, { httpStatus: status });
}

async function post(
  place: RequestPlace,
  { action, fields, signal }: ServiceRequest,
): Promise<{ status: number; text: string }> {
  const { endpoint, apiKey, proxy, timeoutMs } = place;
  const bound = new AbortController();
  const cancelBound = afterReading(timeoutMs, () => {
    bound.abort();
  });
  try {
    signal?.throwIfAborted();
    const response = await (place.fetch ?? fetchVia(proxy))(addressOf(endpoint), {
      method: 'POST',
      headers: {
        ...(apiKey && { Authorization: `Bearer ${apiKey}` }),
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ model: 'speech-biasing', input: { action: `${action}_vocabulary`, ...fields } }),
      // A redirect would carry the key to another host.
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, bound.signal]) : bound.signal,
    });
    return { status: response.status, text: await textOf(response, endpoint) };
  } catch (cause) {
    if (cause instanceof AsrError) throw cause;
    if (signal?.aborted) throw new AsrError('ABORTED', 'The request for hot-word lists was aborted.');
    if (bound.signal.aborted) throw timeout(place, action);
    throw unreachable(place, cause);
  } finally {
    cancelBound();
  }
}

function addressOf({ baseUrl }: Endpoint): URL {
  return new URL(baseUrl.replace(/^ws/, 'http') + PATH);
}

async function textOf(response: Response, { label }: Endpoint): Promise<string> {
  if (!response.body) return '';
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body) {
    bytes += piece.length;
    pieces.push(piece);
    if (bytes <= MAX_ANSWER_BYTES) continue;
    // Leaving the loop cancels the rest of the body.
    throw new AsrError(
      'SERVICE_ERROR',
      `The service (${label}) answered a request for hot-word lists with more than ${MAX_ANSWER_BYTES} bytes. Check the address: this is no answer of the service.`,
      { httpStatus: response.status },
    );
  }
  return Buffer.concat(pieces).toString('utf8');
}

function timeout({ endpoint, timeoutMs }: RequestPlace, action: ServiceRequest['action']): AsrError {
  const isDone = action === 'create' || action === 'delete';
  const advice = isDone
    ? 'It may have been done nevertheless: list the hot-word lists before trying again.'
    : 'Try again.';
  const message = `The service (${endpoint.label}) did not answer a request for hot-word lists within ${timeoutMs} ms. ${advice}`;
  return new AsrError('REQUEST_TIMEOUT', message, { retryable: !isDone });
}

function unreachable({ endpoint, apiKey }: RequestPlace, thrown: unknown): AsrError {
  // `fetch` itself only says "fetch failed"; the reason is in its cause.
  const cause = causeOf(thrown);
  const reason = errorOf(cause instanceof Error ? cause : thrown);
  const said = reason.message || codeOf(reason) || reason.name;
  const told = withoutKey(said, apiKey);
  const advice =
    certificateAdvice(reason) || (endpoint.region === 'local' ? ' Start it with `flow-asr service`.' : '');
  const message = `Cannot connect to the service (${endpoint.label}): ${shortened(told)}.${advice}`;
  return new AsrError('CONNECT_FAILED', message, {
    retryable: true,
    ...(told === said && { cause: reason }),
  });
}

function withoutKey(text: string, apiKey: string | undefined): string {
  return apiKey ? text.replaceAll(apiKey, '***') : text;
}
