/** What went wrong, for programs. The message says it to people: what happened, what arrived, what to do. */
export type AsrErrorCode =
  /** An option is out of its bounds or unknown to the model; `param` names it. */
  | 'INVALID_OPTION'
  /** The region needs an API key and none was given. */
  | 'MISSING_API_KEY'
  /** The service refused the key at the handshake (401, 403), or said so later. Not retryable. */
  | 'AUTHENTICATION'
  /** The account cannot pay (`Arrearage`, free tier used up). Not retryable. */
  | 'PAYMENT'
  /** Too many requests or sessions for this account. Retryable. */
  | 'THROTTLED'
  /** The connection could not be made: name, route, TLS, proxy, refusal, 5xx. Retryable. */
  | 'CONNECT_FAILED'
  /** No connection, or no greeting of the service, within `connectTimeoutMs`. Retryable. */
  | 'CONNECT_TIMEOUT'
  /** The service runs another model than the one that was asked for. */
  | 'MODEL_MISMATCH'
  /** The service closed with 1011 before it accepted the session: this host does not have the model. */
  | 'MODEL_UNAVAILABLE'
  /** The service did not confirm the configuration within `configureTimeoutMs`. Retryable. */
  | 'CONFIGURE_TIMEOUT'
  /** The service refused the configuration; `param` names the field. */
  | 'CONFIGURATION_REJECTED'
  /** The connection ended in the middle of the session (`closeCode`), or went silent. Retryable. */
  | 'CONNECTION_LOST'
  /** The service closed because of what was sent (1007, 1009). A defect on our side or a limit. */
  | 'PROTOCOL_REJECTED'
  /** The service heard only silence, or nothing, for too long. The session sleeps until the next audio. */
  | 'NO_SPEECH'
  /** The service waited too long for audio. The session sleeps until the next audio. */
  | 'IDLE_TIMEOUT'
  /** The service reported a failure that ends the session. */
  | 'SERVICE_ERROR'
  /** `commit()` in Manual mode with no audio since the last one. The session lives on. */
  | 'COMMIT_EMPTY'
  /** The service could not recognise what was committed. The session lives on. */
  | 'COMMIT_FAILED'
  /** No final for a commit within `commitTimeoutMs`. The session lives on. */
  | 'COMMIT_TIMEOUT'
  /** `append` or `commit` after `finish`, `abort` or the end of the session. */
  | 'SESSION_CLOSED'
  /** The session was aborted by `abort()` or its AbortSignal. */
  | 'ABORTED'
  /** What was given is no audio that can be used; the message says what arrived. The session lives on. */
  | 'BAD_AUDIO'
  /**
   * A recording that begins with nothing known and of which nothing is said, or bytes that contradict what is said of
   * them: the message says what they look like and how to say what they are. The session lives on.
   */
  | 'UNKNOWN_AUDIO'
  /** More audio is waiting than `maxHeldAudioMs` allows and the caller did not wait. */
  | 'HELD_AUDIO_LIMIT';

export interface AsrErrorDetails {
  cause?: unknown;
  /** Whether the same thing may succeed later without a change. Default false. */
  retryable?: boolean;
  /** The option or wire field at fault. */
  param?: string;
  /** The HTTP status of a refused handshake. */
  httpStatus?: number;
  /** The WebSocket close code that ended the connection. */
  closeCode?: number;
  /** The service's own error code, as it came. */
  serviceCode?: string;
  /** The service's id of the session or task that it happened in. */
  sessionId?: string;
  /** The service's id of what it refused or failed at, for support requests. */
  requestId?: string;
}

/** Every error this library throws, rejects with or emits. Never carries the API key. */
export class AsrError extends Error {
  override readonly name = 'AsrError';
  readonly code: AsrErrorCode;
  readonly retryable: boolean;
  // Declared only: an error without one of these has no such property.
  declare readonly param?: string;
  declare readonly httpStatus?: number;
  declare readonly closeCode?: number;
  declare readonly serviceCode?: string;
  /** Not read-only: what a connection reports gets the id of the session that ran on it. */
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

/** `error` as an AsrError: itself if it is one, else wrapped with `code` and the original as `cause`. */
export function asAsrError(error: unknown, code: AsrErrorCode, prefix: string): AsrError {
  if (error instanceof AsrError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new AsrError(code, `${prefix}: ${text}`, { cause: error });
}
