// The WebSocket to the flow: audio as binary frames, actions as JSON, events of the session back as JSON. It connects
// again by itself, and audio is held meanwhile, up to a limit.
import { Outbox } from './outbox';
import { LinkRefused } from './own-socket';
import type { Refusal } from './own-socket';

const BYTES_PER_MS = 32;
const MAX_HELD_MS = 30_000;
// How much the browser may buffer; with more, the network is slower than speech.
const MAX_BUFFERED_BYTES = 5_000 * BYTES_PER_MS;
// Node-RED leaves a socket open and silent when no node listens to it.
const CONNECT_WITHIN_MS = 5_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;
const DRAIN_EVERY_MS = 200;

export type FlowLinkState = 'connecting' | 'open' | 'lost';

/** A message of the flow: an event of the session, as in `msg.asr` and `msg.payload`. */
export interface FlowEvent {
  type: string;
  sentenceId?: string;
  text?: string;
  emotion?: string;
  code?: string;
  message?: string;
  error?: { message?: string };
  /** Of `heard`: how many frames of this page the flow has had. */
  frames?: number;
}

export interface FlowLinkHandlers {
  /** @param refusal Why it is lost. After a missing or wrong token nothing is tried before {@link FlowLink.connect}. */
  onState: (state: FlowLinkState, refusal?: Refusal) => void;
  onEvent: (event: FlowEvent) => void;
  /** Called for audio that was too old to be held any longer. */
  onDropped: (ms: number) => void;
}

export class FlowLink {
  readonly #open: (signal: AbortSignal) => Promise<WebSocket>;
  readonly #handlers: FlowLinkHandlers;
  #socket: WebSocket | undefined;
  #timer: number | undefined;
  #draining: number | undefined;
  #attempts = 0;
  readonly #outbox = new Outbox(MAX_HELD_MS * BYTES_PER_MS);
  /** The flow has told what it has had, so that the rest can be sent. */
  #isCounted = false;

  /** @param open Begins a connection. @throws LinkRefused */
  constructor(open: (signal: AbortSignal) => Promise<WebSocket>, handlers: FlowLinkHandlers) {
    this.#open = open;
    this.#handlers = handlers;
    this.connect();
  }

  /** Sends 16-bit PCM, now or as soon as there is a connection. */
  sendAudio(pcm: ArrayBuffer): void {
    const droppedBytes = this.#outbox.push(pcm);
    if (droppedBytes > 0) this.#handlers.onDropped(droppedBytes / BYTES_PER_MS);
    this.#drain();
  }

  act(action: 'commit' | 'finish'): void {
    this.#outbox.push(JSON.stringify({ action }));
    this.#drain();
  }

  /** Connects now, and from then on by itself whenever that is lost. */
  connect(): void {
    window.clearTimeout(this.#timer);
    this.#handlers.onState('connecting');
    this.#open(AbortSignal.timeout(CONNECT_WITHIN_MS)).then(
      (socket) => {
        this.#use(socket);
      },
      (error: unknown) => {
        this.#onLost(error instanceof LinkRefused ? error.refusal : 'away');
      },
    );
  }

  #use(socket: WebSocket): void {
    this.#socket = socket;
    this.#isCounted = false;
    socket.binaryType = 'arraybuffer';
    this.#timer = window.setTimeout(() => {
      this.#onGone(socket);
    }, CONNECT_WITHIN_MS);
    socket.onmessage = ({ data }) => {
      this.#onMessage(data);
    };
    socket.onclose = () => {
      this.#onGone(socket);
    };
  }

  /** A flow may send anything to this socket. */
  #onMessage(data: unknown): void {
    if (typeof data !== 'string') return;
    let event: unknown;
    try {
      event = JSON.parse(data);
    } catch {
      return;
    }
    if (!isEvent(event)) return;
    if (event.type === 'heard') this.#onHeard(event.frames ?? 0);
    else this.#handlers.onEvent(event);
  }

  #onHeard(frames: number): void {
    if (this.#isCounted) {
      this.#outbox.had(frames);
      return;
    }
    // The first count says that the flow is there.
    window.clearTimeout(this.#timer);
    this.#attempts = 0;
    this.#isCounted = true;
    this.#outbox.begin(frames);
    this.#handlers.onState('open');
    this.#drain();
  }

  #onGone(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    window.clearTimeout(this.#timer);
    this.#socket = undefined;
    socket.close();
    this.#onLost('away');
  }

  #onLost(refusal: Refusal): void {
    this.#handlers.onState('lost', refusal);
    if (refusal === 'token') return;
    const longest = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    this.#timer = window.setTimeout(
      () => {
        this.connect();
      },
      longest * (0.5 + Math.random() / 2),
    );
  }

  #drain(): void {
    window.clearTimeout(this.#draining);
    const socket = this.#socket;
    while (this.#isCounted && socket?.readyState === WebSocket.OPEN) {
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
        this.#draining = window.setTimeout(() => {
          this.#drain();
        }, DRAIN_EVERY_MS);
        return;
      }
      const frame = this.#outbox.next();
      if (frame === undefined) return;
      socket.send(frame);
    }
  }
}

function isEvent(value: unknown): value is FlowEvent {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
