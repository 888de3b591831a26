export interface OutageOptions {
  /** Called with a sentence at the beginning of an outage, and with one at its end. */
  say: (message: string) => void;
  now?: () => number;
}

/** Reports a loss once and the return once, however many attempts lie between them. */
export class Outage {
  readonly #say: (message: string) => void;
  readonly #now: () => number;
  #sinceMs = 0;
  #attempts = 0;

  constructor({ say, now = () => performance.now() }: OutageOptions) {
    this.#say = say;
    this.#now = now;
  }

  /** Something was lost, or an attempt to get it back has failed. Another attempt comes after the delay. */
  lost(reason: string, delayMs: number): void {
    this.#attempts += 1;
    if (this.#attempts > 1) return;
    this.#sinceMs = this.#now();
    this.#say(`${reason} Attempt 1 in ${seconds(delayMs)} s; then silence until it is back.`);
  }

  /**
   * The service is available again.
   * @param what The subject of the sentence that reports it.
   */
  back(what: string): void {
    if (this.#attempts === 0) return;
    this.#say(
      `${what} is back at attempt ${this.#attempts}, after ${seconds(this.#now() - this.#sinceMs)} s.`,
    );
    this.#attempts = 0;
  }
}

/** For people. */
export function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
