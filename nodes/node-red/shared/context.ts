import type { NodeMessageInFlow } from 'node-red';
import type { ContextTurn } from '../../../lib';
import { readDialogue } from '../../dialogue';
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
  const turns = readDialogue(context);
  if (turns) return turns;
  throw new NodeError('BAD_CONTEXT', complain());
}
