import type { Node, NodeAPI } from 'node-red';
import { asError, NodeError } from './errors';
import type { Status } from './status';

/** What a node has open while it runs. */
interface Running {
  /** Resolves when nothing of it is left open. */
  stop: () => Promise<void>;
}

export interface StartStopOptions<T extends Running> {
  RED: NodeAPI;
  node: Node;
  status: Status;
  /** Whether it starts with the flow; else a message with `msg.action` starts it. Default true. */
  autostart: boolean | undefined;
  /**
   * Opens what the node runs.
   * @param isOver Whether the flow is being deployed again, so that nobody is there for a message.
   */
  open: (isOver: () => boolean) => T;
  /** Ends it for a flow that is deployed again. Default: as it is stopped. */
  close?: (running: T) => Promise<void>;
}

/** Starts and stops what a node runs: with its flow, and by messages with `msg.action`. */
export class StartStop<T extends Running> {
  readonly #options: StartStopOptions<T>;
  #running: T | undefined;
  /** The last one has let go of its port or device. */
  #stopped: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(options: StartStopOptions<T>) {
    this.#options = options;
    const { node, status, autostart } = options;
    if (autostart === false) {
      status.set('stopped');
      return;
    }
    try {
      this.#start();
    } catch (error) {
      status.setFailed(error);
      node.error(asError(error));
    }
  }

  get running(): T | undefined {
    return this.#running;
  }

  /** @throws NodeError `UNKNOWN_ACTION`, and what opening throws. */
  async act(action: unknown): Promise<void> {
    const { RED, node, status } = this.#options;
    if (action === 'start') {
      await this.#stopped;
      if (!this.running && !this.#hasEnded()) this.#start();
    } else if (action === 'stop') {
      const running = this.#running;
      this.#running = undefined;
      if (running) this.#stopped = running.stop();
      await this.#stopped;
      // It may have been started again meanwhile.
      if (!this.running) status.set('stopped');
    } else {
      throw new NodeError('UNKNOWN_ACTION', RED._(`${node.type}.error.unknown-action`));
    }
  }

  /** Resolves when nothing is left open. */
  async close(): Promise<void> {
    const { close = (running: T) => running.stop(), status } = this.#options;
    this.#isOver = true;
    await Promise.all([this.#stopped, this.#running && close(this.#running)]);
    status.close();
  }

  // A method, because the value changes during an await.
  #hasEnded(): boolean {
    return this.#isOver;
  }

  #start(): void {
    this.#running = this.#options.open(() => this.#isOver);
  }
}
