import type { Cancel, Clock } from '../environment';

export interface HeartbeatOptions {
  clock: Clock;
  /** A ping goes out after this long. */
  intervalMs: number;
  /** Without any sign of life for this long after a ping, the link is dead. */
  timeoutMs: number;
  ping: () => void;
  onDead: () => void;
}

/** protocol.md A.8: ping every 15 to 30 s; a link that is half dead answers nothing. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #isAlive = false;
  #cancel: Cancel | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    this.#in(this.#options.intervalMs, () => {
      this.#ping();
    });
  }

  /** Something came. */
  alive(): void {
    this.#isAlive = true;
  }

  stop(): void {
    this.#cancel?.();
  }

  #ping(): void {
    const { intervalMs, timeoutMs, ping, onDead } = this.#options;
    this.#isAlive = false;
    this.#in(timeoutMs, () => {
      // After a program that was busy for long the timer rings before the answer that has come is read.
      this.#in(0, () => {
        if (!this.#isAlive) {
          onDead();
          return;
        }
        this.#in(Math.max(0, intervalMs - timeoutMs), () => {
          this.#ping();
        });
      });
    });
    ping();
  }

  #in(delayMs: number, then: () => void): void {
    this.#cancel = this.#options.clock.after(delayMs, then);
  }
}
