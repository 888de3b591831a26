import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { joinTexts, openSession } from '../../../lib';
import type { AsrError, FinalEvent, SessionEvent, SessionOptions, TraceFile } from '../../../lib';
import { createSource, firstRate, Lasting, Listening } from '../../../lib/hosts';
import { asError } from '../shared/errors';
import { openTrace, sessionReliability } from '../shared/reliability';
import type { ReliabilityDef } from '../shared/reliability';
import { modelOf, sessionOptions } from '../shared/session-options';
import type { RecognitionDef } from '../shared/session-options';
import { Status } from '../shared/status';

/** The last results take about a second if the service answers; Node-RED waits 15 s for a node to close. */
const FINISH_BOUND_MS = 8_000;

/** The settings of a `wyoming server` node, as the editor stores them. */
export interface WyomingSettings extends RecognitionDef, ReliabilityDef {
  port?: string | number;
  host?: string;
  allowedSenders?: string;
  maxSenders?: string | number;
}

/** The work of one `wyoming server` node: it answers clients, and sends each transcript on as a message. */
export class WyomingController {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #settings: WyomingSettings;
  readonly #status: Status;
  readonly #trace: TraceFile | undefined;
  readonly #lasting: Lasting<Listening>;
  #isClosed = false;
  /** The sentences of utterances that are not over, by their sender. */
  readonly #finals = new Map<string, FinalEvent[]>();

  constructor(RED: NodeAPI, node: Node, settings: WyomingSettings) {
    this.#RED = RED;
    this.#node = node;
    this.#settings = settings;
    this.#status = new Status(node, RED._);
    this.#trace = openTrace(RED, node, settings);
    // The port may be free and the service there later, so it begins again after every failure.
    this.#lasting = new Lasting({
      make: (onFailure) => {
        this.#status.set('connecting');
        return this.#listen(onFailure);
      },
      onBegun: () => {
        this.#showClients();
      },
      onFailed: (thrown) => {
        this.#status.setFailed(thrown);
      },
      onOutage: (error) => {
        // With a message, because Catch nodes hear of no other errors.
        node.error(asError(error), {});
      },
      // The badge and the error have said it.
      onWarning: () => undefined,
    });
    this.#lasting.startInBackground();
  }

  /** Resolves when nothing of the node is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#lasting.stop((listening) => listening.finish(FINISH_BOUND_MS));
    this.#status.close();
    await this.#trace?.close();
  }

  #listen(onFailure: (error: AsrError) => void): Listening {
    const node = this.#node;
    const model = modelOf(this.#settings);
    const rateHz = this.#sessionOptions().sampleRateHz ?? firstRate(model);
    const { port, host, allowedSenders, maxSenders } = this.#settings;
    const onWarning = node.warn.bind(node);
    return new Listening({
      source: createSource(
        'wyoming',
        { port, host, allowedSenders, maxSenders },
        { rateHz, models: [model.id] },
      ),
      rateHz,
      openSession: (wishes) => openSession({ ...this.#sessionOptions(), ...wishes, sampleRateHz: rateHz }),
      onEvent: (event, sender) => {
        this.#onEvent(event, sender);
      },
      onSenderGone: (sender) => {
        this.#onGone(sender);
      },
      onBadItem: (error) => {
        node.warn(error.message);
      },
      onFailure,
      onWarning,
    });
  }

  /** They are made for each utterance, because a key in an environment variable may change. */
  #sessionOptions(): SessionOptions {
    return {
      ...sessionOptions(this.#RED, this.#node, this.#settings),
      ...sessionReliability(this.#node, this.#settings, this.#trace),
    };
  }

  #onEvent(event: SessionEvent, sender: string): void {
    if (event.type === 'warning') this.#node.warn(event.message);
    if (event.type !== 'final' || event.text === '') return;
    const finals = this.#finals.get(sender) ?? [];
    finals.push(event);
    this.#finals.set(sender, finals);
    this.#showClients();
  }

  /** The utterance is over, and its client has been answered. */
  #onGone(sender: string): void {
    const finals = this.#finals.get(sender);
    this.#finals.delete(sender);
    if (!finals) return;
    this.#node.send(messageOf(finals, sender));
    if (!this.#isClosed) this.#showClients();
  }

  #showClients(): void {
    if (this.#finals.size > 0) this.#status.set('recognising', { n: this.#finals.size });
    else this.#status.set('listening');
  }
}

function messageOf(finals: readonly FinalEvent[], sender: string): NodeMessage {
  const text = joinTexts(finals.map((final) => final.text));
  const { language, emotion } = finals.at(-1) ?? {};
  const [address = ''] = sender.split(' ');
  const msg = {
    payload: text,
    topic: address,
    ...(language !== undefined && { language }),
    ...(emotion !== undefined && { emotion }),
    asr: { type: 'transcript', text, finals },
  };
  return msg;
}
