import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { asError } from '../shared/errors';
import { findSessionHost } from '../shared/host';
import type { Done, Send } from '../shared/red';
import { Status } from '../shared/status';

/** The settings of a `commit` node, as the editor stores them. */
export interface CommitSettings {
  /** Id of the `asr session` node. */
  session: string;
  /** Whether the session stays open for more audio, or ends with this commit. */
  then: 'keep' | 'finish';
}

/** The work of one `commit` node. */
export class CommitController {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #settings: CommitSettings;
  readonly #status: Status;
  #waiting = 0;
  #closed = false;

  constructor(RED: NodeAPI, node: Node, settings: CommitSettings) {
    this.#RED = RED;
    this.#node = node;
    this.#settings = settings;
    this.#status = new Status(node, RED._);
  }

  async onInput(msg: NodeMessageInFlow, send: Send, done: Done): Promise<void> {
    this.#waiting += 1;
    this.#status.set('waiting');
    try {
      const host = findSessionHost(this.#RED, this.#node, this.#settings.session);
      const answer = await host.commit(msg, this.#settings.then === 'finish');
      if (this.#closed) return;
      this.#leave();
      send(Object.assign(msg, { payload: answer.text, asr: answer }));
      done();
    } catch (error) {
      if (this.#closed) return;
      this.#leave();
      this.#status.setFailed(error);
      done(asError(error));
    }
  }

  close(): void {
    this.#closed = true;
    this.#status.close();
  }

  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#status.clear();
  }
}
