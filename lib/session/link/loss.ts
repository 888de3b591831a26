import { isKnownServiceCode } from '../../protocol/service-errors';
import type { AsrError } from '../../vocabulary/errors';
import type { LinkMachine } from './machine';

/** The service waits at least 23 s before it gives up on a silent client (protocol.md B.5). */
const MIN_SILENT_MS = 20_000;
/**
 * A live microphone gives audio more often than this. A caller with longer pieces loses nothing: the next piece wakes
 * the session, and a failure then is a loss like any other.
 */
const QUIET_MS = 300;
/** A service that has had audio for this long has reported that somebody began to speak in it, if anybody did. */
const REPORTED_WITHIN_MS = 10_000;
/** The same for audio that has arrived on two connections, and on the first one without a result. */
const REPORTED_AGAIN_WITHIN_MS = 3000;
/** Close code of a connection that ended without a closing handshake (RFC 6455, 7.4.1). */
const NO_CLOSE_FRAME = 1006;
/** Network errors that are about the address and will not pass. */
const WRONG_ADDRESS = /^(ENOTFOUND|HPE_|ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO)/;

/** The meaning of a connection's end for the session. */
export type LossMeaning =
  /** All requested results are there, or none were requested. */
  | 'answered'
  /** The service gave up because of silence. */
  | 'silence'
  /** The caller wants the end, and another connection would have nothing to do. */
  | 'done'
  /** No result is owed and no audio comes. */
  | 'missedByNobody'
  /** Another connection has to replace it. */
  | 'lost';

/** @param lastAudioAtMs When audio came last, or the session was accepted, on the clock. */
export function meaningOf(error: AsrError, machine: LinkMachine, lastAudioAtMs: number): LossMeaning {
  const { state, goal, hasAllResults } = machine;
  if (state.name === 'closing' || (state.name === 'finishing' && isEndOfAll(error, machine)))
    return 'answered';
  if (state.name === 'between' && !isPermanent(error)) return 'answered';
  if (endedForSilence(error, machine)) return 'silence';
  if (state.name === 'connecting' && state.attempt.why === 'start') return 'lost';
  if (hasAllResults) return 'done';
  const mayRest = goal === 'listen' && !isPermanent(error);
  return mayRest && isMissedByNobody(error, machine, lastAudioAtMs) ? 'missedByNobody' : 'lost';
}

/**
 * Whether nothing more is to come. The service may close without `session.finished`, which counts as the answer too
 * (protocol.md A.9, rule 4), unless something was spoken of which it has said nothing yet: that is sent once more.
 */
function isEndOfAll({ closeCode }: AsrError, machine: LinkMachine): boolean {
  const { sender, config } = machine.options;
  if (closeCode !== 1000) return false;
  const canSendAgain =
    config.wireFormat === 'pcm' && config.reconnect.maxAttempts > 0 && !sender.hasSentTwice;
  return !canSendAgain || !isOwed(machine);
}

/** Whether a sentence or an answer is still to come, or may be, because there was sound. */
export function isOwed(machine: LinkMachine): boolean {
  return machine.options.recognition.hasOpenResults || mayHaveSpeech(machine);
}

/** Whether sound was sent that belongs to no known sentence. The level of other formats than PCM is not known. */
function mayHaveSpeech({ options: { sender, config } }: LinkMachine): boolean {
  return config.wireFormat === 'pcm' ? sender.hasUnknownSound() : sender.settled.loudSinceEventMs > 0;
}

/**
 * Whether the service gave up because of silence (protocol.md B.5, B.6). For a quiet microphone that is no error: the
 * session goes on with the next audio. It is only accepted after a while, or as the answer to a request, so that a
 * service which refuses everything is not asked again and again.
 */
function endedForSilence({ code, closeCode }: AsrError, machine: LinkMachine): boolean {
  const { sender, recognition } = machine.options;
  const { state } = machine;
  const nowMs = machine.now();
  const openForMs = 'openedAtMs' in state ? nowMs - state.openedAtMs : 0;
  // A recording may be sent faster than real time, so its length counts too.
  const wasLong = Math.max(openForMs, sender.sessionMs) >= MIN_SILENT_MS;
  // A service that waits for audio which was just sent has it on a line that stalls.
  if (code === 'IDLE_TIMEOUT' && nowMs - sender.lastSentAtMs < MIN_SILENT_MS) return false;
  if (code === 'NO_SPEECH' || code === 'IDLE_TIMEOUT') {
    return wasLong || state.name === 'finishing' || recognition.hasPendingCommits;
  }
  return closeCode === 1000 && wasLong && !recognition.hasOpenSentences && !mayHaveSpeech(machine);
}

/**
 * Whether no result is owed and no audio comes. A service may drop such a connection at any time, with 1011 for
 * example (protocol.md E 5), and would only drop another one again.
 */
function isMissedByNobody(error: AsrError, machine: LinkMachine, lastAudioAtMs: number): boolean {
  // The service refused what was sent, so the cause is the audio and not the silence after it.
  if (error.code === 'PROTOCOL_REJECTED') return false;
  const { sender, recognition } = machine.options;
  const nowMs = machine.now();
  if (nowMs - lastAudioAtMs < QUIET_MS || recognition.hasOpenResults || recognition.owesAudio(sender)) {
    return false;
  }
  return !mayHaveSpeech(machine) || hasHeardAll(error, machine);
}

/**
 * Whether the service has had all that was sent for so long that it would have reported speech in it. That it is old
 * proves nothing: on a dead connection it has never arrived.
 */
function hasHeardAll({ closeCode = NO_CLOSE_FRAME }: AsrError, machine: LinkMachine): boolean {
  const { sender, config } = machine.options;
  const { lastSentAtMs } = sender;
  const nowMs = machine.now();
  // A model without interims says nothing before the end of a sentence, which needs some silence.
  const hasInterims =
    !('intermediateResults' in config.model.parameters) || config.parameters.intermediateResults;
  if (!hasInterims) return false;
  if (closeCode !== NO_CLOSE_FRAME && nowMs - lastSentAtMs >= MIN_SILENT_MS) return true;
  const { arrivedBeforeMs } = machine;
  if (arrivedBeforeMs - lastSentAtMs >= REPORTED_WITHIN_MS) return true;
  if (!sender.hasSentTwice || arrivedBeforeMs < lastSentAtMs) return false;
  return nowMs - arrivedBeforeMs >= (machine.hadArrived ? REPORTED_AGAIN_WITHIN_MS : REPORTED_WITHIN_MS);
}

/**
 * Whether no other attempt can succeed without a change. An unknown code does not prove that, because the service has
 * accepted the same configuration before (protocol.md E 2).
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
      // From a service that ran the model before, 1011 is an internal fault.
      return closeCode !== 1011;
    case 'CONFIGURATION_REJECTED':
      return serviceCode !== undefined && isKnownServiceCode(serviceCode);
    case 'PROTOCOL_REJECTED':
      // 1007 may be a fault of the line. Data that is too large or forbidden would be refused again.
      return closeCode !== 1007;
    default:
      return false;
  }
}

/** Whether the first connection may succeed a moment later. A wrong name, certificate or port never becomes right. */
export function mayPass({ retryable, cause }: AsrError): boolean {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return retryable && !WRONG_ADDRESS.test(code);
}
