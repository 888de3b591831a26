import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Clock } from '../../lib/transport/environment';
import { FrameBoundaries } from './frame-boundaries';

/** `up`: to the service. `down`: to the client. */
export type Direction = 'up' | 'down';

export type FaultAction =
  /** Both ends see the end of the stream, without a closing handshake. */
  | { do: 'cut' }
  /** Both ends see a TCP reset. */
  | { do: 'reset' }
  /** Nothing is forwarded in either direction any more, but both sockets stay open. */
  | { do: 'halfOpen' }
  /** Nothing is forwarded in this direction for a while; then all that waited is. */
  | { do: 'delay'; ms: number }
  /** From here on, this direction carries no more than this. */
  | { do: 'throttle'; bytesPerSecond: number }
  /** 16 bytes are overwritten, so that the other side cannot take them for valid. */
  | { do: 'corrupt' }
  /** A message that is no JSON is put between two others. Only `down`. */
  | { do: 'garbage' }
  /** The client gets a close frame and the end of the stream. Only `down`. */
  | { do: 'close'; code: number };

/** Happens after this many bytes in this direction, and at the next frame if the fault needs one. */
export type Fault = { direction: Direction; afterBytes: number } & FaultAction;

export interface ConnectionPlan {
  /** The connection is reset as soon as it is made. */
  refuse?: boolean;
  faults: readonly Fault[];
}

export interface FaultProxyOptions {
  /** The port of the service on this machine. */
  port: number;
  /** @param connection 0 for the first. */
  planFor: (connection: number) => ConnectionPlan;
  clock: Clock;
}

/** These bytes are no UTF-8, so a text frame cannot hold them, and no frame can begin with their reserved bits. */
const INVALID = Buffer.alloc(16, 0xff);
const NEEDS_FRAME: ReadonlySet<FaultAction['do']> = new Set(['corrupt', 'garbage', 'close']);

