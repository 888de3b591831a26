import { certificateAdvice } from '../../base/certificate-fault';
import { parseObject, string } from '../../base/json';
import { AsrError } from '../../vocabulary/errors';
import type { Endpoint } from '../../vocabulary/regions';
import type { SocketEnd } from '../../transport/socket';

/** The error for the end of a connection. Its texts may be the service's own, without the key. */
export function errorOfEnd(end: SocketEnd, { label, region }: Endpoint, wasAccepted: boolean): AsrError {
  switch (end.kind) {
    case 'refused':
      return refusal(label, end.httpStatus, end.body);
    case 'failed': {
      const advice =
        certificateAdvice(end.error) || (region === 'local' ? ' Start it with `flow-asr service`.' : '');
      const message = `Cannot connect to the service (${label}): ${end.error.message}.${advice}`;
      return new AsrError('CONNECT_FAILED', message, { retryable: !end.isThrown, cause: end.error });
    }
    case 'closed':
      return closed(label, end, wasAccepted);
  }
}

/** The same end with the service's own texts changed. */
export function endInOtherWords(end: SocketEnd, change: (text: string) => string): SocketEnd {
  if (end.kind === 'refused') return { ...end, body: change(end.body) };
  if (end.kind === 'closed') return { ...end, reason: change(end.reason) };
  const message = change(end.error.message);
  return message === end.error.message ? end : { ...end, error: new Error(message) };
}

function refusal(label: string, httpStatus: number, body: string): AsrError {
  const said = body ? ` It said: ${body.slice(0, 300)}` : '';
  const details = { httpStatus, ...idsOf(body) };
  if (httpStatus === 401 || httpStatus === 403) {
    const message =
      `The service (${label}) refused the API key (HTTP ${httpStatus}). Keys are per region: ` +
      `check that the key belongs to this one.${said}`;
    return new AsrError('AUTHENTICATION', message, details);
  }
  if (httpStatus === 429) {
    const message = `The service (${label}) has too many requests (HTTP 429).${said}`;
    return new AsrError('THROTTLED', message, { ...details, retryable: true });
  }
  const message = `The service (${label}) answered HTTP ${httpStatus}, not a WebSocket.${said}`;
  return new AsrError('CONNECT_FAILED', message, { ...details, retryable: httpStatus >= 500 });
}

/**
 * A refusal is JSON with the code and the id of the request, like every HTTP answer of the service (protocol.md E.2).
 */
function idsOf(body: string): { serviceCode?: string; requestId?: string } {
  const answer = parseObject(body);
  const code = string(answer?.code);
  const requestId = string(answer?.request_id);
  return { ...(code && { serviceCode: code }), ...(requestId && { requestId }) };
}

function closed(
  label: string,
  { closeCode, reason, error: cause }: Extract<SocketEnd, { kind: 'closed' }>,
  wasAccepted: boolean,
): AsrError {
  const details = { closeCode, ...(cause && { cause }) };
  const why = reason ? `${closeCode}, ${reason}` : String(closeCode);
  // 1011 soon after the handshake means that this host does not have the model (protocol.md A.2).
  if (closeCode === 1011 && !wasAccepted) {
    const message = `The service (${label}) does not have this model (closed with ${why}).`;
    return new AsrError('MODEL_UNAVAILABLE', message, details);
  }
  if (closeCode === 1007 || closeCode === 1008 || closeCode === 1009) {
    const message = `The service (${label}) refused what was sent to it (closed with ${why}).`;
    return new AsrError('PROTOCOL_REJECTED', message, details);
  }
  const message = `The connection to the service (${label}) was lost (closed with ${why}).`;
  return new AsrError('CONNECTION_LOST', message, { ...details, retryable: true });
}
