import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { FlowNode, NodeRed } from '../../hosts/support/node-red';
import { ROOT } from '../../hosts/support/packed';
import { JFK_TEXT } from '../../support/jfk';
import { waitUntil } from '../../support/wait-until';
import { wordErrorRate } from '../../support/word-error-rate';
import type { Editor } from './editor';
import { readExample } from './editor';

const RECORDING = path.join(ROOT, 'test/fixtures/jfk.wav');
const MAX_WORD_ERRORS = 0.15;
export const RECOGNISED_WITHIN_MS = 60_000;

/** The settings that the notes of an example ask its user to make. */
interface Changes {
  recording?: string;
  address?: string;
  mqttPort?: number;
  udpIn?: number;
  udpOut?: number;
  /** Of the stream in the place of a station. */
  streamUrl?: string;
  env?: Record<string, string>;
}

/** The examples of the package in a running editor. */
export class Examples {
  /** Titles of those that were used. */
  readonly shown = new Set<string>();
  readonly #editor: Editor;
  readonly #nodeRed: NodeRed;
  readonly #address: string;

  /** @param address Of the service that the examples' credentials point at, unless a test says otherwise. */
  constructor(editor: Editor, nodeRed: NodeRed, address: string) {
    this.#editor = editor;
    this.#nodeRed = nodeRed;
    this.#address = address;
  }

  /** Imports and deploys an example as somebody would who has set what its notes ask to set. */
  async use(title: string, changes: Changes = {}): Promise<ExampleFlow> {
    this.shown.add(title);
    const nodes = await this.#editor.import(readExample(title));
    assert.deepEqual(await this.#editor.overlaps(), [], 'nodes that lie on each other');
    for (const node of nodes) {
      const properties = this.#changesOf(node, changes);
      if (properties) await this.#editor.set(node.id, properties);
    }
    await this.#editor.deploy();
    return new ExampleFlow(nodes);
  }

  #changesOf(node: FlowNode, changes: Changes): Record<string, unknown> | undefined {
    if (node.type === 'asr-credentials') return { address: changes.address ?? this.#address };
    if (node.payload === '/path/to/recording.wav') return { payload: changes.recording ?? RECORDING };
    if (node.type === 'mqtt-broker') return { broker: '127.0.0.1', port: String(changes.mqttPort) };
    if (node.type === 'asr-live-audio') return { source: 'http', streamUrl: changes.streamUrl };
    if (node.type === 'udp in') return { port: String(changes.udpIn) };
    if (node.type === 'udp out') return { port: String(changes.udpOut) };
    if (node.type !== 'tab' || !changes.env) return undefined;
    return { env: Object.entries(changes.env).map(([name, value]) => ({ name, value, type: 'str' })) };
  }

  /** What the session of an example says whose live audio is a stream of this recording, played once. */
  async liveAudio(title: string, recording: string): Promise<string> {
    const server = createServer((_request, response) => {
      // It stays open, because a stream that ends is connected again.
      response.writeHead(200, { 'content-type': 'audio/wav' }).write(readFileSync(recording));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const flow = await this.use(title, { streamUrl: `http://127.0.0.1:${port}/` });
      return await this.wholeText(flow);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  /** What the session of a flow says that hears the whole recording by itself. */
  async wholeText(flow: ExampleFlow): Promise<string> {
    const said = (): string => this.textOf(flow.get('asr-session'), 1);
    const isWhole = (): boolean => wordErrorRate(JFK_TEXT, said()) <= MAX_WORD_ERRORS;
    await waitUntil(isWhole, 'the whole recording', RECOGNISED_WITHIN_MS);
    this.assertNoErrors(flow);
    return said();
  }

  async finished(session: string, withinMs = RECOGNISED_WITHIN_MS): Promise<void> {
    const hasFinished = () => this.#nodeRed.sent(session, 3).some(({ event }) => event?.type === 'finished');
    await waitUntil(hasFinished, 'the session to finish', withinMs);
  }

  textOf(id: string, port = 0): string {
    return this.#nodeRed
      .sent(id, port)
      .map(({ payload }) => payload)
      .join(' ');
  }

  async sent(id: string) {
    await waitUntil(() => this.#nodeRed.sent(id).length > 0, `a message of ${id}`, RECOGNISED_WITHIN_MS);
    return this.#nodeRed.sent(id)[0]!;
  }

  async completed(id: string): Promise<void> {
    await waitUntil(() => this.completions(id) > 0, `${id} to complete`, RECOGNISED_WITHIN_MS);
  }

  /** How many messages the node is done with. */
  completions(id: string): number {
    return this.#nodeRed.news.filter((one) => one.kind === 'completed' && one.id === id).length;
  }

  assertNoErrors(flow: ExampleFlow): void {
    const own = this.#nodeRed.news.filter(({ kind, id }) => kind === 'completed' && flow.has(id ?? ''));
    assert.deepEqual(
      own.flatMap(({ error }) => error ?? []),
      [],
    );
  }
}

/** The nodes of an imported example. */
class ExampleFlow {
  readonly #nodes: FlowNode[];

  constructor(nodes: FlowNode[]) {
    this.#nodes = nodes;
  }

  /** Id of the node with this name, or else of this type. */
  get(nameOrType: string): string {
    const found =
      this.#nodes.find(({ name }) => name === nameOrType) ??
      this.#nodes.find(({ type }) => type === nameOrType);
    assert.ok(found, `The example has no "${nameOrType}".`);
    return found.id;
  }

  all(type: string): string[] {
    return this.#nodes.filter((node) => node.type === type).map(({ id }) => id);
  }

  has(id: string): boolean {
    return this.#nodes.some((node) => node.id === id);
  }
}

export function assertSaid(text = ''): void {
  const rate = wordErrorRate(JFK_TEXT, text);
  assert.ok(rate <= MAX_WORD_ERRORS, `${Math.round(rate * 100)} % word errors in: ${text}`);
}
