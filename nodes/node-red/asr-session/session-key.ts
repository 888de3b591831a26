import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { NodeError } from '../shared/errors';
import { pageOf } from '../shared/page-session';
import { evaluate } from '../shared/red';

/** How messages are told apart: with `none` all of them share one session, but for the pages of a microphone. */
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
  // A page must never show what somebody else has said into another one.
  if (keyType === 'none') return pageOf(msg) ?? NO_KEY;
  const value = evaluate(RED, node, keyType, key, msg);
  if (typeof value === 'number' || (typeof value === 'string' && value !== '')) return String(value);
  const source = keyType === 'msg' ? `msg.${key}` : key;
  throw new NodeError('NO_KEY', RED._('asr-session.error.no-key', { source }));
}
