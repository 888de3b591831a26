import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { isObject } from '../../../lib/hosts';
import { asError, NodeError } from '../shared/errors';
import type { Done } from '../shared/red';
import { Status } from '../shared/status';
import { openBrowserMicrophone } from './browser';
import { openComputerMicrophone } from './computer';
import type { Doors } from './doors';
import type {
  Microphone,
  MicrophoneKind,
  MicrophoneOptions,
  MicrophoneSecrets,
  MicrophoneSettings,
} from './microphone';

const OPEN: Readonly<Record<MicrophoneKind, (options: MicrophoneOptions) => Microphone>> = {
  browser: openBrowserMicrophone,
  computer: openComputerMicrophone,
};

/** The work of one `microphone` node. */
export class MicrophoneController {
  readonly #RED: NodeAPI;
  readonly #node: Node<MicrophoneSecrets>;
  readonly #settings: MicrophoneSettings;
  readonly #doors: Doors;
  readonly #status: Status;
  #microphone: Microphone | undefined;
  /** The last microphone has let go of its device. */
  #stopped: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(RED: NodeAPI, node: Node<MicrophoneSecrets>, settings: MicrophoneSettings, doors: Doors) {
    this.#RED = RED;
    this.#node = node;
    this.#settings = settings;
    this.#doors = doors;
    this.#status = new Status(node, RED._);
    if (settings.autostart === false) {
      this.#status.set('stopped');
      return;
    }
    try {
      this.#start();
    } catch (error) {
      this.#status.setFailed(error);
      node.error(asError(error));
    }
  }

  async onInput(msg: NodeMessageInFlow, done: Done): Promise<void> {
    try {
      // The results of a session, and what a Catch node says, which only a page can show.
      if (isObject(msg.asr) || isObject(msg.error)) this.#microphone?.hear?.(msg);
      else await this.#act(msg.action);
      done();
    } catch (error) {
      this.#status.setFailed(error);
      done(asError(error));
    }
  }

  /** Resolves when nothing is left open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#stopped, this.#microphone?.close()]);
    this.#status.close();
  }

  async #act(action: unknown): Promise<void> {
    if (action === 'start') {
      await this.#stopped;
      if (!this.#isOpen() && !this.#isOver()) this.#start();
    } else if (action === 'stop') {
      const microphone = this.#microphone;
      this.#microphone = undefined;
      if (microphone) this.#stopped = microphone.stop();
      await this.#stopped;
      // It may have been started again meanwhile.
      if (!this.#isOpen()) this.#status.set('stopped');
    } else {
      throw new NodeError('UNKNOWN_ACTION', this.#RED._('asr-microphone.error.unknown-action'));
    }
  }

  // Methods, because both values change during an await.
  #isOpen(): boolean {
    return this.#microphone !== undefined;
  }

  #isOver(): boolean {
    return this.#isClosed;
  }

  /** @throws AsrError `INVALID_OPTION`, NodeError `BAD_PATH` */
  #start(): void {
    const { kind = 'computer' } = this.#settings;
    this.#microphone = OPEN[kind]({
      RED: this.#RED,
      node: this.#node,
      status: this.#status,
      settings: this.#settings,
      doors: this.#doors,
    });
  }
}