/** A TCP proxy on this machine that does to each connection what its plan says. */
export class FaultProxy {
  readonly #options: FaultProxyOptions;
  readonly #server: Server;
  readonly #links = new Set<ProxiedLink>();
  readonly #happened: string[] = [];
  #accepted = 0;

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      this.#accept(client);
    });
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections came, with those that were refused. */
  get accepted(): number {
    return this.#accepted;
  }

  /** The faults that happened, in order: `1 reset up 5120` is a reset of the second connection after 5120 bytes to the service. */
  get happened(): readonly string[] {
    return this.#happened;
  }

  /** How many bytes of all connections were forwarded. */
  readonly carried: Record<Direction, number> = { up: 0, down: 0 };

  /** Stops forwarding on all connections, with the sockets open. */
  halfOpen(): void {
    for (const link of this.#links) link.freeze();
  }

  /** Resets every connection. New ones can be made. */
  reset(): void {
    for (const link of this.#links) link.reset();
  }

  /** Ends every connection; nothing is left when it resolves. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    const links = [...this.#links];
    this.reset();
    await Promise.all([closed, ...links.map(({ ended }) => ended)]);
  }

  #accept(client: Socket): void {
    const index = this.#accepted++;
    const { port, planFor, clock } = this.#options;
    const plan = planFor(index);
    client.on('error', () => undefined);
    if (plan.refuse) {
      this.#happened.push(`${index} refuse`);
      client.resetAndDestroy();
      return;
    }
    const link = new ProxiedLink(client, connect({ port, host: '127.0.0.1', allowHalfOpen: true }), {
      clock,
      faults: plan.faults,
      onBytes: (direction, count) => (this.carried[direction] += count),
      onFault: (what) => this.#happened.push(`${index} ${what}`),
    });
    this.#links.add(link);
    void link.ended.then(() => this.#links.delete(link));
  }
}

interface LinkOptions {
  clock: Clock;
  faults: readonly Fault[];
  onBytes: (direction: Direction, count: number) => void;
  onFault: (what: string) => void;
}

/** The two sockets of one connection. */
class ProxiedLink {
  readonly #options: LinkOptions;
  readonly #sockets: readonly Socket[];
  readonly #over = new AbortController();
  /** Both sockets are closed. */
  readonly ended: Promise<unknown>;
  /** `discarding`: both sides were told of the end, and whatever they still send is dropped. */
  #state: 'forwarding' | 'discarding' | 'frozen' = 'forwarding';

  constructor(client: Socket, service: Socket, options: LinkOptions) {
    this.#options = options;
    this.#sockets = [client, service];
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      // A fault on one side ends the other side; a frozen link reports nothing.
      socket.on('error', () => {
        if (this.#state !== 'frozen') this.reset();
      });
    }
    this.ended = Promise.all(
      this.#sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
    void this.ended.then(() => {
      this.#over.abort();
    });
    void this.#pump('up', client, service);
    void this.#pump('down', service, client);
  }

  freeze(): void {
    this.#state = 'frozen';
  }

  reset(): void {
    for (const socket of this.#sockets) {
      // A socket that is shutting down cannot be reset, and its `close` would never come.
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  #cut(): void {
    this.#state = 'discarding';
    for (const socket of this.#sockets) socket.end();
  }

  async #pump(direction: Direction, from: Socket, to: Socket): Promise<void> {
    const pending = this.#options.faults
      .filter((fault) => fault.direction === direction)
      .sort((a, b) => a.afterBytes - b.afterBytes);
    const boundaries = new FrameBoundaries();
    let carried = 0;
    let bytesPerSecond = Infinity;
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        let rest = chunk;
        const frames = boundaries.in(chunk).map((offset) => carried + offset);
        for (;;) {
          const due = dueFault(pending[0], frames, carried + rest.length);
          const length = due ? Math.max(0, due.atBytes - carried) : rest.length;
          await this.#write(to, rest.subarray(0, length), bytesPerSecond);
          carried += length;
          this.#options.onBytes(direction, length);
          rest = rest.subarray(length);
          if (!due) break;
          pending.shift();
          const { fault } = due;
          this.#options.onFault(`${fault.do} ${direction} ${carried}`);
          if (fault.do === 'throttle') bytesPerSecond = fault.bytesPerSecond;
          else if (fault.do === 'corrupt') rest = await this.#corrupt(to, rest);
          else await this.#perform(fault, to);
        }
      }
      await this.#passable();
      if (this.#state === 'forwarding') to.end();
    } catch {
      // The socket broke off, or the link is over. The handlers of `error` and `close` have already ended the other side.
    }
  }

  /** Ends by throwing when the link is over; a frozen link stays here until then. */
  async #passable(): Promise<void> {
    const { signal } = this.#over;
    if (this.#state === 'frozen') {
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
    }
    signal.throwIfAborted();
  }

  async #write(to: Socket, bytes: Buffer, bytesPerSecond: number): Promise<void> {
    await this.#passable();
    if (bytes.length === 0) return;
    if (bytesPerSecond < Infinity) await this.#wait((bytes.length / bytesPerSecond) * 1000);
    await this.#passable();
    if (this.#state === 'forwarding' && !to.write(bytes)) {
      await new Promise<void>((resolve) => {
        to.once('drain', resolve).once('close', resolve);
      });
    }
  }

  async #corrupt(to: Socket, rest: Buffer): Promise<Buffer> {
    await this.#write(to, INVALID, Infinity);
    return rest.subarray(INVALID.length);
  }

  async #perform(fault: Exclude<FaultAction, { do: 'throttle' | 'corrupt' }>, to: Socket): Promise<void> {
    switch (fault.do) {
      case 'cut':
        this.#cut();
        break;
      case 'reset':
        this.reset();
        break;
      case 'halfOpen':
        this.freeze();
        break;
      case 'delay':
        await this.#wait(fault.ms);
        break;
      case 'garbage':
        await this.#write(to, frame(0x1, Buffer.from('{"type": "input_audio_b')), Infinity);
        break;
      case 'close':
        await this.#write(to, frame(0x8, Buffer.from([fault.code >> 8, fault.code & 0xff])), Infinity);
        this.#cut();
        break;
    }
  }

  async #wait(ms: number): Promise<void> {
    const { signal } = this.#over;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(ms, done);
      function done(): void {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
    signal.throwIfAborted();
  }
}

/** The fault, if its place is before `untilBytes`: at its byte, or at the first frame from there on. */
function dueFault(
  fault: Fault | undefined,
  frames: readonly number[],
  untilBytes: number,
): { fault: Fault; atBytes: number } | undefined {
  if (!fault) return undefined;
  const { afterBytes } = fault;
  const atBytes = NEEDS_FRAME.has(fault.do) ? frames.find((at) => at >= afterBytes) : afterBytes;
  return atBytes !== undefined && atBytes <= untilBytes ? { fault, atBytes } : undefined;
}

/** An unmasked frame of up to 125 bytes, as a service sends it. */
function frame(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]);
}
