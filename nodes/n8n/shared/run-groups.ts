import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { faultOfItem } from './errors';
import { SessionItems } from './session-items';
import type { SessionGroup } from './session-name';

/** What a node does with the items of a session. */
export interface GroupWork {
  run: (context: IExecuteFunctions, group: SessionGroup, items: SessionItems) => Promise<void> | void;
  groupsOf: (context: IExecuteFunctions) => SessionGroup[];
  /** Where the node's items go in any case, those of failures too. */
  output: 'interim' | 'final';
}

/** One session after the other: the order of audio and of commits is the order of the items. */
export async function runGroups(
  context: IExecuteFunctions,
  { run, groupsOf, output }: GroupWork,
): Promise<INodeExecutionData[][]> {
  const items = new SessionItems(context);
  for (const group of groupsOf(context)) {
    try {
      await run(context, group, items);
    } catch (error) {
      const { fault, goOn } = faultOfItem(context, error, group.items[0]);
      if (!goOn) throw fault;
      items.addFault(output, fault, group.items);
    }
  }
  return items.outputs;
}
