import type { SessionEvent } from '../../lib';

/** An event as it is printed in JSON. */
export function jsonOf(event: SessionEvent): object {
  return event.type === 'error' ? { ...event, error: errorJson(event.error) } : event;
}

/** An error as it is printed in JSON. An `Error` has its message where JSON does not look, and its cause may be long. */
export function errorJson(error: unknown): object {
  if (!(error instanceof Error)) return { code: 'INPUT', message: String(error) };
  const { cause: _cause, ...rest }: Record<string, unknown> = Object.fromEntries(Object.entries(error));
  return { code: 'INPUT', ...rest, message: error.message };
}
