import WebSocket from 'ws';

/** A frame, parsed. */
export type Frame = Record<string, unknown>;

/** The value at a path such as `session.turn_detection.threshold`; `undefined` when there is none. */
export function at(frame: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? (value as Frame)[key] : undefined),
      frame,
    );
}

export interface RawClientOptions {
  headers?: Record<string, string>;
}

/** How a connection ended. */
export interface Closed {
  code: number;
  reason: string;
}

/** A bare `ws` client that keeps what arrives, for tests that look at the wire itself. */
export class RawClient {
  readonly frames: Frame[] = [];
  /** Binary messages and those that are no JSON object. */
  readonly garbage: Buffer[] = [];
  pongs = 0;
  closed: Closed | undefined;
  readonly socket: WebSocket;
  readonly #waiting = new Set<() => void>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer, isBinary) => {
      const frame = isBinary ? undefined : parse(data.toString('utf8'));
      if (frame) this.frames.push(frame);
      else this.garbage.push(data);
      this.#changed();
    });
    socket.on('pong', () => {
      this.pongs += 1;
      this.#changed();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString('utf8') };
      this.#changed();
    });
    socket.on('error', () => undefined);
  }

  /** @throws Error with the HTTP status in its message when the upgrade is refused. */
  static async open(url: string, { headers = {} }: RawClientOptions = {}): Promise<RawClient> {
    const client = new RawClient(new WebSocket(url, { headers, perMessageDeflate: false }));
    await new Promise<void>((resolve, reject) => {
      client.socket
        .once('open', () => {
          resolve();
        })
        .once('error', reject);
    });
    return client;
  }

  send(frame: Frame | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  sendBinary(data: Buffer): void {
    this.socket.send(data);
  }

  /** Wire names in order of arrival: `type` or `header.event`. */
  get names(): string[] {
    return this.frames.map(nameOf);
  }

  /** The frames of one name. */
  of(name: string): Frame[] {
    return this.frames.filter((frame) => nameOf(frame) === name);
  }

  /** Waits for the frame of this name with this number, counted from 1. */
  async next(name: string, count = 1): Promise<Frame> {
    await this.until(() => this.of(name).length >= count, `${name} no. ${count}`);
    return this.of(name)[count - 1]!;
  }

  async untilClosed(): Promise<Closed> {
    await this.until(() => this.closed !== undefined, 'the close');
    return this.closed!;
  }

  /** Waits for a condition, which is checked whenever something arrives. */
  async until(isSo: () => boolean, what: string, timeoutMs = 25_000): Promise<void> {
    if (isSo()) return;
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (!isSo()) return;
        done();
        resolve();
      };
      const timer = setTimeout(() => {
        done();
        const end = this.closed ? `, closed with ${this.closed.code} ${this.closed.reason}` : '';
        reject(
          new Error(`Waited ${timeoutMs} ms for ${what}; got ${this.names.join(', ') || 'nothing'}${end}.`),
        );
      }, timeoutMs);
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
    });
  }

  close(): void {
    this.socket.terminate();
  }

  #changed(): void {
    for (const look of [...this.#waiting]) look();
  }
}

function nameOf(frame: Frame): string {
  return String(frame.type ?? at(frame, 'header.event'));
}

function parse(text: string): Frame | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
