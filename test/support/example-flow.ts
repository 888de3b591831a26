import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { FlowNode, Init } from './node-red';

/** The examples that are tried with a scripted service. The others are tried in a browser, with the recogniser. */
export const SCRIPTED_EXAMPLES = [
  'Home Assistant commands',
  'Hot words',
  'Telephone call to captions',
  'Telephone call to transcript',
] as const;
export type ScriptedExample = (typeof SCRIPTED_EXAMPLES)[number];

/** Replaces nodes that a test does not need. */
const LEFT_OUT = ['tab', 'comment', 'catch', 'http in', 'http response', 'template', 'websocket out'];

/** An example whose debug nodes are helper nodes, connected to this service. */
export function exampleFlow(name: ScriptedExample, address: string): FlowNode[] {
  const file = path.join(__dirname, '../../examples', `${name}.json`);
  const nodes = JSON.parse(readFileSync(file, 'utf8')) as FlowNode[];
  return nodes
    .filter(({ type }) => !LEFT_OUT.includes(type))
    .map((node): FlowNode => ({
      ...node,
      ...(typeof node.z === 'string' && { z: 'tab' }),
      ...(node.type === 'debug' && { type: 'helper' }),
      ...(node.type === 'asr-credentials' && { address }),
    }));
}

/** The node with this name. @throws Error when the example has none. */
export function nodeNamed(nodes: readonly FlowNode[], name: string): FlowNode {
  const found = nodes.find((node) => node.name === name);
  if (!found) throw new Error(`The example has no node “${name}”.`);
  return found;
}

const core = createRequire(__filename);

/** Nodes of Node-RED itself, such as `function/10-switch`. */
export function coreNodes(...files: string[]): Init[] {
  return files.map((file) => core(`@node-red/nodes/core/${file}.js`) as Init);
}
