import { createSocket } from 'node:dgram';
import type { RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { AudioFormatHints } from '../../audio/format';
import { allowedSenders } from './allowed-senders';
import { ChunkQueue } from './chunk-queue';
import { portError } from './port-error';
import type { AudioFeed, PortSource } from './source';
import { turnedAway } from './open-port';
import type { PortSourceOptions } from './tcp';

/**
 * The limit for one sender: half a minute of the usual PCM. Beyond it the oldest data is dropped, because a datagram
 * cannot wait.
 */
const MAX_QUEUE_BYTES = 1024 * 1024;

/**
 * A UDP port. The datagrams from one address and port are one stream, in the order of arrival. An empty datagram ends
 * the stream, and so does silence.
 */
export function udpSource(options: PortSourceOptions): PortSource {
  const { host, port, maxSenders, idleMs, hints } = options;
  const isAllowed = allowedSenders(options.allowedSenders ?? []);
  const name = `udp://${host}:${port}`;
  return {
    kind: 'port',
    name,
    listen: async ({ onFeed, onWarning, onFailure }) => {
      const senders = new Map<string, UdpFeed>();
      const tooMany = new Set<string>();
      const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
      const senderOf = ({ address, port: from }: RemoteInfo): UdpFeed | undefined => {
        const key = `${address}:${from}`;
        const known = senders.get(key);
        if (known) return known;
        if (senders.size >= maxSenders) {
          // Warns once for each sender, with a bound on the number of remembered senders.
          if (tooMany.size < maxSenders && !tooMany.has(key)) {
            tooMany.add(key);
            onWarning(`${key} was turned away: ${maxSenders} devices send already.`);
          }
          return undefined;
        }
        const sender = new UdpFeed(key, hints, idleMs, onWarning, () => {
          // It may be told twice, and the device may have begun another stream meanwhile.
          if (senders.get(key) !== sender) return;
          senders.delete(key);
          // There is room again, so who is turned away next is news.
          tooMany.clear();
        });
        senders.set(key, sender);
        tooMany.delete(key);
        onFeed(sender);
        return sender;
      };
      let hasTurnedAway = false;
      socket.on('message', (datagram, from) => {
        if (!isAllowed(from.address)) {
          if (!hasTurnedAway) onWarning(turnedAway(from.address));
          hasTurnedAway = true;
          return;
        }
        if (datagram.length > 0) senderOf(from)?.push(datagram);
        else senders.get(`${from.address}:${from.port}`)?.end();
      });
      socket.bind(port, host);
      await once(socket, 'listening').catch((error: unknown) => {
        socket.close();
        throw portError(name, error);
      });
      socket.on('error', (error) => {
        onFailure(portError(name, error));
      });
      return {
        port: socket.address().port,
        close: () =>
          new Promise((resolve) => {
            socket.close(() => {
              resolve();
            });
          }),
      };
    },
  };
}

class UdpFeed implements AudioFeed {
  readonly sender: string;
  readonly hints: AudioFormatHints;
  readonly #queue = new ChunkQueue((bytesLeft) => {
    if (bytesLeft === 0) this.#hasDropped = false;
  });
  readonly #idleTimer: NodeJS.Timeout;
  readonly #onWarning: (message: string) => void;
  readonly #onEnd: () => void;
  #hasDropped = false;

  constructor(
    sender: string,
    hints: AudioFormatHints,
    idleMs: number,
    onWarning: (message: string) => void,
    onEnd: () => void,
  ) {
    this.sender = sender;
    this.hints = hints;
    this.#onWarning = onWarning;
    this.#onEnd = onEnd;
    this.#idleTimer = setTimeout(() => {
      this.end();
    }, idleMs);
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return this.#queue;
  }

  push(datagram: Uint8Array): void {
    this.#idleTimer.refresh();
    this.#queue.push(datagram);
    while (this.#queue.bytes > MAX_QUEUE_BYTES) {
      this.#queue.dropOldest();
      if (this.#hasDropped) continue;
      this.#hasDropped = true;
      this.#onWarning(`${this.sender} sends faster than is recognised; audio of it is lost.`);
    }
  }

  end(): void {
    clearTimeout(this.#idleTimer);
    this.#onEnd();
    this.#queue.end();
  }

  async close(): Promise<void> {
    this.end();
    await this.#queue.return();
  }
}
