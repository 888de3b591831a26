import type { SessionEvent, Word } from '../vocabulary/events';

/**
 * The event of a session that follows another one in the same stream: its times go on, and its sentence ids are new.
 * @param number The number of earlier sessions, at least one.
 */
export function continued<E extends SessionEvent>(event: E, number: number, offsetMs: number): E {
  const moved: Record<string, unknown> = { ...event };
  for (const name of ['atMs', 'beginMs', 'endMs']) {
    const timeMs = moved[name];
    if (typeof timeMs === 'number') moved[name] = timeMs + offsetMs;
  }
  if ('words' in event) {
    moved.words = event.words.map((word: Word) => ({
      ...word,
      beginMs: word.beginMs + offsetMs,
      endMs: word.endMs + offsetMs,
    }));
  }
  if (typeof moved.sentenceId === 'string') moved.sentenceId = `${number + 1}-${moved.sentenceId}`;
  return moved as E;
}
