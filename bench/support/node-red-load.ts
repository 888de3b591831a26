/**
 * The load of `load.ts` through a Node-RED in this process: with our nodes, or with a function node that has the bare
 * client.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import RED from 'node-red';
import { openBare } from '../clients/bare';
import type { Client } from '../clients/client';
import { measure } from './measure';
import type { LoadInput } from './measure';

const DIST = path.join(__dirname, '../../dist');

async function main(): Promise<void> {
  const input = JSON.parse(process.argv[2] ?? '') as LoadInput;
  const userDir = mkdtempSync(path.join(os.tmpdir(), 'flow-asr-bench-'));
  const clients: Client[] = [];
  const flow = input.client === 'ours' ? ourFlow(input) : functionFlow();
  writeFileSync(path.join(userDir, 'flows.json'), JSON.stringify([{ id: 'tab', type: 'tab' }, ...flow]));
  RED.init(createServer(), {
    userDir,
    flowFile: 'flows.json',
    httpAdminRoot: false,
    httpNodeRoot: false,
    nodesDir: [path.join(DIST, 'nodes/node-red'), path.join(DIST, 'credentials/node-red')],
    functionGlobalContext: { clients },
    logging: { console: { level: 'fatal' } },
  } as unknown as Parameters<typeof RED.init>[1]);
  await RED.start();
  const entry = await nodeOf('entry');
  for (let i = 0; i < input.sessions; i += 1) {
    if (input.client === 'bare') clients.push(await openBare(input.url, input.protocol));
  }
  const senders = Array.from({ length: input.sessions }, (_, index): Client => {
    const topic = String(index);
    return {
      send: (pcm) => {
        entry.receive({ topic, index, payload: pcm });
      },
      onText: () => undefined,
      close: () => undefined,
    };
  });
  const result = await measure(senders, input);
  rmSync(userDir, { recursive: true, force: true });
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}

function ourFlow({ protocol, url }: LoadInput): object[] {
  const model = protocol === 'qwen' ? 'qwen3-asr-flash-realtime' : 'fun-asr-realtime';
  return [
    { id: 'connection', type: 'asr-credentials', region: 'local', address: url },
    {
      ...{
        id: 'session',
        type: 'asr-session',
        z: 'tab',
        x: 0,
        y: 0,
        connection: 'connection',
        model,
        mode: 'vad',
      },
      ...{ key: 'topic', keyType: 'msg', maxSessions: 1000, wires: [[], [], [], []] },
    },
    { id: 'entry', type: 'asr-append-audio', z: 'tab', x: 0, y: 0, session: 'session', wires: [[]] },
  ];
}

function functionFlow(): object[] {
  const func = "global.get('clients')[msg.index].send(msg.payload);\nreturn msg;";
  return [{ id: 'entry', type: 'function', z: 'tab', x: 0, y: 0, func, outputs: 1, wires: [[]] }];
}

interface FlowNode {
  receive: (msg: object) => void;
}

/** The node, once the flows have started. */
async function nodeOf(id: string): Promise<FlowNode> {
  const nodes = RED.nodes as unknown as { getNode: (id: string) => FlowNode | null };
  for (;;) {
    const node = nodes.getNode(id);
    if (node) return node;
    await sleep(20);
  }
}

void main();
