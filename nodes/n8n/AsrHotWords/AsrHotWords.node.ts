import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { CREDENTIALS } from '../../../credentials/n8n/connection';
import { realtimeAsrConnectionTest } from '../../../credentials/n8n/connection-test';
import { failedItem, faultOfItem } from '../shared/errors';
import { searchHotWordLists } from '../shared/hot-word-lists';
import { beginTry } from '../shared/run-memory';
import { runOperation } from './operations';
import { PROPERTIES } from './properties';

/** Makes and keeps the hot-word lists of an account, which recognition uses by their ids. */
export class AsrHotWords implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Speech Hot Words',
    name: 'asrHotWords',
    icon: {
      light: 'file:../../../icons/n8n/asr-hot-words.light.svg',
      dark: 'file:../../../icons/n8n/asr-hot-words.dark.svg',
    },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": hot-word list" }}',
    description: 'Make, read, change and delete lists of names and terms that are recognised better',
    defaults: { name: 'Speech Hot Words' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: CREDENTIALS, required: true, testedBy: 'realtimeAsrConnectionTest' }],
    properties: PROPERTIES,
  };

  methods = {
    credentialTest: { realtimeAsrConnectionTest },
    listSearch: { searchHotWordLists },
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const { memory, isRepeatable, end } = beginTry(this);
    const outputs: INodeExecutionData[] = [];
    for (const itemIndex of this.getInputData().keys()) {
      const done = memory?.outputsOf(itemIndex)?.[0];
      try {
        const items = done ?? (await itemsOf(this, itemIndex));
        memory?.remember(itemIndex, [items]);
        outputs.push(...items);
      } catch (error) {
        const { fault, goOn } = faultOfItem(this, error, itemIndex);
        if (!goOn) throw fault;
        const failed = failedItem(this, fault, [itemIndex]);
        // n8n repeats the node where the first item has an error, and drops all other items.
        if (isRepeatable) return [[failed]];
        outputs.push(failed);
      }
    }
    end();
    return [outputs];
  }
}

async function itemsOf(context: IExecuteFunctions, itemIndex: number): Promise<INodeExecutionData[]> {
  const results = await runOperation(context, itemIndex);
  return results.map((json) => ({ json, pairedItem: { item: itemIndex } }));
}
