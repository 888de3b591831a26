import type { Clock } from '../../transport/environment';
import { asAsrError } from '../../vocabulary/errors';
import type { SessionEvent } from '../../vocabulary/events';
import type { SessionLog } from '../../vocabulary/log';
import type { CommitResult } from '../options';
import type { Emitter } from './emitter';

/** Logs the events of a session where the caller gave a log. */
export function logEvents(emitter: Emitter, log: SessionLog | undefined): void {
  if (!log) return;
  emitter.on('event', (event) => {
    logEvent(log, event);
  });
}

/** Logs an event, unless it contains recognised text. */
function logEvent(log: SessionLog, event: SessionEvent): void {
  switch (event.type) {
    case 'opened':
    case 'resumed': {
      const { type, ...details } = event;
      log.debug(type, details);
      break;
    }
    case 'state':
      // The other changes have events of their own.
      if (event.to === 'sleeping' || event.from === 'sleeping') {
        log.debug('state', { from: event.from, to: event.to });
      }
      break;
    case 'waiting':
      log.debug('waiting for a connection', {});
      break;
    case 'reconnecting':
      // The reason may repeat the service's words. The end of the connection was logged before.
      log.debug('reconnecting', { attempt: event.attempt, delayMs: event.delayMs });
      break;
    case 'warning':
      // The message may repeat the service's words.
      log.debug('warning', { code: event.code });
      break;
    case 'finished':
      log.debug('finished', { aborted: event.aborted, statistics: event.statistics });
      break;
    case 'error': {
      const { code, retryable, closeCode, httpStatus, serviceCode, sessionId, requestId } = event.error;
      log.debug('failed', { code, retryable, closeCode, httpStatus, serviceCode, sessionId, requestId });
      break;
    }
    default:
  }
}

/** Logs a commit when it is made, and its answer. */
export function logCommit(
  log: SessionLog,
  clock: Clock,
  commit: { atMs: number; bySilence: boolean },
  result: Promise<CommitResult>,
): void {
  const sentAtMs = clock.now();
  const afterMs = () => Math.round(clock.now() - sentAtMs);
  log.debug('commit', commit);
  result.then(
    ({ finals }) => {
      log.debug('commit answered', { finals: finals.length, afterMs: afterMs() });
    },
    (error: unknown) => {
      const { code } = asAsrError(error, 'COMMIT_FAILED', '');
      log.debug('commit failed', { code, afterMs: afterMs() });
    },
  );
}
