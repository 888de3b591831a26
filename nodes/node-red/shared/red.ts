import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';

/** Node-RED's `RED._`: the text for a key of the node's own catalogue. */
export type Translate = (key: string, values?: Record<string, string | number>) => string;

export type Send = (msg: NodeMessage | (NodeMessage | NodeMessage[] | null)[]) => void;
export type Done = (error?: Error) => void;

/** The value of a typed input of the editor. Node-RED's own types say `any` here. */
export function evaluate(
  RED: NodeAPI,
  node: Node,
  type: string,
  value: string,
  msg: NodeMessageInFlow,
): unknown {
  return RED.util.evaluateNodeProperty(value, type, node, msg);
}

/** `msg.<property>`, a path such as `payload.audio` included. */
export function readProperty(RED: NodeAPI, msg: NodeMessageInFlow, property: string): unknown {
  return RED.util.getMessageProperty(msg, property);
}

/** The running node with this id that passes `is`; `undefined` when it is missing or disabled. */
export function findNode<T extends Node>(
  RED: NodeAPI,
  id: string,
  is: (node: Node) => node is T,
): T | undefined {
  // The types leave out that there may be none.
  const node = RED.nodes.getNode(id) as Node | null | undefined;
  return node && is(node) ? node : undefined;
}
