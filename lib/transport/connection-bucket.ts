import type { Cancel, Clock } from './environment';
import type { ConnectRequest, ConnectSocket, SocketHandlers } from './socket';
import { Wire } from './wire';

export interface ConnectionPoolOptions {
  /** How many connections to one address with one key may wait for their next use. Default 4. */
  maxIdle?: number;
  /** How long a connection may wait. Default 50000, because the service closes it after 60 s (protocol.md B.5). */
  maxIdleMs?: number;
  /**
   * How many connections to one address with one key may be open, in use or not. The next one waits. Default 100,
   * because the service refuses more to one account (protocol.md E 1). Raise it if your account may have more, or for
   * a service of your own.
   */
  maxOpen?: number;
  /**
   * How many of these may be connecting at once, because the service limits requests per second (protocol.md A.8).
   * Default 8.
   */
  maxConnecting?: number;
  /** How long a session may wait for a place before it fails with the reason. Default 8000. */
  maxWaitMs?: number;
}

interface Idle {
  wire: Wire;
  cancelBound: Cancel;
}

/** Somebody who wants a connection, and gets it in their turn. */
export interface Opener {
  readonly request: ConnectRequest;
  /** The handlers of a new connection for this opener. */
  readonly handlers: SocketHandlers;
  /** @param isUsed Whether the connection is open already and has served another session. */
  onWire: (wire: Wire, isUsed: boolean) => void;
  /** No connection is free now. */
  onWaiting: (reason: string) => void;
  /** No connection became free in time. */
  onTooLong: (error: Error) => void;
}

interface Waiting {
  opener: Opener;
  cancelBound: Cancel;
}

/** The connections to one address with one key: their limits, and the queue of those who wait for one. */
export class Bucket {
  readonly #connect: ConnectSocket;
  readonly #clock: Clock;
  readonly #limits: Required<ConnectionPoolOptions>;
  readonly #onEmpty: () => void;
  /** Oldest first. */
  #idle: Idle[] = [];
  #waiting: Waiting[] = [];
  #open = 0;
  #connecting = 0;
  #isClosed = false;

  /** @param onEmpty Called when nobody has or wants a connection any more. */
  constructor(
    connect: ConnectSocket,
    clock: Clock,
    limits: Required<ConnectionPoolOptions>,
    onEmpty: () => void,
  ) {
    this.#connect = connect;
    this.#clock = clock;
    this.#limits = limits;
    this.#onEmpty = onEmpty;
  }

  get idleCount(): number {
    return this.#idle.length;
  }

  get openCount(): number {
    return this.#open;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Gives the opener a connection in its turn, which is at once where the limits allow it. */
  request(opener: Opener): void {
    const { maxWaitMs, maxOpen } = this.#limits;
    const cancelBound = this.#clock.after(maxWaitMs, () => {
      this.leave(opener);
      const why = this.#open >= maxOpen ? `all ${maxOpen} connections are in use` : 'others are connecting';
      opener.onTooLong(new Error(`no turn within ${maxWaitMs} ms, ${why}`));
    });
    this.#waiting.push({ opener, cancelBound });
    this.#admit();
    // Runs after the opener has got its socket, and only while no others wait for their turn to connect.
    queueMicrotask(() => {
      const waits = this.#waiting.some((one) => one.opener === opener);
      if (waits && this.#open >= maxOpen)
        opener.onWaiting(`All ${maxOpen} connections of this key are in use.`);
    });
  }

  /** The opener does not want a connection any more. */
  leave(opener: Opener): void {
    const index = this.#waiting.findIndex((one) => one.opener === opener);
    if (index < 0) return;
    this.#waiting.splice(index, 1)[0]?.cancelBound();
    this.#forgetIfEmpty();
  }

  /**
   * Makes a new connection without waiting, for an opener whose connection has just ended and gives its place back
   * after this.
   */
  dial({ request, handlers }: Pick<Opener, 'request' | 'handlers'>): Wire {
    this.#open += 1;
    this.#connecting += 1;
    return new Wire(this.#connect, request, handlers, {
      onHandshakeOver: () => {
        this.#connecting -= 1;
        this.#admit();
      },
      onGone: () => {
        this.#open -= 1;
        this.#admit();
        this.#forgetIfEmpty();
      },
    });
  }

  /** Takes an open connection back for the next session; returns false where it is not needed. */
  keep(wire: Wire): boolean {
    const { maxIdle, maxIdleMs } = this.#limits;
    const isWanted = this.#idle.length < maxIdle || this.#waiting.length > 0;
    if (this.#isClosed || !isWanted) return false;
    const drop = () => {
      this.#take((idle) => idle.wire === wire);
      wire.destroy();
    };
    // A waiting connection should receive nothing; one that does is in an unexpected state.
    wire.use({ onOpen: ignore, onPong: ignore, onEnd: drop, onText: drop, onBinary: drop });
    this.#idle.push({ wire, cancelBound: this.#clock.after(maxIdleMs, drop) });
    this.#admit();
    return true;
  }

  close(): void {
    this.#isClosed = true;
    for (const { wire, cancelBound } of this.#idle.splice(0)) {
      cancelBound();
      wire.destroy();
    }
  }

  /** Serves the waiting openers in their order, as far as the limits allow. */
  #admit(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const { opener, cancelBound } = first;
      const used = this.#take(({ wire }) => wire.url === opener.request.url);
      if (!used && !this.#canDial()) return;
      this.#waiting.shift();
      cancelBound();
      if (used) opener.onWire(used, true);
      else opener.onWire(this.dial(opener), false);
    }
  }

  /** Makes room if needed: an idle connection is closed before somebody has to wait. */
  #canDial(): boolean {
    const { maxOpen, maxConnecting } = this.#limits;
    if (this.#connecting >= maxConnecting) return false;
    if (this.#open < maxOpen) return true;
    // Its end admits a waiting opener.
    this.#take(() => true)?.destroy();
    return false;
  }

  #take(matches: (idle: Idle) => boolean): Wire | undefined {
    const index = this.#idle.findIndex(matches);
    const [idle] = index < 0 ? [] : this.#idle.splice(index, 1);
    idle?.cancelBound();
    return idle?.wire;
  }

  #forgetIfEmpty(): void {
    if (this.#open === 0 && this.#waiting.length === 0) this.#onEmpty();
  }
}

const ignore = () => undefined;
