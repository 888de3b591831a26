import type { NodeMessageInFlow } from 'node-red';
import type { ContextTurn } from '../../../lib';
import { NodeError } from './errors';

/**
 * The dialogue in a message: `msg.context`, a list of turns or the person's last words.
 * @param complain The error message for an invalid dialogue.
 * @returns `undefined` when the message has none; an empty list removes the previous one.
 * @throws NodeError `BAD_CONTEXT`
 */
export function readContext(msg: NodeMessageInFlow, complain: () => string): ContextTurn[] | undefined {
  const { context } = msg;
  if (context === undefined || context === null) return undefined;
  if (typeof context === 'string') return context.trim() === '' ? [] : [{ user: context }];
  if (Array.isArray(context) && context.every(isTurn)) {
    // Messages may carry more than the client knows, so only known fields are passed on.
    return context.map(({ user, assistant }) => ({
      ...(user !== undefined && { user }),
      ...(assistant !== undefined && { assistant }),
    }));
  }
  throw new NodeError('BAD_CONTEXT', complain());
}

function isTurn(value: unknown): value is ContextTurn {
  if (typeof value !== 'object' || value === null) return false;
  const { user, assistant } = value as Record<string, unknown>;
  const texts = [user, assistant].filter((text) => text !== undefined);
  return texts.length > 0 && texts.every((text) => typeof text === 'string');
}
