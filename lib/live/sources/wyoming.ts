import { WyomingConnection } from '../wyoming/connection';
import { allowedSenders } from './allowed-senders';
import { openSocketPort } from './open-port';
import type { PortSource } from './source';
import type { PortSourceOptions } from './tcp';

/** Voice commands have seconds; this bounds a client that never stops. */
const MAX_UTTERANCE_MS = 10 * 60_000;

export interface WyomingSourceOptions extends Omit<PortSourceOptions, 'hints'> {
  /** The models that are offered; the first is used where a client asks for none. */
  models: readonly string[];
  /** Default: ten minutes. */
  maxUtteranceMs?: number;
}

/**
 * A speech-to-text server of the Wyoming protocol, which Home Assistant speaks. Each utterance is a feed of its own,
 * and its text goes back to the client.
 */
export function wyomingSource(options: WyomingSourceOptions): PortSource {
  const { host, port, maxSenders, idleMs, models, maxUtteranceMs = MAX_UTTERANCE_MS } = options;
  const isAllowed = allowedSenders(options.allowedSenders ?? []);
  const name = `wyoming://${host}:${port}`;
  return {
    kind: 'port',
    name,
    listen: (events) =>
      openSocketPort(
        {
          name,
          host,
          port,
          maxSenders,
          isAllowed,
          allowHalfOpen: true,
          tooMany: (address = 'A client') =>
            `${address} was turned away: ${maxSenders} clients are connected.`,
          onSocket: (socket, warnOnce) => {
            const { onFeed } = events;
            new WyomingConnection(socket, { models, idleMs, maxUtteranceMs, onFeed, onWarning: warnOnce });
          },
        },
        events,
      ),
  };
}
