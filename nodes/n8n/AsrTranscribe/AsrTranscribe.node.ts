import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { realtimeAsrConnectionTest } from '../../../credentials/n8n/connection-test';
import { transcribe } from '../../../lib';
import { audioInput } from '../shared/audio-input';
import { readOutput } from '../shared/output';
import { captionSettings } from '../shared/captions';
import { readChoice } from '../shared/choice';
import { asNodeFault, failedItem, faultOfItem } from '../shared/errors';
import { Fields } from '../shared/fields';
import { searchHotWordLists } from '../shared/hot-word-lists';
import { ofItem } from '../shared/parameter-source';
import { beginTry } from '../shared/run-memory';
import { sessionOptions } from '../shared/session-options';
import { sweepOnce } from '../shared/sweep';
import { inParallel } from './in-parallel';
import { AT_ONCE, DEFAULT_AT_ONCE, PROPERTIES, TOOL_PROPERTIES } from './properties';
import { transcriptItems } from './transcript-items';
import type { ItemSettings } from './transcript-items';

/** Takes recordings and gives their text. */
export class AsrTranscribe implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Speech to Text (Qwen, Fun-ASR)',
    name: 'asrTranscribe',
    icon: {
      light: 'file:../../../icons/n8n/asr-transcribe.light.svg',
      dark: 'file:../../../icons/n8n/asr-transcribe.dark.svg',
    },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["model"] === "custom" ? $parameter["modelName"] : $parameter["model"] }}',
    description: 'Turn recordings into text, with emotions, times and captions',
    defaults: { name: 'Speech to Text' },
    // n8n's type lacks these fields, but its loader accepts them.
    usableAsTool: { replacements: { properties: TOOL_PROPERTIES } as object },
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'realtimeAsrApi', required: true, testedBy: 'realtimeAsrConnectionTest' }],
    properties: PROPERTIES,
  };

  constructor() {
    sweepOnce();
  }

  methods = { credentialTest: { realtimeAsrConnectionTest }, listSearch: { searchHotWordLists } };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const items = this.getInputData();
    const stopping = new AbortController();
    const cancelled = this.getExecutionCancelSignal();
    const signal = cancelled ? AbortSignal.any([cancelled, stopping.signal]) : stopping.signal;

    const { memory, isRepeatable, end } = beginTry(this);
    const results = await inParallel(
      items.length,
      recordingsAtOnce(this),
      async (itemIndex): Promise<{ items: INodeExecutionData[]; hasFailed?: boolean }> => {
        const done = memory?.outputsOf(itemIndex)?.[0];
        if (done) return { items: done };
        try {
          const transcribed = await transcribeItem(this, itemIndex, signal);
          memory?.remember(itemIndex, [transcribed]);
          return { items: transcribed };
        } catch (error) {
          const { fault, goOn } = faultOfItem(this, error, itemIndex);
          if (!goOn) throw fault;
          return { items: [failedItem(this, fault, [itemIndex])], hasFailed: true };
        }
      },
      () => {
        stopping.abort();
      },
    );
    const failed = results.find(({ hasFailed }) => hasFailed);
    // n8n repeats the node where the first item has an error, and drops all other items.
    if (failed && isRepeatable) return [failed.items];
    end();
    return [results.flatMap((result) => result.items)];
  }
}

/** @throws NodeOperationError for a value of an expression that the field does not take. */
function recordingsAtOnce(context: IExecuteFunctions): number {
  try {
    const options = Fields.of('options', context.getNodeParameter('options', 0, {}));
    return options.number('atOnce', AT_ONCE) ?? DEFAULT_AT_ONCE;
  } catch (error) {
    throw asNodeFault(context.getNode(), error);
  }
}

async function transcribeItem(
  context: IExecuteFunctions,
  itemIndex: number,
  signal: AbortSignal,
): Promise<INodeExecutionData[]> {
  // Checked before anything is sent, and so billed.
  const settings = readItemSettings(context, itemIndex);
  const options = await sessionOptions(ofItem(context, itemIndex), 'recording');
  const { audio, strings, hints, fetch } = await audioInput(context, itemIndex);
  const transcript = await transcribe(audio, {
    ...options,
    strings,
    fetch,
    hints,
    signal,
    onEvent: (event) => {
      if (event.type !== 'warning') return;
      const message = `Item ${itemIndex}: ${event.message}`;
      context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
    },
  });
  return transcriptItems(context, itemIndex, transcript, {
    ...settings,
    baseName: baseNameOf(hints.fileName),
  });
}

function readItemSettings(context: IExecuteFunctions, itemIndex: number): Omit<ItemSettings, 'baseName'> {
  const parameter = (name: string, fallback: string): unknown =>
    context.getNodeParameter(name, itemIndex, fallback);
  return {
    per: readChoice('itemPer', parameter('itemPer', 'file'), ['file', 'sentence']),
    output: readOutput(context, itemIndex),
    captions: captionSettings(context, itemIndex),
  };
}

/** Turns `call.ogg` into `call`. */
function baseNameOf(fileName: string | undefined): string {
  return fileName?.replace(/^.*[\\/]/, '').replace(/\.[^.]+$/, '') || 'captions';
}
