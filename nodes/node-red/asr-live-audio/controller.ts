import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import type { SessionEvent } from '../../../lib';
import { createSource, isObject } from '../../../lib/hosts';
import { audioMessage, endMessage } from '../shared/audio-out';
import { asError, NodeError } from '../shared/errors';
import { readNumber } from '../shared/limits';
import type { Done } from '../shared/red';
import { SourcePlayer } from '../shared/source-player';
import { Status } from '../shared/status';

/** The settings of a `live audio` node; those of the source are the fields in the table of kinds. */
export interface LiveAudioSettings {
  source?: string;
  /** Of the audio that is sent on. */
  sampleRate?: string | number;
  /** Whether it starts with the flow; else a message with `msg.action` starts it. Default true. */
  autostart?: boolean;
  [field: string]: unknown;
}

/** Kept with the node's secrets, because flows are exported: the secret fields in the table of kinds. */
export type LiveAudioSecrets = Record<string, string | undefined>;

const RATE_HZ = 16_000;

/** What `asr session` says of a sentence, which a satellite wants to know. */
function isResult(asr: unknown): asr is SessionEvent {
  return isObject(asr) && (asr.type === 'final' || asr.type === 'interim') && typeof asr.text === 'string';
}

/** The work of one `live audio` node. */
export class LiveAudioController {
  readonly #RED: NodeAPI;
  readonly #node: Node<LiveAudioSecrets>;
  readonly #settings: LiveAudioSettings;
  readonly #status: Status;
  #player: SourcePlayer | undefined;
  /** The last player has let go of its port or device. */
  #stopped: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(RED: NodeAPI, node: Node<LiveAudioSecrets>, settings: LiveAudioSettings) {
    this.#RED = RED;
    this.#node = node;
    this.#settings = settings;
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
      if (isResult(msg.asr)) this.#player?.hear(msg.asr, msg.topic);
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
    await Promise.all([this.#stopped, this.#player?.stop()]);
    this.#status.close();
  }

  async #act(action: unknown): Promise<void> {
    if (action === 'start') {
      await this.#stopped;
      if (!this.#hasPlayer() && !this.#isOver()) this.#start();
    } else if (action === 'stop') {
      const player = this.#player;
      this.#player = undefined;
      if (player) this.#stopped = player.stop();
      await this.#stopped;
      // It may have been started again meanwhile.
      if (!this.#hasPlayer()) this.#status.set('stopped');
    } else {
      throw new NodeError('UNKNOWN_ACTION', this.#RED._('asr-live-audio.error.unknown-action'));
    }
  }

  // Methods, because both values change during an await.
  #hasPlayer(): boolean {
    return this.#player !== undefined;
  }

  #isOver(): boolean {
    return this.#isClosed;
  }

  /** @throws AsrError `INVALID_OPTION` */
  #start(): void {
    const node = this.#node;
    const rateHz = readNumber(this.#settings.sampleRate) ?? RATE_HZ;
    const values = { ...this.#settings, ...node.credentials };
    const player = new SourcePlayer({
      node,
      status: this.#status,
      source: createSource(this.#settings.source ?? '', values, { rateHz }),
      rateHz,
      onAudio: (pcm, { sender, details }) => {
        const message = audioMessage(pcm, rateHz, sender);
        // `call`, as append audio says it of a call in messages.
        if (details) Object.assign(message, details);
        node.send(message);
      },
      onEnd: (what, sender) => {
        // Nobody is there for it while the flow is deployed again.
        if (!this.#isClosed) node.send(endMessage(what, sender));
      },
    });
    this.#player = player;
    player.start();
  }
}
