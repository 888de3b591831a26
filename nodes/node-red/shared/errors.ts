import { AsrError } from '../../../lib';
import type { AsrErrorCode, AsrErrorDetails } from '../../../lib';
import { errorOf } from '../../../lib/hosts';

/** Errors of the nodes themselves, beside those that the client reports as {@link AsrError}. */
export type NodeErrorCode =
  | 'NO_CREDENTIALS'
  | 'NO_SESSION_NODE'
  | 'NO_KEY'
  | 'NO_AUDIO'
  | 'BAD_HINT'
  | 'UNKNOWN_ACTION'
  | 'BAD_CONTEXT'
  | 'NOT_OPEN'
  | 'TOO_MANY_SESSIONS'
  | 'TOO_MANY_WAITING'
  | 'STALLED'
  | 'HOLD_OFF'
  | 'ENDED_EARLY'
  | 'BAD_PATH';

/** An error of a node, with its message in the language of the runtime. */
export class NodeError extends Error {
  override readonly name = 'NodeError';
  readonly code: NodeErrorCode;

  constructor(code: NodeErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** An error as a plain object for messages: what JSON keeps of it, and nothing secret. */
export interface ErrorInfo extends Omit<AsrErrorDetails, 'cause'> {
  code: AsrErrorCode;
  message: string;
  retryable: boolean;
}

export function errorInfo(error: AsrError): ErrorInfo {
  const { code, message, retryable, param, httpStatus, closeCode, serviceCode, sessionId, requestId } = error;
  return {
    code,
    message,
    retryable,
    ...(param !== undefined && { param }),
    ...(httpStatus !== undefined && { httpStatus }),
    ...(closeCode !== undefined && { closeCode }),
    ...(serviceCode !== undefined && { serviceCode }),
    ...(sessionId !== undefined && { sessionId }),
    ...(requestId !== undefined && { requestId }),
  };
}

/**
 * Turns anything that was thrown into an Error that `done` takes. Node-RED tells Catch nodes what `toString` gives, which
 * begins with the name of the class, and that would be the beginning of an HTTP answer.
 */
export function asError(thrown: unknown): Error {
  const error = errorOf(thrown);
  return Object.defineProperty(error, 'toString', { value: () => error.message, configurable: true });
}

/** The part of a badge's text that says what is wrong; see `status.failed.*` in the locales. */
export type FailureBadge =
  | 'key'
  | 'payment'
  | 'throttled'
  | 'unreachable'
  | 'model'
  | 'audio'
  | 'noAudio'
  | 'options'
  | 'reference'
  | 'full'
  | 'waiting'
  | 'stalled'
  | 'other';

const BADGE_OF_CODE: Partial<Record<AsrErrorCode | NodeErrorCode, FailureBadge>> = {
  AUTHENTICATION: 'key',
  MISSING_API_KEY: 'key',
  PAYMENT: 'payment',
  THROTTLED: 'throttled',
  CONNECT_FAILED: 'unreachable',
  CONNECT_TIMEOUT: 'unreachable',
  CONNECTION_LOST: 'unreachable',
  CONFIGURE_TIMEOUT: 'unreachable',
  REQUEST_TIMEOUT: 'unreachable',
  MODEL_MISMATCH: 'model',
  MODEL_UNAVAILABLE: 'model',
  BAD_AUDIO: 'audio',
  UNKNOWN_AUDIO: 'audio',
  NO_AUDIO: 'noAudio',
  BAD_HINT: 'audio',
  INVALID_OPTION: 'options',
  CONFIGURATION_REJECTED: 'options',
  BAD_CONTEXT: 'options',
  BAD_PATH: 'options',
  REQUEST_REJECTED: 'options',
  HOT_WORD_LIST_NOT_FOUND: 'options',
  NO_CREDENTIALS: 'reference',
  NO_SESSION_NODE: 'reference',
  TOO_MANY_SESSIONS: 'full',
  HOT_WORD_LISTS_FULL: 'full',
  TOO_MANY_WAITING: 'waiting',
  STALLED: 'stalled',
};

export function failureBadge(error: unknown): FailureBadge {
  if (!(error instanceof AsrError) && !(error instanceof NodeError)) return 'other';
  return BADGE_OF_CODE[error.code] ?? 'other';
}

const PERMANENT: ReadonlySet<AsrErrorCode> = new Set<AsrErrorCode>([
  'INVALID_OPTION',
  'MISSING_API_KEY',
  'AUTHENTICATION',
  'PAYMENT',
  'MODEL_MISMATCH',
  'MODEL_UNAVAILABLE',
  'CONFIGURATION_REJECTED',
]);

/** Whether every other session with the same settings must fail in the same way. */
export function isPermanent(error: AsrError): boolean {
  return PERMANENT.has(error.code);
}
