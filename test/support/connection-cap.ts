import type { ScriptConnection, ScriptFault } from '../../local-service';

const CAP_MESSAGE = 'connections too much max_connections 100';
export const CAP = {
  type: 'error',
  error: { type: 'invalid_request_error', code: 'invalid_value', message: CAP_MESSAGE },
};

/** The account has reached its limit of connections: an `error` and a close come instead of a session. */
export function capped(where: 'before session.created' | 'after session.created'): ScriptConnection {
  const close: ScriptFault = { on: 'error', do: 'close', code: 1000 };
  if (where === 'after session.created') {
    return {
      faults: [{ on: 'opened', do: 'send', frame: CAP }, { on: 'configured', do: 'drop' }, close],
    };
  }
  return { faults: [{ on: 'opened', do: 'replace', text: JSON.stringify(CAP) }] };
}
