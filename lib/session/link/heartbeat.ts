import type { Cancel, Clock } from '../../transport/environment';

export interface HeartbeatOptions {
  clock: Clock;
  /** A ping goes out this often. */
  intervalMs: number;
  /** Without any sign of life for this long after a ping, the link is dead. */
  timeoutMs: number;
  ping: () => void;
  onDead: () => void;
}

/** protocol.md A.8: ping every 15 to 30 s; a link that is half dead answers nothing. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  /** When the oldest ping went out that no sign of life has followed. */
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

  /** Something came. */
  alive(): void {
    this.#askedAtMs = undefined;
  }

  /** Asks for a sign of life now. */
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
    // After a program that was busy for long the timer rings before the answer that has come is read.
    this.#cancelLook = clock.after(delayMs, () => {
      this.#cancelLook = clock.after(0, () => {
        if (this.#askedAtMs !== undefined) this.#options.onDead();
      });
    });
  }
}
