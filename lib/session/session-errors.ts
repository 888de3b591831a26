import { AsrError } from '../vocabulary/errors';

export function abortedError(cause: unknown): AsrError {
  return new AsrError('ABORTED', 'The session was aborted.', { cause });
}

/** @param endedBy what the session failed with, or that it was aborted */
export function closedError(what: string, isFinishing: boolean, endedBy: AsrError | undefined): AsrError {
  const running = isFinishing ? 'it is finishing.' : 'it is over.';
  const ended = endedBy?.code === 'ABORTED' ? 'it was aborted.' : `it failed: ${endedBy?.message}`;
  const why = endedBy ? ended : running;
  return new AsrError('SESSION_CLOSED', `Cannot ${what} in this session, ${why}`, { cause: endedBy });
}

export function emptyCommitError(): AsrError {
  const message = 'There is nothing to commit: no audio was appended since the last commit.';
  return new AsrError('COMMIT_EMPTY', message);
}

export function unansweredCommitError(): AsrError {
  return new AsrError('COMMIT_FAILED', 'The session ended before the service answered the commit.');
}

/** A commit that the service does not take is made of silence, and nobody here can write that in another format than PCM. */
export function uncutCommitError(wireFormat: string): AsrError {
  const message = `In mode "vad" a commit needs audio that goes out as pcm; here it is ${wireFormat}. Use mode "manual", or finish the session.`;
  return new AsrError('COMMIT_FAILED', message);
}
