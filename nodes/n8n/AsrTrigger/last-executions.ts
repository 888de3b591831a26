import { setTimeout as sleep } from 'node:timers/promises';
import type { IDeferredPromise, IRun, ITriggerFunctions } from 'n8n-workflow';

/**
 * The executions that a trigger starts while it is being closed. n8n ends its process as soon as none runs, and one
 * that has just been started does not count as running yet.
 */
export class LastExecutions {
  readonly #context: ITriggerFunctions;
  readonly #ended: Promise<unknown>[] = [];
  #isWatching = false;

  constructor(context: ITriggerFunctions) {
    this.#context = context;
  }

  /** From now on executions are waited for. */
  watch(): void {
    this.#isWatching = true;
  }

  /** A promise for the next execution, which n8n resolves at its end. */
  next(): IDeferredPromise<IRun> | undefined {
    if (!this.#isWatching) return undefined;
    const done = this.#context.helpers.createDeferredPromise<IRun>();
    this.#ended.push(done.promise.catch(() => undefined));
    return done;
  }

  /** Resolves when all have ended, and after the time limit at the latest. */
  async ended(boundMs: number): Promise<void> {
    const bound = new AbortController();
    const late = sleep(boundMs, undefined, { signal: bound.signal }).catch(() => undefined);
    await Promise.race([late, Promise.all(this.#ended)]);
    bound.abort();
  }
}
