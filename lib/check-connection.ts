import { DEFAULT_MODEL } from './vocabulary/models';
import type { SessionOptions } from './session/options';
import { openSession } from './session/session';

/** The result of a connection test. */
export interface ConnectionCheck {
  /** The model that the service accepted. */
  model: string;
  /** Time from the start of the test until the service reported the session as open. */
  ms: number;
}

/**
 * Opens a real session to see whether the service accepts it, and closes it again. Without a `model` it uses one that
 * every region has.
 * @throws AsrError The error with which a session of these options would fail.
 */
export async function checkConnection(options: SessionOptions): Promise<ConnectionCheck> {
  const startedAt = performance.now();
  const session = openSession({ model: DEFAULT_MODEL, ...options });
  try {
    const { model } = await session.ready();
    return { model, ms: Math.round(performance.now() - startedAt) };
  } finally {
    session.abort();
  }
}
