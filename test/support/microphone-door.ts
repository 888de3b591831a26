import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Node, NodeDef } from 'node-red';
import WebSocket from 'ws';
import { openBrowserMicrophone } from '../../nodes/node-red/asr-microphone/browser';
import { Doors } from '../../nodes/node-red/asr-microphone/doors';
import type {
  MicrophoneOptions,
  MicrophoneSecrets,
  MicrophoneSettings,
} from '../../nodes/node-red/asr-microphone/microphone';
import { Status } from '../../nodes/node-red/shared/status';
import { appendNodes, credentialsNode, Flow, helper, observers, sessionNodes } from './node-red';
import type { FlowNode, Init } from './node-red';

const SUBPROTOCOL = 'asr-microphone';
/** The type of a microphone node whose properties have the times that a microphone has as constants. */
export const TIMED = 'timed-microphone';

/** Serves `httpNode` as Node-RED does, which the test server leaves out. */
const serveHttpNode: Init = (RED) => {
  RED.server.removeAllListeners('request').on('request', RED.httpNode as RequestListener);
};

type TimedDef = NodeDef & MicrophoneSettings & Pick<MicrophoneOptions, 'checkEveryMs' | 'comesBackWithinMs'>;

const registerTimed: Init = (RED) => {
  const doors = new Doors(RED);
  RED.nodes.registerType<Node<MicrophoneSecrets>, TimedDef, object, MicrophoneSecrets>(
    TIMED,
    function (settings) {
      RED.nodes.createNode(this, settings);
      const status = new Status(this, RED._);
      const microphone = openBrowserMicrophone({ ...settings, RED, node: this, status, settings, doors });
      this.on('input', (msg, _send, done) => {
        microphone.hear?.(msg);
        done();
      });
      this.on('close', (done: () => void) => {
        microphone.close().then(done, done);
      });
    },
    { credentials: { token: { type: 'password' } } },
  );
};

/** A microphone with a page, whose results come back to it. */
export function pageFlow(serviceUrl: string, more: Partial<FlowNode> = {}, token?: string): Promise<Flow> {
  const nodes: FlowNode[] = [
    {
      id: 'microphone',
      type: 'asr-microphone',
      z: 'tab',
      kind: 'browser',
      path: '/microphone',
      wires: [['append', 'heard']],
      ...more,
    },
    { id: 'heard', type: 'helper', z: 'tab' },
    ...appendNodes(),
    ...sessionNodes({
      wires: [['microphone'], ['final', 'microphone'], ['microphone'], ['events', 'microphone']],
    }),
    credentialsNode(serviceUrl),
    // A node behind the others, so that the server is there.
    { id: 'served', type: 'serve-http-node', z: 'tab' },
    ...observers(['microphone']),
  ];
  const register: Init = (RED) => {
    serveHttpNode(RED);
    RED.nodes.registerType('serve-http-node', function (def) {
      RED.nodes.createNode(this, def);
    });
  };
  return Flow.start(nodes, token === undefined ? {} : { microphone: { token } }, [register, registerTimed]);
}

/** A page as the browser's is, on the wire. */
export class WirePage {
  readonly id = randomBytes(16).toString('hex');
  readonly heard: { type: string; text?: string; frames?: number }[] = [];
  #socket: WebSocket | undefined;

  get socket(): WebSocket {
    if (!this.#socket) throw new Error('The page has no connection.');
    return this.#socket;
  }

  async askTicket(token = ''): Promise<{ status: number; ticket?: string; code?: string }> {
    const answer = await fetch(`${helper.url()}/microphone/ticket`, {
      method: 'POST',
      headers: { 'x-asr-page': this.id, 'x-asr-token': encodeURIComponent(token) },
    });
    return { status: answer.status, ...((await answer.json()) as object) };
  }

  /** @returns The status of the answer, where it was refused. */
  async connect(ticket: string, origin = helper.url(), autoPong = true): Promise<number | undefined> {
    const url = `${helper.url().replace(/^http/, 'ws')}/microphone/socket`;
    const socket = new WebSocket(url, [SUBPROTOCOL, ticket].filter(Boolean), { origin, autoPong });
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => this.heard.push(JSON.parse(data.toString()) as { type: string }));
    const refused = once(socket, 'unexpected-response') as Promise<[unknown, { statusCode: number }]>;
    const answer = await Promise.race([once(socket, 'open').then(() => undefined), refused]);
    if (answer) return answer[1].statusCode;
    this.#socket = socket;
    return undefined;
  }

  async open(token = ''): Promise<this> {
    const { ticket = '' } = await this.askTicket(token);
    const status = await this.connect(ticket);
    if (status !== undefined) throw new Error(`The page was refused with ${status}.`);
    return this;
  }

  speak(pcm: Buffer): void {
    for (let at = 0; at < pcm.length; at += 3200) this.socket.send(pcm.subarray(at, at + 3200));
  }

  /** As a browser does for a page that is left. */
  leave(): void {
    this.socket.close(1001);
  }
}
