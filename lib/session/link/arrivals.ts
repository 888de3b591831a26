interface Ping {
  number: number;
  onArrived: (() => void)[];
}

/** Reports when the service has received what was sent: a ping is sent behind it, and pings are answered in order. */
export class Arrivals {
  readonly #ping: (say: string) => void;
  #count = 0;
  readonly #underWay: Ping[] = [];
  /** Callbacks whose data was sent behind the pings on their way; they wait for the answer to the next one. */
  #later: (() => void)[] = [];

  #isAnswering = false;

  constructor(ping: (say: string) => void) {
    this.#ping = ping;
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
    while (this.#underWay[0] && this.#underWay[0].number <= number) {
      arrived.push(...(this.#underWay.shift()?.onArrived ?? []));
    }
    if (this.#later.length > 0) this.#send(this.#later.splice(0));
    for (const onArrived of arrived) onArrived();
  }

  #send(onArrived: (() => void)[]): void {
    this.#count += 1;
    this.#underWay.push({ number: this.#count, onArrived });
    this.#ping(String(this.#count));
  }
}
