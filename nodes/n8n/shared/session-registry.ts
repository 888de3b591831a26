import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions } from 'n8n-workflow';
import { openSession } from '../../../lib';
import type { AsrError, SessionOptions } from '../../../lib';
import { excerpt, forgetOldest } from '../../../lib/hosts';
import { ExecutionSession } from './execution-session';
import { hostState } from './host-state';
import type { ExecutionSessionOptions } from './execution-session';

/** How many reasons of ended sessions are remembered. */
const MAX_REASONS = 500;

function openSessions(): Map<string, ExecutionSession> {
  return hostState('sessions');
}

/** Why the session of each key has ended. */
function endedSessions(): Map<string, AsrError> {
  return hostState('reasons');
}

function keyOf(context: IExecuteFunctions, name: string): string {
  return JSON.stringify([context.getExecutionId(), name]);
}

/**
 * Opens the session of this name in this execution. The node that has opened it gets the same one again, so that it
 * can take many items or stand in a loop.
 * @throws NodeOperationError when another node has opened it; AsrError for options that cannot work.
 */
export function openHeldSession(
  context: IExecuteFunctions,
  name: string,
  options: SessionOptions,
  limits: Pick<ExecutionSessionOptions, 'unusedMs' | 'longestMs'>,
): ExecutionSession {
  const open = openSessions();
  const ended = endedSessions();
  const key = keyOf(context, name);
  const { id: openedBy } = context.getNode();
  const known = open.get(key);
  if (known && known.openedBy !== openedBy) {
    throw new NodeOperationError(
      context.getNode(),
      `A session ${excerpt(name)} is open in this execution already.`,
      {
        description: 'Another node has opened it. Finish it first, or give this one another name.',
      },
    );
  }
  const held =
    known ??
    new ExecutionSession(openSession(options), {
      ...limits,
      name,
      openedBy,
      onEnd: (reason) => {
        open.delete(key);
        remember(ended, key, reason);
      },
    });
  open.set(key, held);
  watch(context, held);
  return held;
}

/** @throws NodeOperationError when none was opened; AsrError that says why it is over. */
export function heldSession(context: IExecuteFunctions, name: string): ExecutionSession {
  const open = openSessions();
  const ended = endedSessions();
  const key = keyOf(context, name);
  const held = open.get(key);
  if (held) {
    watch(context, held);
    return held;
  }
  const reason = ended.get(key);
  if (reason) throw reason;
  throw new NodeOperationError(context.getNode(), `No session ${excerpt(name)} is open in this execution.`, {
    description: NOT_OPEN,
  });
}

const NOT_OPEN = [
  'Open it with a Speech Session node that runs before this one.',
  'A session belongs to one execution: a sub-workflow has its own, and executing a single step in the editor begins a new one with old data, so execute the whole workflow.',
  'After a Wait of more than a minute the session may be gone, and in queue mode the execution may go on in another process that does not have it.',
].join(' ');

/**
 * Ends the session with the execution, where n8n tells nodes of that: of a cancellation always, of the normal end
 * from 2.33 on.
 */
function watch(context: IExecuteFunctions, held: ExecutionSession): void {
  // Once for a run of the execution, not for each of its nodes.
  if (!held.endWith(context.getExecutionCancelSignal())) return;
  const { onExecutionFinish } = context as { onExecutionFinish?: (handler: () => void) => void };
  onExecutionFinish?.call(context, () => {
    held.end('the execution it belongs to has ended');
  });
}

function remember(ended: Map<string, AsrError>, key: string, reason: AsrError): void {
  ended.delete(key);
  ended.set(key, reason);
  forgetOldest(ended, MAX_REASONS);
}
