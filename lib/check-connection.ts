import { DEFAULT_MODEL } from './vocabulary/models';
import type { SessionOptions } from './session/options';
import { openSession } from './session/session';

/** What a test of a connection found. */
export interface ConnectionCheck {
  /** The model that the service has accepted. */
  model: string;
  /** From the beginning to the service's word that the session is open. */
  ms: number;
}

/**
 * Opens a real session, sees whether the service accepts it, and closes it. Of the model, unless told otherwise, that
 * all regions have.
 * @throws AsrError what any session with these options would fail with
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
