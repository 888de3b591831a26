import { once } from 'node:events';
import { connect } from 'node:net';
import type { EgressGuard } from '../../transport/egress';
import { errorOf } from '../../base/error-details';
import { AsrError } from '../../vocabulary/errors';
import { USUAL_FORMAT } from '../wyoming/format';
import { Satellite } from '../wyoming/satellite';
import type { AudioFeed, StreamSource } from './source';

const DEFAULT_PORT = '10700';
const CONNECT_WITHIN_MS = 10_000;
const ANSWERS_WITHIN_MS = 5000;
const PING_MS = 10_000;
const LISTENING_MS = 30_000;

export interface SatelliteSourceOptions {
  /** Its name or address, with a port where it is not 10700: `kitchen.local`, `tcp://192.168.1.30:10700`. */
  address: string;
  /** The host's rules for connections. Default: everything is allowed. */
  guard?: EgressGuard | undefined;
  /** Default 10 s. */
  pingMs?: number;
  /** How long a satellite that was woken may listen without any text. Default 30 s. */
  listeningMs?: number;
  /** How long it may take to describe itself. Default 5 s. */
  answerMs?: number;
}

/**
 * A Wyoming satellite: a microphone in the network that waits for a program to connect to it.
 * @throws AsrError `INVALID_OPTION`
 */
export function satelliteSource(options: SatelliteSourceOptions): StreamSource {
  const url = addressOf(options.address);
  const name = `wyoming://${url.hostname}:${url.port}`;
  // What it has sent last is expected the next time.
  let format = USUAL_FORMAT;
  return {
    kind: 'stream',
    name,
    connect: (signal) =>
      connectTo(url, options, signal, () => ({
        sender: name,
        format,
        onFormat: (other) => {
          format = other;
        },
        pingMs: options.pingMs ?? PING_MS,
        listeningMs: options.listeningMs ?? LISTENING_MS,
      })),
  };
}

async function connectTo(
  url: URL,
  { guard, answerMs = ANSWERS_WITHIN_MS }: SatelliteSourceOptions,
  signal: AbortSignal,
  describe: () => ConstructorParameters<typeof Satellite>[1],
): Promise<AudioFeed> {
  await guard?.check(url);
  signal.throwIfAborted();
  const bound = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_WITHIN_MS)]);
  const socket = connect({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port),
    noDelay: true,
    ...(guard && { lookup: guard.lookup }),
  });
  const options = describe();
  try {
    await once(socket, 'connect', { signal: bound });
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    const why = bound.aborted ? 'it does not answer' : errorOf(error).message;
    throw new AsrError('CONNECT_FAILED', `Cannot connect to ${options.sender}: ${why}.`, {
      cause: error,
      retryable: true,
    });
  }
  const satellite = new Satellite(socket, options);
  const stop = (): void => void satellite.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await satellite.run(answerMs);
    signal.throwIfAborted();
    return satellite;
  } catch (error) {
    await satellite.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function addressOf(given: string): URL {
  const text = given.trim();
  const address = text.includes('://') ? text : `wyoming://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isPlain = url && !url.username && !url.password && ['', '/'].includes(url.pathname) && !url.search;
  if (!isPlain || !url.hostname || !['wyoming:', 'tcp:'].includes(url.protocol)) {
    throw new AsrError(
      'INVALID_OPTION',
      'Expected `satelliteAddress` to be the name or the address of a satellite, such as kitchen.local or 192.168.1.30:10700.',
      { param: 'satelliteAddress' },
    );
  }
  if (!url.port) url.port = DEFAULT_PORT;
  return url;
}
