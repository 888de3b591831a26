import type { Cancel, Clock } from '../../transport/environment';

export interface HeartbeatOptions {
  clock: Clock;
  /** Interval between pings. */
  intervalMs: number;
  /** The link counts as dead when nothing arrives for this long after a ping. */
  timeoutMs: number;
  ping: () => void;
  onDead: () => void;
}

/** Pings the service to notice a dead link: protocol.md A.8 asks for a ping every 15 to 30 s. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  /** When the oldest ping was sent that nothing has followed. */
  #askedAtMs: number | undefined;
  #cancelPing: Cancel | undefined;
  #cancelLook: Cancel | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, intervalMs } = this.#options;
    this.#cancelPing = clock.after(intervalMs, () => {
      this.ask();
      this.start();
    });
  }

  /** Something arrived. */
  alive(): void {
    this.#askedAtMs = undefined;
  }

  /** Sends a ping now. */
  ask(): void {
    const { clock, timeoutMs, ping } = this.#options;
    if (this.#askedAtMs === undefined) {
      this.#askedAtMs = clock.now();
      this.#lookIn(timeoutMs);
    }
    ping();
  }

  stop(): void {
    this.#cancelPing?.();
    this.#cancelLook?.();
  }

  #lookIn(delayMs: number): void {
    const { clock } = this.#options;
    this.#cancelLook?.();
    this.#cancelLook = clock.after(delayMs, () => {
      if (this.#askedAtMs !== undefined) this.#options.onDead();
    });
  }
}
