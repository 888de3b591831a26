import type { AsrError } from '../../vocabulary/errors';

/** The service waits at least 23 s before it gives up on a silent client (protocol.md B.5). */
const MIN_SILENT_MS = 20_000;

/** What was going on when the service ended the protocol session. */
export interface EndedSession {
  lastedMs: number;
  /** Since audio went out. */
  unfedMs: number;
  /** Results were asked for: a commit or the finish waits for its answer. */
  isAsked: boolean;
  /** A sentence is open, or there may be speech in what the service has said nothing about. */
  hasSpeech: boolean;
}

/**
 * Whether the service gave up on silence (protocol.md B.5, B.6), which is no error of a quiet microphone: the session
 * goes on with the next audio. Only after a while, or as the answer to a request, so that a service which refuses
 * everything is not asked again and again.
 */
export function endedForSilence({ code, closeCode }: AsrError, ended: EndedSession): boolean {
  const { lastedMs, unfedMs, isAsked, hasSpeech } = ended;
  // Who has just sent audio to a service that waits for some has it on a line that stalls.
  if (code === 'IDLE_TIMEOUT' && unfedMs < MIN_SILENT_MS) return false;
  if (code === 'NO_SPEECH' || code === 'IDLE_TIMEOUT') return isAsked || lastedMs >= MIN_SILENT_MS;
  return closeCode === 1000 && lastedMs >= MIN_SILENT_MS && !hasSpeech;
}
