import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import type { IHttpRequestOptions } from 'n8n-workflow';
import { AsrError } from '../../../lib';
import type { ConnectionPool, Environment, Fetch } from '../../../lib';
import { asResponse, fieldsOf, guardedConnect } from '../../../lib/hosts';
import type { EgressGuard } from '../../../lib/hosts';

/** n8n's protection for clients that are not its own, from 2.12 on. The types are those of an older version. */
interface EgressFilter {
  validateUrl: (url: URL) => Promise<{ ok: true } | { ok: false; error: Error }>;
  createSecureLookup: () => LookupFunction;
}

/** The helpers of an execution or a trigger for the network. */
export interface NetworkHelpers {
  httpRequest: (options: IHttpRequestOptions) => Promise<unknown>;
  getSecureEgressFilter?: () => EgressFilter;
}

interface FullResponse {
  body: Readable;
  headers: Record<string, unknown>;
  statusCode: number;
  statusMessage?: string;
}

/**
 * Fetches as n8n's own nodes do: through n8n's proxy, and never where its SSRF protection forbids it. Each redirect
 * is a request of its own, so it is checked like the first.
 */
export function hostFetch(helpers: NetworkHelpers): Fetch {
  return async (url, { method, headers, body, signal }) => {
    try {
      const answer = (await helpers.httpRequest({
        url: url.href,
        ...(method && { method }),
        ...(body !== undefined && { body }),
        headers: { accept: '*/*', ...headers },
        encoding: 'stream',
        returnFullResponse: true,
        disableFollowRedirect: true,
        ignoreHttpStatusErrors: true,
        abortSignal: signal,
      })) as FullResponse;
      const { statusCode: status, statusMessage: statusText = '' } = answer;
      return asResponse(answer.body, { status, statusText, headers: answer.headers });
    } catch (error) {
      throw withoutRequest(refusalOf(error, url.hostname) ?? error);
    }
  };
}

/** n8n's rules for connections outside of its own client; `undefined` in a version that has none. */
export function egressGuard(helpers: NetworkHelpers): EgressGuard | undefined {
  const filter = helpers.getSecureEgressFilter?.();
  if (!filter) return undefined;
  return {
    lookup: filter.createSecureLookup(),
    check: async (url) => {
      const result = await filter.validateUrl(url);
      if (!result.ok) throw refusalOf(result.error, url.hostname) ?? result.error;
    },
  };
}

/** The environment of sessions in this n8n, whose connections come from the pool. */
export function sessionEnvironment(
  helpers: NetworkHelpers,
  { connect }: ConnectionPool,
): Partial<Environment> {
  const guard = egressGuard(helpers);
  return { connect: guard ? guardedConnect(connect, guard) : connect };
}

/** Turns the refusal of n8n's SSRF protection into a message that says what to do. */
function refusalOf(error: unknown, hostname: string): AsrError | undefined {
  const { name, cause } = fieldsOf(error);
  if (![name, fieldsOf(cause).name].some((one) => typeof one === 'string' && one.startsWith('SsrfBlocked')))
    return undefined;
  return new AsrError(
    'CONNECT_FAILED',
    `n8n's SSRF protection does not let nodes connect to ${hostname}. ` +
      'Whoever runs n8n can allow it in N8N_SSRF_ALLOWED_HOSTNAMES or N8N_SSRF_ALLOWED_IP_RANGES.',
  );
}

/** n8n's client puts the request with its headers into errors, where a password may be. */
function withoutRequest(error: unknown): Error {
  if (error instanceof AsrError) return error;
  const { message, code, name } = error as NodeJS.ErrnoException;
  return Object.assign(new Error(message || code || name), code !== undefined && { code });
}
