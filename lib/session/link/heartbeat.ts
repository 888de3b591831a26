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

/** Tells when the service has got what was sent: a ping goes out behind it, and pings are answered in their order. */
export class Arrivals {
  readonly #ping: () => void;
  #isAsked = false;
  /** Wait for the answer that is under way. */
  #next: (() => void)[] = [];
  /** What they wait for was sent behind the ping that is under way: wait for the answer to another. */
  #later: (() => void)[] = [];

  constructor(ping: () => void) {
    this.#ping = ping;
  }

  /** Sends a ping, unless one is under way: its answer is as good a sign of life. */
  ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#ping();
  }

  /** Calls back once the service has all that was sent so far. */
  confirm(onArrived: () => void): void {
    (this.#isAsked ? this.#later : this.#next).push(onArrived);
    this.ask();
  }

  /** The answer came. */
  answered(): void {
    const arrived = this.#next;
    this.#next = this.#later;
    this.#later = [];
    this.#isAsked = false;
    if (this.#next.length > 0) this.ask();
    for (const onArrived of arrived) onArrived();
  }
}
