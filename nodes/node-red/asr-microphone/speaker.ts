import type { NodeMessage } from 'node-red';
import type { RawData, WebSocket } from 'ws';
import { AudioLead, isObject } from '../../../lib/hosts';
import { audioMessage, endMessage } from '../shared/audio-out';
import { PAGE_SESSION } from '../shared/page-session';

/** What the page sends, whatever rate its device has. */
export const RATE_HZ = 16_000;
/** The page keeps half a minute of audio while it has no connection, which then comes at once. */
const LEAD_MS = 40_000;
const SPEED = 2;
/** A page that loses its connection comes back within this time, or has gone. */
const COMES_BACK_WITHIN_MS = 10_000;
const MAX_HELD_EVENTS = 100;
/** Finals that a broken connection may have lost. The page shows each of them once. */
const FINALS_AGAIN = 20;
/** A browser that does not read its results has gone asleep or is hostile. */
const MAX_UNREAD_BYTES = 1024 * 1024;
const MAX_TEXT_CHARACTERS = 200;
const LOST = 1006;
const NO_SUCH_DATA = 1007;
const CLOSED_BY_FLOW = 1012;
const GOODBYE_MS = 1000;

/** What a page is told. */
interface Told {
  type: unknown;
  json: string;
}

export interface SpeakerOptions {
  key: string;
  send: (msg: NodeMessage) => void;
  /** It has left, and is not coming back. */
  onGone: () => void;
  comesBackWithinMs?: number | undefined;
}

/** One page in a browser, with the connection that it has at the moment. */
export class Speaker {
  readonly #options: SpeakerOptions;
  readonly #lead = new AudioLead({ rateHz: RATE_HZ, leadMs: LEAD_MS, speed: SPEED });
  #socket: WebSocket | undefined;
  #isAlive = true;
  #hasSpoken = false;
  #isOver = false;
  #leaving: NodeJS.Timeout | undefined;
  #pause: NodeJS.Timeout | undefined;
  #held: Told[] = [];
  #finals: string[] = [];
  /** What has come from the page, on all of its connections. */
  #frames = 0;

  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  /** Takes the next connection of the page in place of the one before. */
  connect(socket: WebSocket): void {
    this.#socket?.terminate();
    clearTimeout(this.#leaving);
    clearTimeout(this.#pause);
    this.#socket = socket;
    this.#isAlive = true;
    socket.on('message', (data, isBinary) => {
      this.#isAlive = true;
      this.#onMessage(socket, data, isBinary);
    });
    socket.on('pong', () => {
      this.#isAlive = true;
    });
    // Its close event follows, and says all that is needed.
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      if (socket === this.#socket) this.#onClose(code);
    });
    this.#count();
    const held = this.#held.splice(0);
    for (const json of [...this.#finals, ...held.map((told) => told.json)]) this.#tell(json);
    for (const told of held) this.#keep(told);
  }

  /** Sends an event of its session to the page. */
  hear(event: { type?: unknown }): void {
    const { type } = event;
    const told = { type, json: JSON.stringify(event) };
    if (!this.#socket) {
      this.#hold(told);
      return;
    }
    this.#tell(told.json);
    this.#keep(told);
  }

  /** A final is told again where the connection breaks. */
  #keep({ type, json }: Told): void {
    if (type === 'final') this.#finals = [...this.#finals, json].slice(-FINALS_AGAIN);
  }

  #tell(json: string): void {
    const socket = this.#socket;
    if (!socket) return;
    if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.terminate();
    else socket.send(json, () => undefined);
  }

  #hold(told: Told): void {
    this.#held.push(told);
    if (this.#held.length <= MAX_HELD_EVENTS) return;
    const oldestInterim = this.#held.findIndex(({ type }) => type === 'interim');
    this.#held.splice(Math.max(0, oldestInterim), 1);
  }

  /** Tells the page what has come of it; it sends the rest. */
  #count(): void {
    this.#tell(JSON.stringify({ type: 'heard', frames: this.#frames }));
  }

  /** Ends a connection that has given no sign of life since the last call. */
  check(): void {
    if (!this.#isAlive) this.#socket?.terminate();
    this.#isAlive = false;
    this.#socket?.ping(() => undefined);
  }

  /** Ends its session and its connection; resolves when that is closed. */
  async close(): Promise<void> {
    const socket = this.#socket;
    this.#leave();
    if (!socket) return;
    const timer = setTimeout(() => {
      socket.terminate();
    }, GOODBYE_MS);
    await new Promise((resolve) => {
      socket.once('close', resolve);
      socket.resume();
      socket.close(CLOSED_BY_FLOW);
    });
    clearTimeout(timer);
  }

  #onMessage(socket: WebSocket, data: RawData, isBinary: boolean): void {
    if (this.#isOver || socket !== this.#socket) return;
    if (!Buffer.isBuffer(data) || (isBinary && data.length % 2 === 1)) socket.close(NO_SUCH_DATA);
    else if (!isBinary) this.#act(socket, data);
    else if (data.length > 0) this.#speak(socket, data);
    this.#frames += 1;
    this.#count();
  }

  #speak(socket: WebSocket, pcm: Buffer): void {
    this.#hasSpoken = true;
    this.#send(audioMessage(pcm, RATE_HZ, this.#options.key));
    const waitMs = this.#lead.passed(pcm.length);
    if (waitMs === 0) return;
    // The rest waits in the browser, whose network slows it down.
    socket.pause();
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#isAlive = true;
      socket.resume();
    }, waitMs);
  }

  #act(socket: WebSocket, text: Buffer): void {
    const action = text.length > MAX_TEXT_CHARACTERS ? undefined : actionOf(text.toString());
    if (action) this.#send(endMessage(action, this.#options.key));
    else socket.close(NO_SUCH_DATA);
  }

  #send(msg: NodeMessage): void {
    this.#options.send(Object.assign(msg, { _session: { type: PAGE_SESSION, id: this.#options.key } }));
  }

  #onClose(code: number): void {
    clearTimeout(this.#pause);
    this.#socket = undefined;
    if (code === LOST && !this.#isOver) {
      this.#leaving = setTimeout(() => {
        this.#leave();
      }, this.#options.comesBackWithinMs ?? COMES_BACK_WITHIN_MS);
    } else this.#leave();
  }

  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#leaving);
    clearTimeout(this.#pause);
    if (this.#hasSpoken) this.#send(endMessage('finish', this.#options.key));
    this.#options.onGone();
  }
}

function actionOf(text: string): 'commit' | 'finish' | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isObject(parsed)) return undefined;
    const { action } = parsed;
    return action === 'commit' || action === 'finish' ? action : undefined;
  } catch {
    return undefined;
  }
}
