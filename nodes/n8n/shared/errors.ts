import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';
import { errorOf } from '../../../lib/hosts';
import { AsrError } from '../../../lib';
import type { AsrErrorCode } from '../../../lib';
import { pairing } from './items';

/** Errors that come from the service or its absence. n8n shows these apart from mistakes in the workflow. */
const OF_THE_SERVICE: ReadonlySet<AsrErrorCode> = new Set<AsrErrorCode>([
  'AUTHENTICATION',
  'PAYMENT',
  'THROTTLED',
  'CONNECT_FAILED',
  'CONNECT_TIMEOUT',
  'MODEL_MISMATCH',
  'MODEL_UNAVAILABLE',
  'CONFIGURE_TIMEOUT',
  'CONFIGURATION_REJECTED',
  'CONNECTION_LOST',
  'PROTOCOL_REJECTED',
  'NO_SPEECH',
  'IDLE_TIMEOUT',
  'SERVICE_ERROR',
  'COMMIT_FAILED',
  'COMMIT_TIMEOUT',
  'HOT_WORD_LIST_NOT_FOUND',
  'HOT_WORD_LISTS_FULL',
  'REQUEST_REJECTED',
  'REQUEST_TIMEOUT',
]);

/** An error as n8n shows it: what happened, what to do, and in an execution the item that it belongs to. */
export type NodeFault = NodeApiError | NodeOperationError;

export function asNodeFault(node: INode, error: unknown, itemIndex?: number): NodeFault {
  if (error instanceof NodeApiError || error instanceof NodeOperationError) {
    if (itemIndex !== undefined) error.context.itemIndex ??= itemIndex;
    return error;
  }
  const original = errorOf(error);
  const { message, description } = splitMessage(messageWithIds(original));
  const code = original instanceof AsrError ? original.code : undefined;
  const httpStatus = original instanceof AsrError ? original.httpStatus : undefined;
  const shown = {
    ...(description !== undefined && { description }),
    ...(itemIndex !== undefined && { itemIndex }),
  };
  const fault =
    code !== undefined && OF_THE_SERVICE.has(code)
      ? new NodeApiError(
          node,
          { message },
          {
            message,
            ...shown,
            ...(httpStatus !== undefined && { httpCode: String(httpStatus) }),
          },
        )
      : new NodeOperationError(node, message, shown);
  // n8n replaces a message with the name of a system error (ECONNREFUSED) by general words; ours say more.
  fault.message = message;
  fault.description = description;
  if (code !== undefined) fault.context.code = code;
  if (original instanceof AsrError) {
    const { sessionId, requestId } = original;
    Object.assign(fault.context, sessionId && { sessionId }, requestId && { requestId });
  }
  return fault;
}

/**
 * The message with the service's ids, because it is all that a person sees of an error and can give to the vendor's
 * support.
 */
function messageWithIds(error: Error): string {
  if (!(error instanceof AsrError)) return error.message;
  const { message, sessionId, requestId } = error;
  const ids = [
    ...(sessionId === undefined ? [] : [`Session ${sessionId}`]),
    ...(requestId === undefined ? [] : [`Request ${requestId}`]),
  ];
  return [message, ...ids.map((id) => `${id}.`)].join(' ');
}

/** n8n shows a headline, and the rest below it. */
function splitMessage(text: string): { message: string; description: string | undefined } {
  const end = text.search(/(?<=[.!?]) (?=[A-Z])/);
  if (end < 0) return { message: text, description: undefined };
  return { message: text.slice(0, end), description: text.slice(end + 1) };
}

/**
 * The item that replaces a failed one. n8n recognises it by its only field `error`, and adds the item's own fields
 * when it goes to the error output; the file stays with it, for another try.
 */
export function failedItem(
  context: IExecuteFunctions,
  { message, description }: NodeFault,
  items: readonly [number, ...number[]],
): INodeExecutionData {
  const binary = context.getInputData()[items[0]]?.binary;
  return {
    json: { error: [message, description].filter(Boolean).join(' ') },
    ...(binary && { binary }),
    pairedItem: pairing(items),
  };
}

/**
 * The error that a node of an execution throws for an item.
 * @returns The error, and whether the node should go on with its other items.
 */
export function faultOfItem(
  context: IExecuteFunctions,
  error: unknown,
  itemIndex: number,
): { fault: NodeFault; goOn: boolean } {
  const node = context.getNode();
  if (context.getExecutionCancelSignal()?.aborted) {
    // n8n tells a cancelled execution from a failed one by this word.
    return { fault: new NodeOperationError(node, 'The execution was canceled.', { itemIndex }), goOn: false };
  }
  return { fault: asNodeFault(node, error, itemIndex), goOn: context.continueOnFail() };
}
