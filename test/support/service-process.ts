import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { LocalServiceOptions } from '../../local-service';
import { eventually } from './eventually';
import { leaveNothingOpen } from './open-resources';

const NOTICED_WITHIN_MS = 20_000;

/** The messages between the two processes. */
export type ServiceMessage = { listening: number } | { failed: string } | { connections: number };

/** A local service in a process of its own: its work does not slow the test's, and it can be killed. */
export class ServiceProcess {
  readonly #child: ChildProcess;
  readonly #port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
  }

  static async start(
    options: Omit<LocalServiceOptions, 'log' | 'progress' | 'signal'>,
  ): Promise<ServiceProcess> {
    const child = fork(path.join(__dirname, 'service-child.ts'), [JSON.stringify(options)], {
      execArgv: ['--require', 'tsx/cjs'],
    });
    const message = await messageOf(child);
    if ('listening' in message) return new ServiceProcess(child, message.listening);
    throw new Error(`The service did not start: ${'failed' in message ? message.failed : 'no port'}`);
  }

  /**
   * Runs a service for as long as the work takes, however it ends. Returns how many connections the work has left
   * open.
   */
  static async during<T>(
    options: Parameters<typeof ServiceProcess.start>[0],
    work: (port: number) => Promise<T>,
  ): Promise<{ result: T; connectionsLeft: number }> {
    const service = await ServiceProcess.start(options);
    try {
      const result = await work(service.port);
      return { result, connectionsLeft: await service.connectionsLeft() };
    } finally {
      await service.close();
    }
  }

  get port(): number {
    return this.#port;
  }

  /** The connections that are still open after a busy service has had time to notice the end of the others. */
  async connectionsLeft(): Promise<number> {
    let left = 0;
    const isNoneLeft = async () => (left = await this.#connections()) === 0;
    await eventually(isNoneLeft, 'all connections to end', NOTICED_WITHIN_MS).catch(() => undefined);
    return left;
  }

  /** Ends the process by a message or by a signal. Resolves when it is gone. */
  async close(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill(signal);
    await gone;
  }

  async #connections(): Promise<number> {
    this.#child.send('connections');
    const message = await messageOf(this.#child);
    if (!('connections' in message)) throw new Error('The service gave another answer.');
    return message.connections;
  }
}

/**
 * A service of its own for each test. Registers hooks: no connection is left at it, and nothing open here.
 * @returns Its port while a test runs.
 */
export function useServiceProcess(options: Parameters<typeof ServiceProcess.start>[0]): {
  readonly port: number;
} {
  let service: ServiceProcess;

  beforeEach(async function () {
    // Fetches the recogniser at first use, where that is its engine.
    this.timeout(120_000);
    service = await ServiceProcess.start(options);
  });

  afterEach(async () => {
    assert.equal(await service.connectionsLeft(), 0);
    await service.close();
  });

  leaveNothingOpen();

  return {
    get port() {
      return service.port;
    },
  };
}

async function messageOf(child: ChildProcess): Promise<ServiceMessage> {
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => [{ failed: `exit code ${String(code)}` }]),
  ])) as [ServiceMessage];
  return message;
}
