import { createHash, randomBytes } from 'node:crypto';
import { fieldsOf } from '../base/json';
import { textOf } from '../vocabulary/frame';
import { formsOf, isSecret } from './secret';
import type { ConnectSocket, Socket, SocketHandlers } from './socket';

/**
 * Takes the lines of a trace, each of them JSON without a line break. `traceToFile` creates one that writes a file.
 */
export interface TraceWriter {
  write(line: string): void;
}

/** No frame of the protocols is this long once its audio is shortened. */
const MAX_LINE_LENGTH = 64 * 1024;
const SHOWN_OF_LONG_LINES = 1024;

/**
 * A {@link ConnectSocket} that writes everything on its connections for a bug report: when, on which connection, and
 * what. Audio is shortened to its length and the beginning of its SHA-256. The key is removed wherever it appears;
 * the recognised text is not. A writer that throws does no harm.
 */
export function tracedConnect(
  connect: ConnectSocket,
  writer: TraceWriter,
  apiKey: string | undefined,
): ConnectSocket {
  const secrets = isSecret(apiKey) ? formsOf(apiKey) : [];
  return (request, handlers) => {
    const { url, headers } = request;
    const connection = randomBytes(4).toString('hex');
    const note = (event: string, details: object = {}): void => {
      try {
        writer.write(lineOf({ time: new Date().toISOString(), connection, event, ...details }, secrets));
      } catch {
        // A failing trace must not end the session.
      }
    };
    note('connect', { url, headers: { ...headers, ...(headers.Authorization && { Authorization: '***' }) } });
    return tracedSocket(connect(request, tracedHandlers(handlers, note)), note);
  };
}

type Note = (event: string, details?: object) => void;

function tracedHandlers(handlers: SocketHandlers, note: Note): SocketHandlers {
  return {
    ...handlers,
    onOpen: () => {
      note('open');
      handlers.onOpen();
    },
    onText: (text) => {
      note('received', contentOf(text));
      handlers.onText(text);
    },
    onBinary: (byteLength) => {
      note('received', { bytes: byteLength });
      handlers.onBinary(byteLength);
    },
    onPong: (said) => {
      note('pong');
      handlers.onPong(said);
    },
    onEnd: (end) => {
      const { error, ...plain } = { error: undefined, ...end };
      note('end', { ...plain, ...(error && { error: error.message }) });
      handlers.onEnd(end);
    },
  };
}

function tracedSocket(socket: Socket, note: Note): Socket {
  return {
    get bufferedBytes() {
      return socket.bufferedBytes;
    },
    send: (frame, onFlushed) => {
      note('sent', frame instanceof Uint8Array ? summaryOf(frame) : contentOf(textOf(frame)));
      socket.send(frame, onFlushed);
    },
    ping: (say) => {
      note('ping');
      socket.ping(say);
    },
    release: () => {
      const isReleased = socket.release();
      if (isReleased) note('released');
      return isReleased;
    },
    close: () => {
      note('close');
      socket.close();
    },
    destroy: () => {
      note('destroy');
      socket.destroy();
    },
  };
}

/** A text message, as an object if it is JSON, with its audio (protocol.md A.4.2) shortened. */
function contentOf(text: string): object {
  try {
    const frame: unknown = JSON.parse(text);
    if (typeof frame !== 'object' || frame === null) return { text };
    const { audio } = fieldsOf(frame);
    return { frame: typeof audio === 'string' ? { ...frame, audio: summaryOf(decoded(audio)) } : frame };
  } catch {
    return { text };
  }
}

function decoded(base64: string): Uint8Array {
  return Buffer.from(base64, 'base64');
}

function summaryOf(audio: Uint8Array): { bytes: number; sha256: string } {
  return { bytes: audio.length, sha256: createHash('sha256').update(audio).digest('hex').slice(0, 16) };
}

function lineOf(entry: object, secrets: readonly string[]): string {
  const withoutSecrets = (text: string) => secrets.reduce((rest, one) => rest.replaceAll(one, '***'), text);
  // Removes secrets from each text by itself, because it may be JSON inside of JSON, and then from the whole line,
  // because of the names of fields.
  const line = withoutSecrets(
    JSON.stringify(entry, (_name, value: unknown) =>
      typeof value === 'string' ? withoutSecrets(value) : value,
    ),
  );
  if (line.length <= MAX_LINE_LENGTH) return line;
  const { time, connection, event } = fieldsOf(entry);
  return JSON.stringify({
    time,
    connection,
    event,
    length: line.length,
    begins: line.slice(0, SHOWN_OF_LONG_LINES),
  });
}
