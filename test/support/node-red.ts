import type { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import helper from 'node-red-node-test-helper';
import initAppend from '../../nodes/node-red/asr-append-audio/asr-append-audio';
import initCommit from '../../nodes/node-red/asr-commit/asr-commit';
import initCredentials from '../../credentials/node-red/asr-credentials';
import initHotWords from '../../nodes/node-red/asr-hot-words/asr-hot-words';
import initLiveAudio from '../../nodes/node-red/asr-live-audio/asr-live-audio';
import initMicrophone from '../../nodes/node-red/asr-microphone/asr-microphone';
import initSession from '../../nodes/node-red/asr-session/asr-session';
import initTranscribe from '../../nodes/node-red/asr-transcribe/asr-transcribe';
import initWyomingServer from '../../nodes/node-red/asr-wyoming-server/asr-wyoming-server';
import { waitUntil } from './wait-until';

export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

export type Init = (RED: NodeAPI) => void;

const ROOT = path.join(__dirname, '../..');

const INITS: Record<string, Init> = {
  'asr-credentials': initCredentials,
  'asr-session': initSession,
  'asr-append-audio': initAppend,
  'asr-commit': initCommit,
  'asr-live-audio': initLiveAudio,
  'asr-microphone': initMicrophone,
  'asr-transcribe': initTranscribe,
  'asr-wyoming-server': initWyomingServer,
  'asr-hot-words': initHotWords,
};

export const NODE_TYPES = Object.keys(INITS);

/** Where the files of a node are, from the root of the repository. */
export function folderOf(type: string): string {
  return type === 'asr-credentials' ? 'credentials/node-red' : `nodes/node-red/${type}`;
}

export function readCatalogue(type: string, language: string): Record<string, unknown> {
  const file = path.join(ROOT, folderOf(type), 'locales', language, `${type}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}

/** The helper's `RED._` returns the key, but tests should see messages and badges as a user does. */
function translator(type: string) {
  const catalogue = readCatalogue(type, 'en-US');
  return (key: string, values: Record<string, string | number> = {}): string => {
    const found = key
      .split('.')
      .reduce<unknown>((tree, part) => (tree as Record<string, unknown>)[part], catalogue);
    if (typeof found !== 'string') throw new Error(`No text for ${key}.`);
    return found.replace(/__(\w+)__/g, (_match, name: string) => String(values[name]));
  };
}

function withTexts(type: string, init: Init): Init {
  return (RED) => {
    init(Object.create(RED, { _: { value: translator(type) } }) as NodeAPI);
  };
}

const NODES = Object.entries(INITS).map(([type, init]) => withTexts(type, init));

export const TAB: FlowNode = { id: 'tab', type: 'tab' };

/** Credentials that lead to a local service. */
export function credentialsNode(url: string, more: Partial<FlowNode> = {}): FlowNode {
  return { id: 'credentials', type: 'asr-credentials', region: 'local', address: url, ...more };
}

/** A session node whose outputs end in the helper nodes `interim`, `final`, `emotion` and `events`. */
export function sessionNodes(more: Partial<FlowNode> = {}): FlowNode[] {
  const outputs = ['interim', 'final', 'emotion', 'events'];
  return [
    {
      id: 'session',
      type: 'asr-session',
      z: 'tab',
      connection: 'credentials',
      mode: 'vad',
      wires: outputs.map((id) => [id]),
      ...more,
    },
    ...outputs.map((id) => ({ id, type: 'helper', z: 'tab' })),
  ];
}

/** `append` → `appended`. */
export function appendNodes(more: Partial<FlowNode> = {}): FlowNode[] {
  return [
    { id: 'append', type: 'asr-append-audio', z: 'tab', session: 'session', wires: [['appended']], ...more },
    { id: 'appended', type: 'helper', z: 'tab' },
  ];
}

/** `commit` → `committed`. */
export function commitNodes(more: Partial<FlowNode> = {}): FlowNode[] {
  return [
    { id: 'commit', type: 'asr-commit', z: 'tab', session: 'session', wires: [['committed']], ...more },
    { id: 'committed', type: 'helper', z: 'tab' },
  ];
}

/** `transcribe` → `text`. */
export function transcribeNodes(more: Partial<FlowNode> = {}): FlowNode[] {
  return [
    {
      id: 'transcribe',
      type: 'asr-transcribe',
      z: 'tab',
      connection: 'credentials',
      wires: [['text']],
      ...more,
    },
    { id: 'text', type: 'helper', z: 'tab' },
  ];
}

/** A Catch node into `caught`, and a Complete node of `scope` into `completed`. */
export function observers(scope: string[]): FlowNode[] {
  return [
    { id: 'catcher', type: 'catch', z: 'tab', scope: null, wires: [['caught']] },
    { id: 'caught', type: 'helper', z: 'tab' },
    { id: 'completer', type: 'complete', z: 'tab', scope, wires: [['completed']] },
    { id: 'completed', type: 'helper', z: 'tab' },
  ];
}

export type Badge = { fill?: string; shape?: string; text?: string };

/** A running flow, with everything that its helper nodes received and its nodes showed. */
export class Flow {
  readonly #received = new Map<string, NodeMessageInFlow[]>();
  readonly #badges = new Map<string, Badge[]>();

  static async start(
    flow: FlowNode[],
    credentials: Record<string, Record<string, string>> = {},
    coreNodes: Init[] = [],
  ): Promise<Flow> {
    const running = new Flow();
    // The helper does not pass the message on, and a node may answer before the test listens.
    const placed = flow.map((node) => (node.z ? { x: 0, y: 0, ...node } : node));
    await helper.load([...NODES, ...coreNodes], [TAB, ...placed], credentials);
    running.listen(flow);
    return running;
  }

  /** This also works after `helper.setFlows`, which creates the nodes again. */
  listen(flow: FlowNode[]): void {
    for (const { id, type } of flow) {
      const node = helper.getNode(id);
      if (!node) continue;
      if (type === 'helper') {
        const received: NodeMessageInFlow[] = [];
        this.#received.set(id, received);
        node.on('input', (msg: NodeMessageInFlow) => {
          received.push(msg);
        });
      } else {
        const badges: Badge[] = [];
        this.#badges.set(id, badges);
        onCall(node as EventEmitter, 'status', ([badge]) => badges.push(badge as Badge));
      }
    }
  }

  /** Sends a message into a node, as a wire would. */
  send(id: string, msg: NodeMessage): void {
    helper.getNode(id)!.receive(msg);
  }

  received(id: string): NodeMessageInFlow[] {
    return this.#received.get(id) ?? [];
  }

  badges(id: string): Badge[] {
    return this.#badges.get(id) ?? [];
  }

  badgeTexts(id: string): (string | undefined)[] {
    return this.badges(id).map(({ text }) => text);
  }

  /** The messages of a helper node, as soon as it has `count` of them. */
  async messages(id: string, count = 1): Promise<NodeMessageInFlow[]> {
    await waitUntil(() => this.received(id).length >= count, `${count} message(s) at ${id}`);
    return this.received(id);
  }

  async message(id: string): Promise<NodeMessageInFlow> {
    const [first] = await this.messages(id);
    return first!;
  }
}

/** Calls `listener` with the arguments of each call of the node's method, as the helper reports them. */
export function onCall(
  node: EventEmitter,
  method: 'send' | 'status' | 'warn' | 'debug',
  listener: (args: unknown[]) => void,
): void {
  node.on(`call:${method}`, (call: { args: unknown[] }) => {
    listener(call.args);
  });
}

/** The property that a Catch node adds to a message. */
export function errorOf(msg: NodeMessageInFlow): { message: string; code?: string; source: { id: string } } {
  return msg.error as { message: string; code?: string; source: { id: string } };
}

export { helper };
