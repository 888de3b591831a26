import type { Cancel, Clock } from '../../transport/environment';
import type { ServiceEvent } from '../../protocol/protocol';
import type { Link } from '../send/sender';

/** After the service said that what it was finishing has failed, nothing much will follow. */
const AFTER_FAILURE_MS = 1000;

/** The request for the last results of a protocol session, and how long they are waited for. */
export class Finishing {
  readonly #clock: Clock;
  readonly #onTimeout: (timeoutMs: number) => void;
  #isSent = false;
  #timeoutMs = 0;
  /** Something of what is being finished could not be recognised. */
  #hasFailed = false;
  #cancelBound: Cancel | undefined;

  constructor(clock: Clock, onTimeout: (timeoutMs: number) => void) {
    this.#clock = clock;
    this.#onTimeout = onTimeout;
  }

  /** Whether the last results were asked for. */
  get isSent(): boolean {
    return this.#isSent;
  }

  begin({ connection }: Link, timeoutMs: number): void {
    connection.finish();
    this.#isSent = true;
    this.#timeoutMs = timeoutMs;
    this.#bound(timeoutMs);
  }

  /**
   * As long as something comes, it is waited for: a service that has much to do is slow and not dead. After a failure
   * the connection stays open and nothing may follow (protocol.md A.8), but other sentences may still get their finals.
   */
  heard({ type }: ServiceEvent): void {
    if (!this.#isSent) return;
    this.#hasFailed ||= type === 'sentenceFailed';
    this.#bound(this.#hasFailed ? AFTER_FAILURE_MS : this.#timeoutMs);
  }

  /** Another protocol session begins. */
  reset(): void {
    this.stop();
    this.#isSent = false;
    this.#hasFailed = false;
  }

  stop(): void {
    this.#cancelBound?.();
  }

  #bound(timeoutMs: number): void {
    this.stop();
    this.#cancelBound = this.#clock.after(timeoutMs, () => {
      this.#onTimeout(timeoutMs);
    });
  }
}
