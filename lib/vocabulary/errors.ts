/** The kind of an error, for programs. The message tells people what happened, what arrived and what to do. */
export type AsrErrorCode =
  /** An option is out of its bounds, or the model does not have it; `param` names it. */
  | 'INVALID_OPTION'
  /** The region needs an API key and none was given. */
  | 'MISSING_API_KEY'
  /** The service refused the key at the handshake (401, 403) or later. Not retryable. */
  | 'AUTHENTICATION'
  /** The account cannot pay (`Arrearage`, free tier used up). Not retryable. */
  | 'PAYMENT'
  /** The account has too many requests or sessions. Retryable. */
  | 'THROTTLED'
  /** The connection could not be made: host name, route, TLS, proxy, refusal or 5xx. Retryable. */
  | 'CONNECT_FAILED'
  /** There was no connection, or no greeting of the service, within `connectTimeoutMs`. Retryable. */
  | 'CONNECT_TIMEOUT'
  /** The service runs another model than the requested one. */
  | 'MODEL_MISMATCH'
  /**
   * The service closed with 1011 before it accepted the session, which means that this host does not have the model.
   */
  | 'MODEL_UNAVAILABLE'
  /** The service did not confirm the configuration within `configureTimeoutMs`. Retryable. */
  | 'CONFIGURE_TIMEOUT'
  /** The service refused the configuration; `param` names the field. */
  | 'CONFIGURATION_REJECTED'
  /** The connection ended during the session (`closeCode`), or went silent. Retryable. */
  | 'CONNECTION_LOST'
  /** The service closed because of the data that was sent (1007, 1009): a limit, or a defect of this library. */
  | 'PROTOCOL_REJECTED'
  /** The service got only silence, or nothing, for too long. The session sleeps until the next audio. */
  | 'NO_SPEECH'
  /** The service waited too long for audio. The session sleeps until the next audio. */
  | 'IDLE_TIMEOUT'
  /** The service reported a failure that ends the session. */
  | 'SERVICE_ERROR'
  /** `commit()` was called in Manual mode without audio since the last commit. The session lives on. */
  | 'COMMIT_EMPTY'
  /** The service could not recognise the committed audio. The session lives on. */
  | 'COMMIT_FAILED'
  /** There was no final for a commit within `commitTimeoutMs`. The session lives on. */
  | 'COMMIT_TIMEOUT'
  /** `append` or `commit` was called after `finish`, `abort` or the end of the session. */
  | 'SESSION_CLOSED'
  /** The session was aborted by `abort()` or its AbortSignal. */
  | 'ABORTED'
  /** The input is no usable audio; the message says what arrived. The session lives on. */
  | 'BAD_AUDIO'
  /**
   * The format of the audio is unknown: it begins like no known format and nothing names one, or the bytes contradict
   * what was said of them. The message says what they look like and how to name the format. The session lives on.
   */
  | 'UNKNOWN_AUDIO'
  /** More audio waits than `maxHeldAudioMs` allows, and the caller did not wait. */
  | 'HELD_AUDIO_LIMIT'
  /** There is no hot-word list with this id in the account of the key. */
  | 'HOT_WORD_LIST_NOT_FOUND'
  /** The account has as many hot-word lists as it may. */
  | 'HOT_WORD_LISTS_FULL'
  /** The service refused a request for hot-word lists; the message has its reason. */
  | 'REQUEST_REJECTED'
  /** The service did not answer a request for hot-word lists in time. Retryable, except where it may have been done. */
  | 'REQUEST_TIMEOUT';

export interface AsrErrorDetails {
  cause?: unknown;
  /** Whether the same call may succeed later without a change. Default false. */
  retryable?: boolean;
  /** The option or wire field that is at fault. */
  param?: string;
  /** The HTTP status of a refused handshake. */
  httpStatus?: number;
  /** The WebSocket close code that ended the connection. */
  closeCode?: number;
  /** The service's own error code, unchanged. */
  serviceCode?: string;
  /** The service's id of the session or task in which it happened. */
  sessionId?: string;
  /** The service's id of the refused or failed request, for support requests. */
  requestId?: string;
}

/** Every error that this library throws, rejects with or emits. It never contains the API key. */
export class AsrError extends Error {
  override readonly name = 'AsrError';
  readonly code: AsrErrorCode;
  readonly retryable: boolean;
  // Only declared, so that an error without a value has no such property.
  declare readonly param?: string;
  declare readonly httpStatus?: number;
  declare readonly closeCode?: number;
  declare readonly serviceCode?: string;
  /** Not read-only, because an error of a connection gets the id of the session that ran on it. */
  declare sessionId?: string;
  declare readonly requestId?: string;

  constructor(code: AsrErrorCode, message: string, details: AsrErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? false;
    if (details.param !== undefined) this.param = details.param;
    if (details.httpStatus !== undefined) this.httpStatus = details.httpStatus;
    if (details.closeCode !== undefined) this.closeCode = details.closeCode;
    if (details.serviceCode !== undefined) this.serviceCode = details.serviceCode;
    if (details.sessionId !== undefined) this.sessionId = details.sessionId;
    if (details.requestId !== undefined) this.requestId = details.requestId;
  }
}

/** Returns `error` itself if it is an AsrError; otherwise wraps it with `code` and keeps it as `cause`. */
export function asAsrError(error: unknown, code: AsrErrorCode, prefix: string): AsrError {
  if (error instanceof AsrError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new AsrError(code, `${prefix}: ${text}`, { cause: error });
}
