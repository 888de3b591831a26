import { AsrError } from '../../vocabulary/errors';
import type { Cancel, Environment } from '../../transport/environment';
import type { Frame } from '../../vocabulary/frame';
import type { Protocol, ServiceEvent } from '../../protocol/protocol';
import type { Endpoint } from '../../vocabulary/regions';
import { isSecret } from '../../transport/secret';
import type { Socket, SocketEnd } from '../../transport/socket';
import type { ProxyChoice } from '../../base/proxy';
import { Arrivals } from './arrivals';
import { Heartbeat } from './heartbeat';
import { endInOtherWords, errorOfEnd } from './socket-errors';
import { WatchedCommits } from './watched-commits';

export interface ConnectionOptions {
  endpoint: Endpoint;
  apiKey: string | undefined;
  workspaceId: string | undefined;
  proxy: ProxyChoice | undefined;
  connectTimeoutMs: number;
  configureTimeoutMs: number;
  finishTimeoutMs: number;
  pingIntervalMs: number;
  pongTimeoutMs: number;
  environment: Environment;
}

export interface ConnectionHandlers {
  onEvent: (event: ServiceEvent) => void;
  /** The connection has ended, for the given reason. No other handler is called after it. */
  onLost: (error: AsrError) => void;
  /** The connection can take more data again. */
  onDrain: () => void;
  /** The service has sent a message of any kind. */
  onFrame: () => void;
  /** The service has answered a ping. */
  onPong: () => void;
  /** The next task of the protocol session has begun. */
  onResumed: () => void;
  /** There is no room for another connection now; it is made as soon as there is. */
  onWaiting: (reason: string) => void;
}

/** With more bytes than this in the socket's buffer nothing more is handed to it. */
const HIGH_WATER_BYTES = 256 * 1024;

/**
 * One connection to the service with the protocol session on it. It connects within its bounds, checks that the
 * connection is alive, and reports its end as a typed error.
 */
export class Connection {
  /** What of that which was sent the service has, for as long as the connection lives. */
  readonly arrivals: Arrivals;
  readonly #options: ConnectionOptions;
  readonly #protocol: Protocol;
  readonly #handlers: ConnectionHandlers;
  #socket: Socket | undefined;
  readonly #heartbeat: Heartbeat;
  readonly #commits: WatchedCommits;
  #phase: 'connecting' | 'configuring' | 'open' | 'between' | 'over' = 'connecting';
  #cancelBound: Cancel | undefined;
  #blocked = false;

