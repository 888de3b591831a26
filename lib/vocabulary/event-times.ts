import type { SessionEvent } from './events';

/**
 * The event with other times.
 * @param beginOf Converts the begin of speech, of a sentence and of a word.
 * @param endOf Converts their ends.
 */
export function withTimes<E extends SessionEvent>(
  event: E,
  beginOf: (ms: number) => number,
  endOf: (ms: number) => number,
): E {
  const moved: SessionEvent = { ...event };
  switch (moved.type) {
    case 'speechStarted':
      moved.atMs = beginOf(moved.atMs);
      break;
    case 'speechStopped':
      moved.atMs = endOf(moved.atMs);
      break;
    case 'interim':
    case 'final':
      if (moved.beginMs !== undefined) moved.beginMs = beginOf(moved.beginMs);
      if (moved.type === 'final' && moved.endMs !== undefined) moved.endMs = endOf(moved.endMs);
      if (moved.words)
        moved.words = moved.words.map((word) => ({
          ...word,
          beginMs: beginOf(word.beginMs),
          endMs: endOf(word.endMs),
        }));
  }
  return moved as E;
}
