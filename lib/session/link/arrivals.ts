interface Ping {
  number: number;
  sentAtMs: number;
  onArrived: (() => void)[];
}

/** Reports when the service has received what was sent: a ping is sent behind it, and pings are answered in order. */
export class Arrivals {
  readonly #ping: (say: string) => void;
  readonly #now: () => number;
  #count = 0;
  readonly #underWay: Ping[] = [];
  /** Callbacks whose data was sent behind the pings on their way; they wait for the answer to the next one. */
  #later: (() => void)[] = [];

  #isAnswering = false;
  #arrivedBeforeMs = -Infinity;

  constructor(ping: (say: string) => void, now: () => number) {
    this.#ping = ping;
    this.#now = now;
  }

  /** The service has everything that was sent before this time, on the clock. */
  get arrivedBeforeMs(): number {
    return this.#arrivedBeforeMs;
  }

  /** Whether the service has ever answered a ping. */
  get isAnswering(): boolean {
    return this.#isAnswering;
  }

  /** Sends a ping, unless one is on its way, whose answer is as good a sign of life. */
  ask(): void {
    if (this.#underWay.length === 0) this.#send([]);
  }

  /** Calls back once the service has everything that was sent so far. */
  confirm(onArrived: () => void): void {
    if (this.#underWay.length > 0) this.#later.push(onArrived);
    else this.#send([onArrived]);
  }

  /**
   * Works in the same way with a ping of its own, so that it is known what was sent before the answer and what after
   * it.
   */
  mark(onArrived: () => void): void {
    this.#send([onArrived]);
  }

  /**
   * The answer to a ping has arrived.
   * @param said Identifies the ping; earlier pings count as answered, too.
   */
  answered(said?: string): void {
    this.#isAnswering = true;
    const first = this.#underWay[0]?.number ?? 0;
    const number = said && /^\d+$/.test(said) ? Number(said) : first;
    const arrived: (() => void)[] = [];
    for (let ping = this.#underWay[0]; ping && ping.number <= number; ping = this.#underWay[0]) {
      this.#arrivedBeforeMs = ping.sentAtMs;
      arrived.push(...ping.onArrived);
      this.#underWay.shift();
    }
    if (this.#later.length > 0) this.#send(this.#later.splice(0));
    for (const onArrived of arrived) onArrived();
  }

  #send(onArrived: (() => void)[]): void {
    this.#count += 1;
    this.#underWay.push({ number: this.#count, sentAtMs: this.#now(), onArrived });
    this.#ping(String(this.#count));
  }
}
