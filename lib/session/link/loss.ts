import { isKnownServiceCode } from '../../protocol/service-errors';
import type { AsrError } from '../../vocabulary/errors';

/** The service waits at least 23 s before it gives up on a silent client (protocol.md B.5). */
const MIN_SILENT_MS = 20_000;
/**
 * A microphone that listens gives audio more often than this. Whoever gives it in longer pieces loses nothing: the next
 * piece wakes the session, and if that fails, it is a loss like any other.
 */
const QUIET_MS = 300;
/** Answers of the network that are about the address and not about the moment. */
const WRONG_ADDRESS = /^(ENOTFOUND|HPE_|ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO)/;

/** What was going on when a protocol session came to its end. */
export interface EndedSession {
  lastedMs: number;
  /** Since audio went out. */
  unfedMs: number;
  /** Since audio came, or since the session was opened. */
  unaskedMs: number;
  /** Results were asked for: a commit or the finish waits for its answer. */
  isAsked: boolean;
  /** Audio or a result is still to come that was promised. */
  isOwed: boolean;
  /** There may be speech in what the service has said nothing about. */
  mayHaveSpeech: boolean;
  hasOpenSentences: boolean;
}

/**
 * Whether the service gave up on silence (protocol.md B.5, B.6), which is no error of a quiet microphone: the session
 * goes on with the next audio. Only after a while, or as the answer to a request, so that a service which refuses
 * everything is not asked again and again.
 */
export function endedForSilence({ code, closeCode }: AsrError, ended: EndedSession): boolean {
  const { lastedMs, unfedMs, isAsked, mayHaveSpeech, hasOpenSentences } = ended;
  // Who has just sent audio to a service that waits for some has it on a line that stalls.
  if (code === 'IDLE_TIMEOUT' && unfedMs < MIN_SILENT_MS) return false;
  if (code === 'NO_SPEECH' || code === 'IDLE_TIMEOUT') return isAsked || lastedMs >= MIN_SILENT_MS;
  return closeCode === 1000 && lastedMs >= MIN_SILENT_MS && !hasOpenSentences && !mayHaveSpeech;
}

/**
 * Whether a lost connection is missed by nobody: nothing is owed and no audio comes. A service drops such a connection
 * when it likes, with 1011 for example (protocol.md E 5), and another one would only be dropped again.
 */
export function isMissedByNobody({ code }: AsrError, ended: EndedSession): boolean {
  // What was sent has been refused: that is about the audio and not about the silence behind it.
  if (code === 'PROTOCOL_REJECTED') return false;
  const { isOwed, mayHaveSpeech, unfedMs, unaskedMs } = ended;
  // A service says within seconds that somebody has begun to speak.
  const isUnheard = mayHaveSpeech && unfedMs < MIN_SILENT_MS;
  return !isOwed && !isUnheard && unaskedMs >= QUIET_MS;
}

/**
 * Whether no other attempt can succeed without a change. An unknown code of a service that has accepted the same
 * configuration before is no proof of that (protocol.md E 2).
 */
export function isPermanent({ code, closeCode, serviceCode }: AsrError): boolean {
  switch (code) {
    case 'INVALID_OPTION':
    case 'MISSING_API_KEY':
    case 'AUTHENTICATION':
    case 'PAYMENT':
    case 'MODEL_MISMATCH':
      return true;
    case 'MODEL_UNAVAILABLE':
      // Of a service that has had the model, 1011 is a fault of its own.
      return closeCode !== 1011;
    case 'CONFIGURATION_REJECTED':
      return serviceCode !== undefined && isKnownServiceCode(serviceCode);
    case 'PROTOCOL_REJECTED':
      // 1007 may be a fault of the line; what is refused as too large or as forbidden would be sent again as it is.
      return closeCode !== 1007;
    default:
      return false;
  }
}

/** Whether the first connection may succeed a moment later. A wrong name, certificate or port never does. */
export function mayPass({ retryable, cause }: AsrError): boolean {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return retryable && !WRONG_ADDRESS.test(code);
}
