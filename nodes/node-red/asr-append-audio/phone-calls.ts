import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { MODELS } from '../../../lib';
import { CallMessages, forgetOldest } from '../../../lib/hosts';
import type { CallEvent } from '../../../lib/hosts';
import type { SessionHost } from '../shared/host';
import { readProperty } from '../shared/red';

/** Connections whose calls are remembered at the same time. */
const MAX_CONNECTIONS = 1000;
const TELEPHONE_RATE_HZ = 8000;

type EventOf<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>;

/** What the status of `websocket in` says when somebody has come or gone. */
interface ConnectionStatus {
  event?: unknown;
  _session?: { type?: unknown; id?: unknown };
}

/**
 * The telephone calls among the messages of one `append audio` node: what Twilio, Vonage and others send into
 * `websocket in`. Each track of a call has a session of its own.
 */
export class PhoneCalls {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  /** What was read of each connection, with the one that was used last at the end. */
  readonly #connections = new Map<string, CallMessages>();
  readonly #said = new Set<string>();

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#node = node;
  }

  /** @returns `undefined` for a message that is no part of a call. */
  read(msg: NodeMessageInFlow, property: string): CallEvent[] | undefined {
    const value = readProperty(this.#RED, msg, property);
    if (value === undefined) return this.#readStatus(msg);
    if (value instanceof Uint8Array) {
      return this.#connections.size === 0
        ? undefined
        : this.#connections.get(connectionOf(msg))?.binary(value);
    }
    if (!mayBeText(value)) return undefined;
    const name = connectionOf(msg);
    const known = this.#connections.get(name);
    const calls = known ?? new CallMessages({ connection: name.trim() || 'call' });
    const events = calls.text(value);
    if (!events || (!known && !calls.isActive)) return events;
    this.#connections.delete(name);
    this.#connections.set(name, calls);
    forgetOldest(this.#connections, MAX_CONNECTIONS);
    return events;
  }

  /**
   * Gives the audio to the sessions of its tracks, and sets `msg.call`.
   * @throws The first error, when everything that can be done is done.
   */
  async give(msg: NodeMessageInFlow, events: readonly CallEvent[], host: SessionHost): Promise<void> {
    // All of them begin now, because those of the next message must come behind them.
    const work = events.map((event) => this.#giveOne(msg, event, host));
    const results = await Promise.allSettled(work);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #giveOne(msg: NodeMessageInFlow, event: CallEvent, host: SessionHost): Promise<void> {
    switch (event.type) {
      case 'start':
        msg.call = { ...event.call, event: 'start' };
        this.#advise(event, host);
        return;
      case 'audio': {
        msg.call = event.call;
        const { key, bytes, hints } = event;
        // A message of its own, because `msg` may have the audio of several tracks.
        const own = { ...msg, call: event.call };
        await host.append(own, { key, lasts: false, bytes: bytes.length }, (sink) =>
          sink.append(bytes, hints),
        );
        return;
      }
      case 'dtmf':
        msg.call = { ...event.call, event: 'dtmf', digit: event.digit };
        return;
      case 'mark':
        msg.call = { ...event.call, event: 'mark', name: event.name };
        return;
      case 'stop':
        msg.call = { ...event.call, event: 'stop' };
        // The session itself reports how it ends.
        await Promise.all(event.keys.map((key) => host.end(key).catch(() => undefined)));
        return;
      case 'fault':
        throw event.error;
    }
  }

  /** The status of `websocket in` tells when a connection has ended, which some providers do without a stop. */
  #readStatus({ status }: NodeMessageInFlow & { status?: ConnectionStatus | null }): CallEvent[] | undefined {
    const { event, _session: session } = status ?? {};
    if (session?.type !== 'websocket' || (event !== 'connect' && event !== 'disconnect')) return undefined;
    if (event === 'connect') return [];
    const ended = [...this.#connections].filter(([name]) => name.startsWith(`${String(session.id)} `));
    return ended.flatMap(([name, calls]) => {
      this.#connections.delete(name);
      return calls.end();
    });
  }

  #advise({ call, format, isAssumed }: EventOf<'start'>, host: SessionHost): void {
    if (isAssumed) {
      this.#sayOnce('call-assumed', call.provider, {
        provider: call.provider,
        encoding: format.encoding,
        rate: format.rateHz,
      });
    }
    const model = host.model();
    if (format.rateHz !== TELEPHONE_RATE_HZ || model.sampleRatesHz.includes(TELEPHONE_RATE_HZ)) return;
    const better = MODELS.filter(({ sampleRatesHz }) => sampleRatesHz[0] === TELEPHONE_RATE_HZ);
    this.#sayOnce('call-rate', model.id, { model: model.id, models: better.map(({ id }) => id).join(', ') });
  }

  #sayOnce(text: string, of: string, values: Record<string, string | number>): void {
    const said = `${text} ${of}`;
    if (this.#said.has(said)) return;
    this.#said.add(said);
    this.#node.warn(this.#RED._(`asr-append-audio.warning.${text}`, values));
  }
}

/** Names the connection that a message came over. The space ends the id, see `#readStatus`. */
function connectionOf({
  _session: session,
  topic,
}: NodeMessageInFlow & { _session?: { id?: unknown } }): string {
  const id = typeof session?.id === 'string' ? session.id : '';
  return `${id} ${topic ?? ''}`;
}

/** JSON, as text or parsed. */
function mayBeText(value: unknown): value is string | object {
  if (typeof value === 'string') return value.trimStart().startsWith('{');
  if (typeof value !== 'object' || value === null) return false;
  return ['event', 'sampleRate'].some((property) => Object.hasOwn(value, property));
}
