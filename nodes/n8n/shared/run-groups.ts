import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { failedItem, faultOfItem } from './errors';
import { beginTry } from './run-memory';
import type { GivenAudio } from './given-audio';
import { OUTPUT_NAMES, SessionItems } from './session-items';
import type { SessionGroup } from './session-name';

/** What a node does with the items of a session. */
export interface GroupWork {
  /** @param given How much of the first item's audio was taken; absent where n8n will not try again. */
  run: (
    context: IExecuteFunctions,
    group: SessionGroup,
    items: SessionItems,
    given: GivenAudio | undefined,
  ) => Promise<void> | void;
  groupsOf: (context: IExecuteFunctions) => SessionGroup[];
  /** Where the items of the node go, including failed ones. */
  output: 'interim' | 'final';
}

/**
 * Runs one session after the other, because the order of audio and commits is the order of the items. A failed group
 * ends a try that n8n repeats, because later groups must stay behind it.
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
      // n8n repeats the node where the first item of the first output has an error, and drops everything else.
      if (isRepeatable) return [[failedItem(context, fault, group.items)], [], []];
      items.addFault(output, fault, group.items);
    }
    add(items.outputs);
  }
  end();
  return outputs;
}
