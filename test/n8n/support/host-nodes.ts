import { once } from 'node:events';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';

/** Stand-ins for nodes of n8n that the engine alone does not have. */
export type HostNode = 'items' | 'pass' | 'fail' | 'wait' | 'loop';

function node(
  name: HostNode,
  execute: (context: IExecuteFunctions) => INodeExecutionData[][] | Promise<INodeExecutionData[][]>,
  outputs = 1,
): INodeType {
  const description: INodeTypeDescription = {
    displayName: name,
    name,
    group: ['transform'],
    version: 1,
    description: 'A stand-in',
    defaults: { name },
    inputs: ['main'],
    outputs: Array.from({ length: outputs }, () => 'main' as const),
    properties: [],
  };
  return {
    description,
    execute(this: IExecuteFunctions) {
      return Promise.resolve(execute(this));
    },
  };
}

/** The behaviour that a test wants of a stand-in, by its name. */
export interface HostWork {
  /** The items that a node `items` puts out. */
  items: ReadonlyMap<string, INodeExecutionData[]>;
  /** The promise that a node `pass` waits for. */
  work: ReadonlyMap<string, () => Promise<void>>;
}

export function hostNodes({ items, work }: HostWork): Record<HostNode, INodeType> {
  return {
    items: node('items', (context) => [
      (items.get(context.getNode().name) ?? []).map((item, index) => ({
        ...item,
        pairedItem: { item: index },
      })),
    ]),
    pass: node('pass', async (context) => {
      await work.get(context.getNode().name)?.();
      return [context.getInputData()];
    }),
    fail: node('fail', () => {
      throw new Error('A node of the workflow has failed.');
    }),
    // Waits until the execution is cancelled.
    wait: node('wait', async (context) => {
      const signal = context.getExecutionCancelSignal();
      if (!signal) throw new Error('n8n gave no signal that would end the wait.');
      if (!signal.aborted) await once(signal, 'abort');
      return [context.getInputData()];
    }),
    // n8n's Loop Over Items with batches of one: done, loop.
    loop: node(
      'loop',
      (context) => {
        const state = context.getContext('node') as {
          left?: INodeExecutionData[];
          done?: INodeExecutionData[];
        };
        if (state.left) state.done = [...(state.done ?? []), ...context.getInputData()];
        else state.left = [...context.getInputData()];
        const next = state.left.shift();
        return next ? [[], [next]] : [state.done ?? [], []];
      },
      2,
    ),
  };
}
