import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import type { SessionEvent } from '../../../lib';
import { createSource, isObject } from '../../../lib/hosts';
import { audioMessage, endMessage } from '../shared/audio-out';
import { asError } from '../shared/errors';
import { readNumber } from '../shared/limits';
import type { Done } from '../shared/red';
import { SourcePlayer } from '../shared/source-player';
import { StartStop } from '../shared/start-stop';
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
  readonly #node: Node<LiveAudioSecrets>;
  readonly #settings: LiveAudioSettings;
  readonly #status: Status;
  readonly #player: StartStop<SourcePlayer>;

  constructor(RED: NodeAPI, node: Node<LiveAudioSecrets>, settings: LiveAudioSettings) {
    this.#node = node;
    this.#settings = settings;
    this.#status = new Status(node, RED._);
    this.#player = new StartStop({
      RED,
      node,
      status: this.#status,
      autostart: settings.autostart,
      open: (isOver) => this.#play(isOver),
    });
  }

  async onInput(msg: NodeMessageInFlow, done: Done): Promise<void> {
    try {
      if (isResult(msg.asr)) this.#player.running?.hear(msg.asr, msg.topic);
      else await this.#player.act(msg.action);
      done();
    } catch (error) {
      this.#status.setFailed(error);
      done(asError(error));
    }
  }

  /** Resolves when nothing is left open. */
  close(): Promise<void> {
    return this.#player.close();
  }

  /** @throws AsrError `INVALID_OPTION` */
  #play(isOver: () => boolean): SourcePlayer {
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
        if (!isOver()) node.send(endMessage(what, sender));
      },
    });
    player.start();
    return player;
  }
}
