/** A request that waits for its turn. An interim may be dropped, a final never is. */
interface Job {
  samples: () => Float32Array;
  resolve: (text: string | undefined) => void;
  reject: (error: unknown) => void;
}

interface Waiting {
  finals: Job[];
  interim: Job | undefined;
}

/**
 * Shares one model between sessions: one decode at a time, sessions in turn, finals before interims. A waiting
 * interim is dropped when a newer one of the same session comes, so a slow machine skips interims and loses no final.
 */
export class DecodeQueue {
  readonly #decode: (samples: Float32Array) => Promise<string>;
  /** In the order of the sessions' turns. */
  readonly #waiting = new Map<object, Waiting>();
  #isRunning = false;
  #running: Promise<void> | undefined;

  constructor(decode: (samples: Float32Array) => Promise<string>) {
    this.#decode = decode;
  }

  /** @param owner The session. */
  final(owner: object, samples: Float32Array): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#of(owner).finals.push({
        samples: () => samples,
        resolve: (text) => {
          resolve(text ?? '');
        },
        reject,
      });
      this.#run();
    });
  }

  /**
   * @param samples Called when the turn has come, so that a late interim covers all audio up to then.
   * @returns `undefined` when it was dropped.
   */
  interim(owner: object, samples: () => Float32Array): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = this.#of(owner);
      waiting.interim?.resolve(undefined);
      waiting.interim = { samples, resolve, reject };
      this.#run();
    });
  }

  /** Drops a waiting interim. */
  dropInterim(owner: object): void {
    const waiting = this.#waiting.get(owner);
    waiting?.interim?.resolve(undefined);
    if (waiting) waiting.interim = undefined;
  }

  /** Forgets a session; its finals resolve to `''`. */
  drop(owner: object): void {
    const waiting = this.#waiting.get(owner);
    this.#waiting.delete(owner);
    for (const job of [...(waiting?.finals ?? []), waiting?.interim]) job?.resolve(undefined);
  }

  /** Resolves when nothing is being decoded. */
  async idle(): Promise<void> {
    await this.#running;
  }

  #of(owner: object): Waiting {
    let waiting = this.#waiting.get(owner);
    if (!waiting) this.#waiting.set(owner, (waiting = { finals: [], interim: undefined }));
    return waiting;
  }

  #run(): void {
    if (!this.#isRunning) this.#running = this.#work();
  }

  async #work(): Promise<void> {
    this.#isRunning = true;
    for (let job = this.#next(); job; job = this.#next()) {
      try {
        job.resolve(await this.#decode(job.samples()));
      } catch (error) {
        job.reject(error);
      }
    }
    // Set in the same turn of the event loop as the last look: whoever waited for the last job may request the next
    // one right now, and would otherwise meet a worker that has stopped looking.
    this.#isRunning = false;
  }

  #next(): Job | undefined {
    return this.#take((waiting) => waiting.finals.shift()) ?? this.#take(takeInterim);
  }

  /** The job of the first session that has one; the session goes to the end of the line. */
  #take(from: (waiting: Waiting) => Job | undefined): Job | undefined {
    for (const [owner, waiting] of this.#waiting) {
      const job = from(waiting);
      if (!job) continue;
      this.#waiting.delete(owner);
      if (waiting.finals.length > 0 || waiting.interim) this.#waiting.set(owner, waiting);
      return job;
    }
    return undefined;
  }
}

function takeInterim(waiting: Waiting): Job | undefined {
  const job = waiting.interim;
  waiting.interim = undefined;
  return job;
}
