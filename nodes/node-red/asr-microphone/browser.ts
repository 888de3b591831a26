import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import type { Request, Response } from 'express';
import type { NodeMessageInFlow } from 'node-red';
import { WebSocketServer } from 'ws';
import { everyAfterReading, isObject, isSameSecret } from '../../../lib/hosts';
import { PAGE_HEADERS } from './headers';
import { NodeError } from '../shared/errors';
import { readLimit } from '../shared/limits';
import { pageOf } from '../shared/page-session';
import { isForeign, SUBPROTOCOL, ticketIn } from './access';
import type { Door, Doors } from './doors';
import { DEFAULT_PATH, MICROPHONE_LIMITS } from './microphone';
import type { Microphone, MicrophoneOptions } from './microphone';
import { Speaker } from './speaker';
import { Tickets } from './tickets';

const PAGE = path.join(__dirname, 'page');
const FILES = ['microphone.css', 'main.js', 'capture-worklet.js'];
/** A chunk of 100 ms has 3,200 bytes. */
const MAX_FRAME_BYTES = 64 * 1024;
const CHECK_EVERY_MS = 15_000;
/** Of a page: a random number that it has made itself. */
const PAGE_ID = /^[\da-f]{32}$/;
const PATH = /^(\/[\w~-][\w.~-]*)+$/;

/** Opens the page with a microphone at the path of the node. */
export function openBrowserMicrophone(options: MicrophoneOptions): Microphone {
  return new PageDoor(options);
}

/** The page at the path of one node, and everybody who speaks into it. */
class PageDoor implements Microphone, Door {
  readonly #options: MicrophoneOptions;
  readonly #doors: Doors;
  readonly #path: string;
  readonly #maxBrowsers: number;
  readonly #tickets = new Tickets();
  readonly #speakers = new Map<string, Speaker>();
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  readonly #stopChecks: () => void;
  #isSilent = false;
  #isClosing = false;

  /** @throws NodeError `BAD_PATH` */
  constructor(options: MicrophoneOptions) {
    const { doors, settings, RED } = options;
    this.#options = options;
    this.#doors = doors;
    this.#path = `/${settings.path?.trim() || DEFAULT_PATH}`.replace(/\/+/g, '/').replace(/\/$/, '');
    this.#maxBrowsers = readLimit(settings.maxBrowsers, MICROPHONE_LIMITS.maxBrowsers);
    const fault = !PATH.test(this.#path) ? 'bad-path' : !doors.open(this.#path, this) ? 'path-taken' : '';
    if (fault) {
      throw new NodeError('BAD_PATH', RED._(`asr-microphone.error.${fault}`, { path: this.#path }));
    }
    this.#stopChecks = everyAfterReading(options.checkEveryMs ?? CHECK_EVERY_MS, () => {
      for (const speaker of this.#speakers.values()) speaker.check();
    });
    this.#showSpeakers();
  }

  onRequest(rest: string, request: Request, response: Response): void {
    const file = rest.slice(1);
    response.set(PAGE_HEADERS);
    if (rest === '' && request.method === 'GET') {
      // The page's files are beside it.
      const { search } = new URL(request.originalUrl, 'http://localhost');
      response.redirect(302, `${path.posix.basename(this.#path)}/${search}`);
    } else if (rest === '/ticket' && request.method === 'POST') this.#giveTicket(request, response);
    else if (rest === '/' && request.method === 'GET') response.sendFile('index.html', { root: PAGE });
    else if (FILES.includes(file) && request.method === 'GET') response.sendFile(file, { root: PAGE });
    else response.sendStatus(404);
  }

  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    const page = isForeign(request) ? undefined : this.#tickets.redeem(ticketIn(request));
    if (page === undefined) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    const key = keyOf(page);
    if (!this.#hasRoom(key)) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#speakerOf(key).connect(webSocket);
      this.#showSpeakers();
    });
  }

  hear(msg: NodeMessageInFlow): void {
    const speaker = this.#speakers.get(pageOf(msg) ?? String(msg.topic));
    const event = eventOf(msg);
    if (event) speaker?.hear(event);
  }

  async stop(): Promise<void> {
    this.#isClosing = true;
    this.#doors.close(this.#path);
    this.#stopChecks();
    await Promise.all([...this.#speakers.values()].map((speaker) => speaker.close()));
    this.#server.close();
  }

  close(): Promise<void> {
    this.#isSilent = true;
    return this.stop();
  }

  /** The page gets a ticket through the login of HTTP, and with the token where the node has one. */
  #giveTicket({ headers }: Request, response: Response): void {
    const { token = '' } = this.#options.node.credentials;
    const page = String(headers['x-asr-page'] ?? '');
    response.set('Cache-Control', 'no-store');
    if (!PAGE_ID.test(page)) response.status(400).json({ code: 'page' });
    else if (token !== '' && !isSameSecret(decoded(String(headers['x-asr-token'] ?? '')), token)) {
      response.status(403).json({ code: 'token' });
    } else if (!this.#hasRoom(keyOf(page))) response.status(503).json({ code: 'full' });
    else response.json({ ticket: this.#tickets.issue(page) });
  }

  #hasRoom(key: string): boolean {
    return this.#speakers.has(key) || this.#speakers.size < this.#maxBrowsers;
  }

  #speakerOf(key: string): Speaker {
    const known = this.#speakers.get(key);
    if (known) return known;
    const speaker = new Speaker({
      key,
      comesBackWithinMs: this.#options.comesBackWithinMs,
      send: (msg) => {
        if (!this.#isSilent) this.#options.node.send(msg);
      },
      onGone: () => {
        this.#speakers.delete(key);
        this.#showSpeakers();
      },
    });
    this.#speakers.set(key, speaker);
    return speaker;
  }

  #showSpeakers(): void {
    if (this.#isClosing) return;
    const { status } = this.#options;
    if (this.#speakers.size === 0) status.set('noDevice');
    else status.set('devices', { n: this.#speakers.size });
  }
}

/** The key is in messages, whose readers must not be able to take the page's place. */
function keyOf(page: string): string {
  return createHash('sha256').update(page).digest('hex').slice(0, 16);
}

/** A session's event, or what a Catch node says. */
function eventOf({ asr, error }: NodeMessageInFlow): object | undefined {
  if (isObject(asr)) return asr;
  if (!isObject(error)) return undefined;
  return { type: 'error', error: { message: String(error.message) } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
