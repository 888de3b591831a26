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
    // In a program that was busy for long, the timer rings before an answer that has arrived is read.
    this.#cancelLook = clock.after(delayMs, () => {
      this.#cancelLook = clock.after(0, () => {
        if (this.#askedAtMs !== undefined) this.#options.onDead();
      });
    });
  }
}

/** Reports when the service has received what was sent: a ping is sent behind it, and pings are answered in order. */
export class Arrivals {
  readonly #ping: () => void;
  #isAsked = false;
  /** Callbacks that wait for the answer to the ping on its way. */
  #next: (() => void)[] = [];
  /** Callbacks whose data was sent behind the ping on its way; they wait for the answer to the next one. */
  #later: (() => void)[] = [];

  constructor(ping: () => void) {
    this.#ping = ping;
  }

  /** Sends a ping, unless one is on its way, whose answer is as good a sign of life. */
  ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#ping();
  }

  /** Calls back once the service has everything that was sent so far. */
  confirm(onArrived: () => void): void {
    (this.#isAsked ? this.#later : this.#next).push(onArrived);
    this.ask();
  }

  /** The answer to the ping has arrived. */
  answered(): void {
    const arrived = this.#next;
    this.#next = this.#later;
    this.#later = [];
    this.#isAsked = false;
    if (this.#next.length > 0) this.ask();
    for (const onArrived of arrived) onArrived();
  }
}
