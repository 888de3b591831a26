import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { NodeError } from '../shared/errors';
import { evaluate } from '../shared/red';

/** How messages are told apart: with `none` all of them share one session. */
export interface SessionKeyDef {
  keyType?: 'none' | 'msg' | 'str' | 'env';
  key?: string;
}

/** The only key of a node whose messages are not told apart. */
export const NO_KEY = '';

/**
 * The key of the session that a message belongs to.
 * @throws NodeError `NO_KEY` when the message has none, because it must not reach somebody else's session.
 */
export function sessionKey(RED: NodeAPI, node: Node, def: SessionKeyDef, msg: NodeMessageInFlow): string {
  const { keyType = 'none', key = '' } = def;
  if (keyType === 'none') return NO_KEY;
  const value = evaluate(RED, node, keyType, key, msg);
  if (typeof value === 'number' || (typeof value === 'string' && value !== '')) return String(value);
  const source = keyType === 'msg' ? `msg.${key}` : key;
  throw new NodeError('NO_KEY', RED._('asr-session.error.no-key', { source }));
}
