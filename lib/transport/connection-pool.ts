import type { Clock } from './environment';
import { Bucket } from './connection-bucket';
import { PooledSocket } from './pooled-socket';
import type { ConnectSocket } from './websocket';

export interface ConnectionPoolOptions {
  /** Connections to one address with one key that wait for their next use. Default 4. */
  maxIdle?: number;
  /** How long one may wait. Default 50000: the service closes after 60 s (protocol.md B.5). */
  maxIdleMs?: number;
  /** Connections to one address with one key at the same time, in use or not. The next one waits. Default 1000. */
  maxOpen?: number;
  /** Of these, the ones that are just being made: the service limits requests per second (protocol.md A.8). Default 8. */
  maxConnecting?: number;
  /** How long one may wait for another to end before it fails with what it waited for. Default 8000. */
  maxWaitMs?: number;
}

/**
 * The connections of many sessions. One that a session is done with may serve the next, where the protocol allows that
 * (run-task), and saves the handshake. Those with the same address and key have limits in common and get their turn in
 * the order in which they asked; an address that does not answer, or a key that is refused, is nobody else's business.
 * Belongs to one host node, which closes it.
 */
export class ConnectionPool {
  readonly #connect: ConnectSocket;
  readonly #clock: Clock;
  readonly #limits: Required<ConnectionPoolOptions>;
  readonly #buckets = new Map<string, Bucket>();
  #isClosed = false;
  #reused = 0;

  constructor(connect: ConnectSocket, clock: Clock, options: ConnectionPoolOptions = {}) {
    const { maxIdle = 4, maxIdleMs = 50_000, maxOpen = 1000, maxConnecting = 8, maxWaitMs = 8_000 } = options;
    this.#connect = connect;
    this.#clock = clock;
    this.#limits = { maxIdle, maxIdleMs, maxOpen, maxConnecting, maxWaitMs };
  }

  /** Connections that wait for a session. */
  get idleCount(): number {
    return this.#sum((bucket) => bucket.idleCount);
  }

  /** Connections that there are, or are being made. */
  get openCount(): number {
    return this.#sum((bucket) => bucket.openCount);
  }

  /** Sessions that wait for a connection. */
  get waitingCount(): number {
    return this.#sum((bucket) => bucket.waitingCount);
  }

  /** Handshakes that were saved. */
  get reusedCount(): number {
    return this.#reused;
  }

  /** {@link ConnectSocket} that prefers a waiting connection to the same address with the same headers. */
  readonly connect: ConnectSocket = (request, handlers) =>
    new PooledSocket(this.#bucketOf(request), request, handlers, () => {
      this.#reused += 1;
    });

  /** Closes the waiting connections; those in use close when their sessions end. */
  close(): void {
    this.#isClosed = true;
    for (const bucket of this.#buckets.values()) bucket.close();
  }

  #bucketOf({ url, headers }: Parameters<ConnectSocket>[0]): Bucket {
    // The headers hold the key: a connection never serves another one.
    const key = JSON.stringify([new URL(url).host, headers]);
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
