import { ConnectionPool } from '../../../lib';
import type { Region } from '../../../lib';
import { isCloudRegion } from '../../../lib/hosts';
import { hostState } from './host-state';

/** The cap on connections is that of a cloud account; a service of one's own has none. */
const OWN_SERVICE_CONNECTIONS = 1000;

/**
 * How long a connection waits for the next session. An execution often recognises one recording after the other; the
 * next execution may come hours later.
 */
const IDLE_MS = 15_000;

/**
 * The pool of all nodes in this process. Within it, connections are apart by address and key, and so by credential.
 * Connections that nobody uses close by themselves.
 */
export function connectionPool(region: Region): ConnectionPool {
  const isCloud = isCloudRegion(region);
  const pools = hostState<ConnectionPool>('pools');
  const name = isCloud ? 'cloud' : 'own';
  const known = pools.get(name);
  if (known) return known;
  const pool = new ConnectionPool({
    maxIdleMs: IDLE_MS,
    ...(!isCloud && { maxOpen: OWN_SERVICE_CONNECTIONS }),
  });
  pools.set(name, pool);
  return pool;
}