  constructor(options: ConnectionOptions, protocol: Protocol, handlers: ConnectionHandlers) {
    this.#options = options;
    this.#protocol = protocol;
    this.#handlers = handlers;
    const { endpoint, pingIntervalMs, pongTimeoutMs } = options;
    const { clock } = options.environment;
    const ping = (say: string) => this.#socket?.ping(say);
    this.arrivals = new Arrivals(ping, clock.now.bind(clock));
    const { arrivals } = this;
    const send = this.send.bind(this);
    this.#commits = new WatchedCommits({ clock, arrivals, protocol, send, onEvent: handlers.onEvent });
    this.#heartbeat = new Heartbeat({
      clock,
      intervalMs: pingIntervalMs,
      timeoutMs: pongTimeoutMs,
      ping: () => {
        this.arrivals.ask();
      },
      onDead: () => {
        const message = `The connection to the service (${endpoint.label}) is silent: no answer to a ping within ${pongTimeoutMs} ms.`;
        this.#lose(new AsrError('CONNECTION_LOST', message, { retryable: true }));
      },
    });
  }

  /** Begins to connect. Handlers are called only after this has returned. */
  open(): void {
    const { endpoint, apiKey, workspaceId, proxy, connectTimeoutMs, environment } = this.#options;
    this.#socket = environment.connect(
      {
        url: endpoint.baseUrl + this.#protocol.path,
        headers: {
          ...(apiKey && { Authorization: `Bearer ${apiKey}` }),
          ...(workspaceId && { 'X-DashScope-WorkSpace': workspaceId }),
        },
        ...(proxy !== undefined && { proxy }),
      },
      {
        onOpen: () => {
          // Before this there is nothing to ping; the connect timeout applies until then.
          this.#heartbeat.start();
          for (const frame of this.#protocol.start()) this.#configure(frame);
        },
        onText: (text) => {
          this.#heartbeat.alive();
          this.#receive(text);
          if (!this.#isOver()) this.#handlers.onFrame();
        },
        onBinary: (byteLength) => {
          this.#heartbeat.alive();
          const message = `The service sent a binary message of ${byteLength} bytes; it is ignored.`;
          this.#handlers.onEvent({ type: 'warning', code: 'GARBAGE_FRAME', message });
        },
        onPong: (said) => {
          this.#heartbeat.alive();
          this.arrivals.answered(said);
          this.#handlers.onPong();
        },
        onEnd: (end) => {
          const lose = () => {
            this.#lose(this.#errorOf(end));
          };
          if (this.#socket) lose();
          else queueMicrotask(lose);
        },
        onWaiting: this.#handlers.onWaiting,
      },
    );
    this.#bound(connectTimeoutMs, 'CONNECT_TIMEOUT', 'did not answer');
  }

  /** Whether audio would be sent now instead of waiting in a buffer. */
  get isReady(): boolean {
    return this.#phase === 'open' && !this.#blocked && this.#protocol.acceptsAudio;
  }

  /** Whether a task is over and the next one begins with the next audio, by {@link resume}. */
  get isBetweenTasks(): boolean {
    return this.#phase === 'between';
  }

  /** Whether the operating system has taken everything that was sent. */
  get isDrained(): boolean {
    return (this.#socket?.bufferedBytes ?? 0) === 0;
  }

  /** Begins the next task of a paused protocol session, within the timeout of a configuration. */
  resume(): void {
    this.#phase = 'open';
    for (const frame of this.#protocol.resume()) this.#configure(frame);
    this.#handlers.onResumed();
  }

  send(frame: Frame): void {
    const socket = this.#socket;
    if (!socket) return;
    if (socket.bufferedBytes <= HIGH_WATER_BYTES) {
      socket.send(frame);
      return;
    }
    this.#blocked = true;
    socket.send(frame, () => {
      this.#blocked = false;
      if (this.#phase === 'open') this.#handlers.onDrain();
    });
  }

  /** Ends the open sentence. Where the service takes no audio before it has answered, the answer has a timeout. */
  commit(): void {
    this.#commits.send((isWatched) => this.#protocol.commit(isWatched));
    if (!this.#protocol.acceptsAudio)
      this.#bound(this.#options.finishTimeoutMs, 'CONNECTION_LOST', 'did not answer a commit');
  }

  /**
   * Asks for the last results. A ping goes with it: on a dead link the results would never come, and no further audio
   * would show that it is dead.
   */
  finish(): void {
    this.#commits.send((isWatched) => this.#protocol.finish(isWatched));
    this.#heartbeat.ask();
  }

  /**
   * The protocol session is over. Gives the connection back to the pool if it can be used again; then no handler is
   * called any more.
   */
  release(): boolean {
    if (!this.#protocol.isReusable || !this.#socket?.release()) return false;
    this.#phase = 'over';
    this.#cancelTimers();
    return true;
  }

  /** Closes with a closing handshake; `onLost` follows within a second. */
  close(): void {
    this.#cancelTimers();
    this.#socket?.close();
  }

  /** Closes at once; no handler is called any more. */
  destroy(): void {
    this.#phase = 'over';
    this.#cancelTimers();
    this.#socket?.destroy();
  }

  #configure(frame: Frame): void {
    if (this.#phase === 'connecting') this.#phase = 'configuring';
    // The timeout also holds while the connection is open, because the next task has to start in time, too.
    if (!this.#protocol.acceptsAudio) {
      this.#bound(this.#options.configureTimeoutMs, 'CONFIGURE_TIMEOUT', 'did not confirm the configuration');
    }
    this.#socket?.send(frame);
  }

  #receive(text: string): void {
    const protocol = this.#protocol;
    const acceptedBefore: boolean = protocol.acceptsAudio;
    for (const event of protocol.decode(this.#frameWithoutKey(text))) {
      if (this.#isOver()) return;
      switch (event.type) {
        case 'send':
          this.#configure(event.frame);
          break;
        case 'opened':
          this.#phase = 'open';
          this.#handlers.onEvent(event);
          break;
        case 'paused':
          this.#phase = 'between';
          this.#cancelBound?.();
          this.#handlers.onEvent(event);
          break;
        case 'failed':
          this.#lose(event.error);
          break;
        default:
          this.#handlers.onEvent(event);
      }
    }
    if (this.#isOver()) return;
    if (protocol.acceptsAudio) this.#cancelBound?.();
    if (!acceptedBefore && protocol.acceptsAudio) this.#handlers.onDrain();
  }

  // A method, because a handler may end the connection between two reads of the phase.
  #isOver(): boolean {
    return this.#phase === 'over';
  }

  #bound(
    timeoutMs: number,
    code: 'CONNECT_TIMEOUT' | 'CONFIGURE_TIMEOUT' | 'CONNECTION_LOST',
    what: string,
  ): void {
    this.#cancelBound?.();
    this.#cancelBound = this.#options.environment.clock.after(timeoutMs, () => {
      const message = `The service (${this.#options.endpoint.label}) ${what} within ${timeoutMs} ms.`;
      this.#lose(new AsrError(code, message, { retryable: true }));
    });
  }

  #lose(error: AsrError): void {
    if (!this.#isOver()) this.#commits.lost();
    if (this.#isOver()) return;
    this.destroy();
    if (this.#protocol.sessionId !== '') error.sessionId ??= this.#protocol.sessionId;
    this.#handlers.onLost(error);
  }

  #cancelTimers(): void {
    this.#cancelBound?.();
    this.#heartbeat.stop();
    this.#commits.stop();
  }

  #errorOf(end: SocketEnd): AsrError {
    const wasAccepted = this.#phase === 'open' || this.#phase === 'between';
    const told = endInOtherWords(end, (text) => this.#withoutKey(text));
    return errorOfEnd(told, this.#options.endpoint, wasAccepted);
  }

  #frameWithoutKey(text: string): string {
    return isSecret(this.#options.apiKey) ? this.#withoutKey(text) : text;
  }

  /** The service may repeat what it was sent. Nothing outside of this class knows the key. */
  #withoutKey(text: string): string {
    const { apiKey } = this.#options;
    return apiKey && text.includes(apiKey) ? text.replaceAll(apiKey, '***') : text;
  }
}
