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
