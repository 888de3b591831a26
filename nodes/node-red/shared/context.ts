import type { NodeMessageInFlow } from 'node-red';
import type { ContextTurn } from '../../../lib/vocabulary/parameters';
import { NodeError } from './errors';

/**
 * The dialogue that a message brings along: `msg.context`, a list of turns or what the person said last.
 * @param complain the error's message for what is no dialogue
 * @returns `undefined` when the message has none; an empty list takes back what was given before
 * @throws NodeError `BAD_CONTEXT`
 */
export function readContext(msg: NodeMessageInFlow, complain: () => string): ContextTurn[] | undefined {
  const { context } = msg;
  if (context === undefined || context === null) return undefined;
  if (typeof context === 'string') return context.trim() === '' ? [] : [{ user: context }];
  if (Array.isArray(context) && context.every(isTurn)) {
    // Only what the client knows: messages carry more than that.
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
