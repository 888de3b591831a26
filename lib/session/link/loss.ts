import { isKnownServiceCode } from '../../protocol/service-errors';
import type { AsrError } from '../../vocabulary/errors';
import type { LinkMachine } from './machine';

/** The service waits at least 23 s before it gives up on a silent client (protocol.md B.5). */
const MIN_SILENT_MS = 20_000;
/**
 * A microphone that listens gives audio more often than this. Whoever gives it in longer pieces loses nothing: the next
 * piece wakes the session, and if that fails, it is a loss like any other.
 */
const QUIET_MS = 300;
/** Answers of the network that are about the address and not about the moment. */
const WRONG_ADDRESS = /^(ENOTFOUND|HPE_|ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO)/;

/** What the end of a connection means for the session. */
export type LossMeaning =
  /** All results that were asked for are there, or nothing was asked. */
  | 'answered'
  /** The service gave up on silence. */
  | 'silence'
  /** The caller wants the end, and another connection would have nothing to do. */
  | 'done'
  /** Nothing is owed and no audio comes. */
  | 'missedByNobody'
  /** Another connection has to take its place. */
  | 'lost';

/** @param lastAudioAtMs when audio came last, or the session was accepted, on the clock */
export function meaningOf(error: AsrError, machine: LinkMachine, lastAudioAtMs: number): LossMeaning {
  const { state, goal, hasAllResults } = machine;
  // The service may close without `session.finished`, and that is an answer too (protocol.md A.9, rule 4).
  if (state.name === 'closing' || (state.name === 'finishing' && error.closeCode === 1000)) return 'answered';
  if (state.name === 'between' && !isPermanent(error)) return 'answered';
  if (endedForSilence(error, machine)) return 'silence';
  if (state.name === 'connecting' && state.attempt.why === 'start') return 'lost';
  if (hasAllResults) return 'done';
  const mayRest = goal === 'listen' && !isPermanent(error);
  return mayRest && isMissedByNobody(error, machine, lastAudioAtMs) ? 'missedByNobody' : 'lost';
}

/**
 * Whether the service gave up on silence (protocol.md B.5, B.6), which is no error of a quiet microphone: the session
 * goes on with the next audio. Only after a while, or as the answer to a request, so that a service which refuses
 * everything is not asked again and again.
 */
function endedForSilence({ code, closeCode }: AsrError, machine: LinkMachine): boolean {
  const { sender, recognition } = machine.options;
  const { state } = machine;
  const nowMs = machine.now();
  const openForMs = 'openedAtMs' in state ? nowMs - state.openedAtMs : 0;
  // A recording may go out faster than real time.
  const wasLong = Math.max(openForMs, sender.sessionMs) >= MIN_SILENT_MS;
  // Who has just sent audio to a service that waits for some has it on a line that stalls.
  if (code === 'IDLE_TIMEOUT' && nowMs - sender.lastSentAtMs < MIN_SILENT_MS) return false;
  if (code === 'NO_SPEECH' || code === 'IDLE_TIMEOUT') {
    return wasLong || state.name === 'finishing' || recognition.hasPendingCommits;
  }
  const mayHaveSpeech = recognition.hasOpenSentences || sender.settled.loudSinceEventMs > 0;
  return closeCode === 1000 && wasLong && !mayHaveSpeech;
}

/**
 * Whether a lost connection is missed by nobody: nothing is owed and no audio comes. A service drops such a connection
 * when it likes, with 1011 for example (protocol.md E 5), and another one would only be dropped again.
 */
function isMissedByNobody({ code }: AsrError, machine: LinkMachine, lastAudioAtMs: number): boolean {
  // What was sent has been refused: that is about the audio and not about the silence behind it.
  if (code === 'PROTOCOL_REJECTED') return false;
  const { sender, recognition } = machine.options;
  const nowMs = machine.now();
  if (nowMs - lastAudioAtMs < QUIET_MS || recognition.hasOpenResults || recognition.owesAudio(sender)) {
    return false;
  }
  // Loud audio may be speech, but a service says within seconds that somebody has begun to speak.
  return sender.settled.loudSinceEventMs === 0 || nowMs - sender.lastSentAtMs >= MIN_SILENT_MS;
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
