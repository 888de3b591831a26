import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { failedItem, faultOfItem } from './errors';
import { beginTry } from './run-memory';
import type { GivenAudio } from './given-audio';
import { OUTPUT_NAMES, SessionItems } from './session-items';
import type { SessionGroup } from './session-name';

/** What a node does with the items of a session. */
export interface GroupWork {
  /** @param given Of the group's first item; none where n8n will not try again. */
  run: (
    context: IExecuteFunctions,
    group: SessionGroup,
    items: SessionItems,
    given: GivenAudio | undefined,
  ) => Promise<void> | void;
  groupsOf: (context: IExecuteFunctions) => SessionGroup[];
  /** Where the node's items go in any case, those of failures too. */
  output: 'interim' | 'final';
}

/**
 * One session after the other: the order of audio and of commits is the order of the items. A group that has failed
 * ends a try that n8n repeats, because what comes after it must stay after it.
 */
export async function runGroups(
  context: IExecuteFunctions,
  { run, groupsOf, output }: GroupWork,
): Promise<INodeExecutionData[][]> {
  const { memory, isRepeatable, end } = beginTry(context);
  const outputs: INodeExecutionData[][] = OUTPUT_NAMES.map(() => []);
  const add = (more: INodeExecutionData[][]): void => {
    for (const [index, items] of more.entries()) outputs[index]?.push(...items);
  };
  const told = new Set<string>();
  for (const group of groupsOf(context)) {
    const [first] = group.items;
    const done = memory?.outputsOf(first);
    if (done) {
      add(done);
      continue;
    }
    const items = new SessionItems(context, told);
    try {
      await run(context, group, items, memory?.givenOf(first));
      memory?.remember(first, items.outputs);
    } catch (error) {
      const { fault, goOn } = faultOfItem(context, error, first);
      if (!goOn) throw fault;
      // n8n tries again where the first item of the first output has an error, and drops what else there is.
      if (isRepeatable) return [[failedItem(context, fault, group.items)], [], []];
      items.addFault(output, fault, group.items);
    }
    add(items.outputs);
  }
  end();
  return outputs;
}
