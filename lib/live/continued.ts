import { withTimes } from '../vocabulary/event-times';
import type { SessionEvent } from '../vocabulary/events';

/**
 * The event of a session that follows another one in the same stream: its times go on, and its sentence ids are new.
 * @param number The number of earlier sessions, at least one.
 */
export function continued<E extends SessionEvent>(event: E, number: number, offsetMs: number): E {
  const later = (ms: number): number => ms + offsetMs;
  const moved = withTimes(event, later, later);
  if ('sentenceId' in moved) return { ...moved, sentenceId: `${number + 1}-${moved.sentenceId}` };
  return moved;
}
