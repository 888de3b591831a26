import { string } from '../base/json';
import type { JsonObject } from '../base/json';
import { serviceError } from '../protocol/service-errors';
import { AsrError } from '../vocabulary/errors';

export interface RefusedRequest {
  status: number;
  /** `{request_id, code, message}` (protocol.md E.2); `undefined` where the answer is no JSON object. */
  body: JsonObject | undefined;
  action: 'create' | 'list' | 'query' | 'update' | 'delete';
  /** The name of the endpoint for people. */
  label: string;
}

/** The error for an answer of the service that is a refusal. */
export function refusalOf({ status, body, action, label }: RefusedRequest): AsrError {
  const code = string(body?.code) ?? '';
  const said = (string(body?.message) ?? '').slice(0, 300);
  const requestId = string(body?.request_id);
  const details = {
    httpStatus: status,
    ...(code && { serviceCode: code }),
    ...(requestId && { requestId }),
  };
  const what = `The service (${label}) refused to ${action} ${action === 'list' ? 'hot-word lists' : 'the hot-word list'}`;
  const reason = said ? `: ${said.replace(/\.$/, '')}` : '';
  const inWords = `${what}${reason} [${code || `HTTP ${status}`}].`;

  if (status >= 300 && status < 400)
    return new AsrError(
      'REQUEST_REJECTED',
      `${what}: it answered HTTP ${status}, which leads to another address. The key is not sent there; give that address instead.`,
      details,
    );
  if (status === 401 || status === 403)
    return new AsrError(
      'AUTHENTICATION',
      `${inWords} Keys are per region: check that the key belongs to this one. Hot-word lists exist only in the account's primary workspace.`,
      details,
    );
  if (/ResourceNotExist/i.test(code))
    return new AsrError(
      'HOT_WORD_LIST_NOT_FOUND',
      `${inWords} List the hot-word lists of this region and account to see their ids.`,
      details,
    );
  if (action === 'create' && /^Throttling\.AllocationQuota$/i.test(code))
    return new AsrError(
      'HOT_WORD_LISTS_FULL',
      `${inWords} The account has as many hot-word lists as it may. Delete one, or update one instead.`,
      details,
    );
  if (status === 429)
    return new AsrError('THROTTLED', `${inWords} Wait and try again.`, { ...details, retryable: true });
  if (code === '' && (status === 404 || status === 405 || status === 426))
    return new AsrError(
      'REQUEST_REJECTED',
      `${what}: nothing answers for hot-word lists at this address (HTTP ${status}). Check the address and its path.`,
      details,
    );
  if (/^InvalidParameter/i.test(code) || code === '')
    return status >= 500
      ? new AsrError('SERVICE_ERROR', `${inWords} The service has a fault; try again.`, {
          ...details,
          retryable: true,
        })
      : new AsrError('REQUEST_REJECTED', inWords, details);
  return named(
    serviceError({ code, message: said, ...(requestId && { requestId }) }, 'REQUEST_REJECTED', what),
    status,
  );
}

/** The same error with the status, which WebSocket errors do not have. */
function named(error: AsrError, httpStatus: number): AsrError {
  const { code, message, retryable, serviceCode, requestId } = error;
  return new AsrError(code, message, {
    httpStatus,
    retryable: retryable || httpStatus >= 500,
    ...(serviceCode !== undefined && { serviceCode }),
    ...(requestId !== undefined && { requestId }),
  });
}
