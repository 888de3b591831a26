import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { isObject } from '../../../lib/hosts';
import { asError } from '../shared/errors';
import type { Done } from '../shared/red';
import { StartStop } from '../shared/start-stop';
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
  readonly #status: Status;
  readonly #microphone: StartStop<Microphone>;

  constructor(RED: NodeAPI, node: Node<MicrophoneSecrets>, settings: MicrophoneSettings, doors: Doors) {
    const status = new Status(node, RED._);
    this.#status = status;
    this.#microphone = new StartStop({
      RED,
      node,
      status,
      autostart: settings.autostart,
      open: () => OPEN[settings.kind ?? 'computer']({ RED, node, status, settings, doors }),
      close: (microphone) => microphone.close(),
    });
  }

  async onInput(msg: NodeMessageInFlow, done: Done): Promise<void> {
    try {
      // The results of a session, and what a Catch node says, which only a page can show.
      if (isObject(msg.asr) || isObject(msg.error)) this.#microphone.running?.hear?.(msg);
      else await this.#microphone.act(msg.action);
      done();
    } catch (error) {
      this.#status.setFailed(error);
      done(asError(error));
    }
  }

  /** Resolves when nothing is left open. */
  close(): Promise<void> {
    return this.#microphone.close();
  }
}
