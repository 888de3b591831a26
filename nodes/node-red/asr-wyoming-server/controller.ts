import { setTimeout as sleep } from 'node:timers/promises';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { joinTexts, openSession } from '../../../lib';
import type { FinalEvent, SessionEvent } from '../../../lib';
import { asAsrError, Backoff, createSource, firstRate, Listening } from '../../../lib/hosts';
import { asError } from '../shared/errors';
import { modelOf, sessionOptions } from '../shared/session-options';
import type { RecognitionDef } from '../shared/session-options';
import { Status } from '../shared/status';

/** The last results take about a second if the service answers; Node-RED waits 15 s for a node to close. */
const FINISH_BOUND_MS = 8_000;

/** The settings of a `wyoming server` node, as the editor stores them. */
export interface WyomingSettings extends RecognitionDef {
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
  readonly #backoff = new Backoff();
  readonly #closing = new AbortController();
  /** The sentences of utterances that are not over, by their sender. */
  readonly #finals = new Map<string, FinalEvent[]>();
  #listening: Listening | undefined;
  #again: Promise<void> = Promise.resolve();
  /** A failure was reported, and nothing has worked since. */
  #isOut = false;

  constructor(RED: NodeAPI, node: Node, settings: WyomingSettings) {
    this.#RED = RED;
    this.#node = node;
    this.#settings = settings;
    this.#status = new Status(node, RED._);
    this.#again = this.#begin();
  }

  /** Resolves when nothing of the node is left. */
  async close(): Promise<void> {
    this.#closing.abort();
    // It also ends a start that waits for the service, so this comes first.
    await this.#listening?.finish(FINISH_BOUND_MS);
    await this.#again;
    this.#status.close();
  }

  /** Listens. A failure is shown and tried again, because the port may be free and the service there later. */
  async #begin(): Promise<void> {
    this.#status.set('connecting');
    const startedAtMs = performance.now();
    try {
      this.#listening = this.#listen(startedAtMs);
      await this.#listening.start();
      this.#isOut = false;
      this.#showClients();
    } catch (error) {
      this.#failed(error, startedAtMs);
    }
  }

  #listen(startedAtMs: number): Listening {
    const RED = this.#RED;
    const node = this.#node;
    const model = modelOf(this.#settings);
    const session = sessionOptions(RED, node, this.#settings);
    const rateHz = session.sampleRateHz ?? firstRate(model);
    const { port, host, allowedSenders, maxSenders } = this.#settings;
    const onWarning = node.warn.bind(node);
    return new Listening({
      source: createSource(
        'wyoming',
        { port, host, allowedSenders, maxSenders },
        { rateHz, models: [model.id] },
      ),
      rateHz,
      openSession: (wishes) =>
        openSession({ ...sessionOptions(RED, node, this.#settings), ...wishes, sampleRateHz: rateHz }),
      onEvent: (event, sender) => {
        this.#onEvent(event, sender);
      },
      onSenderGone: (sender) => {
        this.#onGone(sender);
      },
      onBadItem: (error) => {
        node.warn(error.message);
      },
      onFailure: (error) => {
        this.#failed(error, startedAtMs);
      },
      onWarning,
    });
  }

  #failed(thrown: unknown, startedAtMs: number): void {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    const error = asAsrError(thrown, 'CONNECT_FAILED', 'Listening failed');
    this.#status.setFailed(thrown);
    // With a message, because Catch nodes hear of no other errors.
    if (!this.#isOut) this.#node.error(asError(error), {});
    this.#isOut = true;
    const delayMs = this.#backoff.nextMs(performance.now() - startedAtMs);
    this.#again = sleep(delayMs, undefined, { signal })
      .then(async () => {
        // Its port must be free by then.
        await this.#listening?.close();
        if (!signal.aborted) await this.#begin();
      })
      .catch(() => undefined);
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
    if (!this.#closing.signal.aborted) this.#showClients();
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
