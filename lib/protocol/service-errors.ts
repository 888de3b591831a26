import { AsrError } from '../vocabulary/errors';
import type { AsrErrorCode } from '../vocabulary/errors';

/** A failure as the service reports it, on either protocol. */
export interface ServiceErrorReport {
  /** `error.code` or `header.error_code`. */
  code: string;
  message: string;
  param?: string;
  /** `error.type`, where the protocol has one. */
  type?: string;
  sessionId?: string;
  requestId?: string;
}

interface Class {
  pattern: RegExp;
  /** A pattern for the message, where the code alone says too little. */
  says?: RegExp;
  code: AsrErrorCode;
  retryable: boolean;
  advice: string;
}

// protocol.md A.8, "General Model-Studio codes", and B.6
const CLASSES: readonly Class[] = [
  {
    pattern: /^(invalid_?api_?key|AccessDenied|Model\.AccessDenied)$/i,
    code: 'AUTHENTICATION',
    retryable: false,
    advice: 'Keys are per region: check that the API key belongs to this one and may use this model.',
  },
  {
    pattern: /^ModelNotFound$/i,
    code: 'MODEL_UNAVAILABLE',
    retryable: false,
    advice: 'Check the name of the model and that the region has it.',
  },
  {
    pattern: /^InvalidParameter$/i,
    code: 'CONFIGURATION_REJECTED',
    retryable: false,
    advice: 'Check the settings of the session.',
  },
  {
    // protocol.md B.6: silence, or nothing at all, where the service expects speech.
    pattern:
      /^(NO_VALID_AUDIO_ERROR|NO_INPUT_AUDIO_ERROR|EmptyAudio|SUCCESS_WITH_NO_VALID_FRAGMENT|ASR_RESPONSE_HAVE_NO_WORDS)$/i,
    code: 'NO_SPEECH',
    retryable: true,
    advice: 'There was no speech in the audio.',
  },
  {
    // The only documented use of this code is "request timeout after 23 seconds." (protocol.md B.5).
    pattern: /^CLIENT_ERROR$/i,
    says: /timeout/i,
    code: 'IDLE_TIMEOUT',
    retryable: true,
    advice: 'The service waits 23 seconds for audio.',
  },
  {
    // The account's cap on open connections. Its code, "invalid_value" for example, says nothing (protocol.md E 1).
    pattern: /^/,
    says: /connections? too (much|many)|too many connections|max_connections/i,
    code: 'THROTTLED',
    retryable: true,
    advice: 'The account has as many open connections as it may. Close others, or wait until one is free.',
  },
  {
    pattern: /^(Throttling|limit_requests)/i,
    code: 'THROTTLED',
    retryable: true,
    advice: 'Wait and try again, or ask for a higher quota.',
  },
  {
    pattern: /^(Arrearage|AllocationQuota\.FreeTierOnly)$/i,
    code: 'PAYMENT',
    retryable: false,
    advice: 'Check the billing of the account.',
  },
  {
    pattern: /^(InternalError|SystemError|ModelUnavailable|server_error|ResponseTimeout)/i,
    code: 'SERVICE_ERROR',
    retryable: true,
    advice: 'The service has a fault; try again.',
  },
];

/** Error codes that concern more than one sentence or command. */
const SESSION_WIDE: readonly AsrErrorCode[] = [
  'AUTHENTICATION',
  'MODEL_UNAVAILABLE',
  'THROTTLED',
  'PAYMENT',
  'SERVICE_ERROR',
];

/** Whether the code means that the whole session is lost, and not just one sentence or command. */
export function endsSession(report: ServiceErrorReport): boolean {
  const known = classOf(report);
  return known !== undefined && SESSION_WIDE.includes(known.code);
}

/** Whether the meaning of the service's code is known, whatever else the report contains. */
export function isKnownServiceCode(code: string): boolean {
  return classOf({ code, message: '' }) !== undefined;
}

/** The service's report as a typed error, with the code for its class, or `fallback` for an unknown class. */
export function serviceError(report: ServiceErrorReport, fallback: AsrErrorCode, what: string): AsrError {
  const known = classOf(report);
  const at = report.param ? ` (${report.param})` : '';
  const message = `${what}: ${report.message || 'no message'} [${report.code || 'no code'}]${at}.`;
  return new AsrError(known?.code ?? fallback, known ? `${message} ${known.advice}` : message, {
    retryable: known?.retryable ?? false,
    serviceCode: report.code,
    ...(report.param && { param: report.param }),
    ...(report.sessionId && { sessionId: report.sessionId }),
    ...(report.requestId && { requestId: report.requestId }),
  });
}

/** A `server_error` ends the session, whatever its code (protocol.md A.8). */
function classOf({ code, message, type }: ServiceErrorReport): Class | undefined {
  return CLASSES.find(({ pattern, says }) => {
    const isMeant = pattern.test(code) || (type !== undefined && pattern.test(type));
    return isMeant && (!says || says.test(message));
  });
}
