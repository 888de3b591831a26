import { AsrError } from '../errors';
import type { AsrErrorCode } from '../errors';

/** What the service says of a failure, on either protocol. */
export interface ServiceErrorReport {
  /** `error.code` or `header.error_code`. */
  code: string;
  message: string;
  param?: string;
  /** `error.type`, where the protocol has one. */
  type?: string;
}

interface Class {
  pattern: RegExp;
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
    advice: 'Check that the API key belongs to this region and may use this model.',
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
    pattern: /^(InternalError|SystemError|ModelUnavailable|server_error)/i,
    code: 'SERVICE_ERROR',
    retryable: true,
    advice: 'The service has a fault; try again.',
  },
];

/** Whether the code says that the whole session is lost, not just one sentence or command. */
export function endsSession(report: ServiceErrorReport): boolean {
  return classOf(report) !== undefined;
}

/** protocol.md A.8: a `server_error` ends the session, whatever its code. */
function classOf({ code, type }: ServiceErrorReport): Class | undefined {
  return CLASSES.find(({ pattern }) => pattern.test(code) || (type !== undefined && pattern.test(type)));
}

/** The service's report as a typed error: the class of its code, or `fallback` for codes of no known class. */
export function serviceError(report: ServiceErrorReport, fallback: AsrErrorCode, what: string): AsrError {
  const known = classOf(report);
  const at = report.param ? ` (${report.param})` : '';
  const message = `${what}: ${report.message || 'no message'} [${report.code || 'no code'}]${at}.`;
  return new AsrError(known?.code ?? fallback, known ? `${message} ${known.advice}` : message, {
    retryable: known?.retryable ?? false,
    serviceCode: report.code,
    ...(report.param && { param: report.param }),
  });
}
