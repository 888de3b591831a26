import { duration, whole } from '../vocabulary/checks';
import { Bucket } from './connection-bucket';
import type { ConnectionPoolOptions } from './connection-bucket';
import type { Clock, Environment } from './environment';
import { PooledSocket } from './pooled-socket';
import { neverThrowing } from './socket';
import type { ConnectSocket } from './socket';
import { systemEnvironment } from './system';

/**
 * The connections of many sessions. After a session its connection may serve the next one where the protocol allows
 * that (run-task), which saves the handshake. Connections with the same address and key share their limits and get
 * their turn in the order of requests. An address that does not answer, or a key that is refused, does not affect
 * others. A pool belongs to one host node, which closes it.
 */
export class ConnectionPool {
  readonly #connect: ConnectSocket;
  readonly #clock: Clock;
  readonly #limits: Required<ConnectionPoolOptions>;
  readonly #buckets = new Map<string, Bucket>();
  #isClosed = false;
  #reused = 0;

  /**
   * @param options Limits of the pool.
   * @param environment Replaces the real clock and sockets, in tests.
   * @throws AsrError `INVALID_OPTION`
   */
  constructor(options: ConnectionPoolOptions = {}, environment: Partial<Environment> = {}) {
    const { connect, clock } = { ...systemEnvironment, ...environment };
    this.#connect = neverThrowing(connect);
    this.#clock = clock;
    this.#limits = {
      maxIdle: whole('maxIdle', options.maxIdle, 0, 4),
      maxIdleMs: duration('maxIdleMs', options.maxIdleMs, 50_000),
      maxOpen: whole('maxOpen', options.maxOpen, 1, 100),
      maxConnecting: whole('maxConnecting', options.maxConnecting, 1, 8),
      maxWaitMs: duration('maxWaitMs', options.maxWaitMs, 8000),
    };
  }

  /** Number of connections that wait for a session. */
  get idleCount(): number {
    return this.#sum((bucket) => bucket.idleCount);
  }

  /** Number of connections that are open or being made. */
  get openCount(): number {
    return this.#sum((bucket) => bucket.openCount);
  }

  /** Number of sessions that wait for a connection. */
  get waitingCount(): number {
    return this.#sum((bucket) => bucket.waitingCount);
  }

  /** Number of handshakes that were saved. */
  get reusedCount(): number {
    return this.#reused;
  }

  /** A {@link ConnectSocket} that prefers a waiting connection to the same address with the same headers. */
  readonly connect: ConnectSocket = (request, handlers) =>
    new PooledSocket(this.#bucketOf(request), request, handlers, () => {
      this.#reused += 1;
    });

  /** Closes the waiting connections; those in use close when their sessions end. */
  close(): void {
    this.#isClosed = true;
    for (const bucket of this.#buckets.values()) bucket.close();
  }

  #bucketOf({ url, headers, proxy }: Parameters<ConnectSocket>[0]): Bucket {
    // The headers contain the key: a connection never serves another key.
    const key = JSON.stringify([new URL(url).host, headers, proxy]);
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = new Bucket(this.#connect, this.#clock, this.#limits, () => {
        if (this.#buckets.get(key) === bucket) this.#buckets.delete(key);
      });
      if (this.#isClosed) bucket.close();
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }

  #sum(count: (bucket: Bucket) => number): number {
    let sum = 0;
    for (const bucket of this.#buckets.values()) sum += count(bucket);
    return sum;
  }
}
