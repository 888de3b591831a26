import type { ServiceClock } from './time';

/** How much the service takes at once; the live service has limits too (protocol.md A.8, E 1). */
export interface ServiceLimits {
  /** Open connections of Qwen-ASR-Realtime. Default 100, the number at which the live service was seen to refuse. */
  qwenConnections?: number;
  /** Open connections of run-task, with or without a task. Default 250. */
  runTaskConnections?: number;
  /** Tasks and sessions of both protocols that are recognised at once. Each takes about 10 MB. Default 100. */
  listening?: number;
  /** Upgrade requests, tasks and HTTP requests per second of service time. Default 100. */
  requestsPerSecond?: number;
}

const DEFAULT_LIMITS: Required<ServiceLimits> = {
  qwenConnections: 100,
  runTaskConnections: 250,
  listening: 100,
  requestsPerSecond: 100,
};

/** @throws RangeError for a limit that is no whole number above 0. */
export function checkLimits(given: ServiceLimits = {}): Required<ServiceLimits> {
  const limits = { ...DEFAULT_LIMITS, ...given };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`Expected \`limits.${name}\` to be a whole number >= 1, got ${value}.`);
  }
  return limits;
}

const SECOND_MS = 1_000;

/** The limits that all connections of a service share. */
export class Quota {
  readonly requests: RequestRate;
  /** One place for each task or session that is recognised. */
  readonly listening: Places;

  constructor(clock: ServiceClock, limits: Required<ServiceLimits>) {
    this.requests = new RequestRate(clock, limits.requestsPerSecond);
    this.listening = new Places(limits.listening);
  }
}

/** Counts requests over the last second. */
class RequestRate {
  readonly #clock: ServiceClock;
  readonly #perSecond: number;
  #admittedAtMs: number[] = [];

  constructor(clock: ServiceClock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** @returns False when the request is one too many; such requests are not counted. */
  admit(): boolean {
    const nowMs = this.#clock.now();
    this.#admittedAtMs = this.#admittedAtMs.filter((atMs) => atMs > nowMs - SECOND_MS);
    if (this.#admittedAtMs.length >= this.#perSecond) return false;
    this.#admittedAtMs.push(nowMs);
    return true;
  }
}

/** A number of places. */
class Places {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns A function that gives the place back, once; `undefined` when there is no place. */
  take(): (() => void) | undefined {
    if (this.#taken >= this.#most) return undefined;
    this.#taken += 1;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#taken -= 1;
    };
  }
}
