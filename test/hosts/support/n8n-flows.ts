import { PACKAGE_NAME } from './packed';
import type { Workflow, WorkflowNode } from './n8n-workflows';

/** The webhook of those workflows here that have one. */
export const WEBHOOK_PATH = 'flow-asr';

type Parameters = Record<string, unknown>;

/** A recording in, its transcript out. */
export function transcribeFlow(): Workflow {
  return chain('Transcribe a recording', [webhook(), ours('asrTranscribe')]);
}

/** The recording at the `url` of a JSON body in, its transcript or what went wrong out. */
export function transcribeUrlFlow(): Workflow {
  const node = ours('asrTranscribe', 'ASR', { source: 'url', url: '={{ $json.body.url }}' });
  return chain('Transcribe an address', [webhook(), { ...node, onError: 'continueRegularOutput' }]);
}

/** The text `audio` of a JSON body as a file of Convert to File, and its transcript or what went wrong out. */
export function convertToFileFlow(operation: string, options: object): Workflow {
  const convert = { operation, sourceProperty: 'body.audio', options };
  const transcribe = ours('asrTranscribe', 'ASR');
  return chain('Transcribe a converted file', [
    webhook(),
    node('n8n-nodes-base.convertToFile', 'Convert to File', 1.1, convert),
    { ...transcribe, onError: 'continueRegularOutput' },
  ]);
}

/** A session for the recordings at the `urls` of a JSON body; giving them is tried again where it fails. */
export function sessionOfAddressesFlow(onError: string): Workflow {
  const split = { fieldToSplitOut: 'body.urls', options: { destinationFieldName: 'url' } };
  const append = ours('asrAppendAudio', 'Append', { source: 'url', url: '={{ $json.url }}' });
  return chain(
    'A session of several recordings',
    [
      webhook(),
      node('n8n-nodes-base.splitOut', 'Split Out', 1, split),
      ours('asrSession', 'Open', { operation: 'open', mode: 'manual' }),
      { ...append, onError, retryOnFail: true, maxTries: 3, waitBetweenTries: 100 },
      ours('asrSession', 'Finish', { operation: 'finish', itemPer: 'session' }),
      nothing('Answer'),
    ],
    { Finish: 1 },
  );
}

/** An execution for each sentence of a live source. */
export function liveFlow(source: object): Workflow {
  return chain('Live sentences', [
    ours('asrTrigger', 'Live Speech Trigger', { ...source }),
    nothing('Sentence'),
  ]);
}

/** The same with a session: each of its nodes gives what it has heard to the next. */
export function sessionFlow(): Workflow {
  const finals = { Commit: 1, Finish: 1 };
  return chain(
    'A session for a recording',
    [
      webhook(),
      ours('asrSession', 'Open', { operation: 'open' }),
      ours('asrAppendAudio', 'Append'),
      ours('asrCommit', 'Commit', { itemPer: 'commit' }),
      ours('asrSession', 'Finish', { operation: 'finish', itemPer: 'session' }),
      // The webhook answers with the first output of the last node.
      nothing('Answer'),
    ],
    finals,
  );
}

/**
 * The connections of a chain of nodes.
 * @param outputs The outputs of nodes that do not continue with the first one.
 */
function chain(name: string, nodes: WorkflowNode[], outputs: Record<string, number> = {}): Workflow {
  const connections = nodes.slice(0, -1).map((from, index) => {
    const main: object[][] = Array.from({ length: (outputs[from.name] ?? 0) + 1 }, () => []);
    main.at(-1)!.push({ node: nodes[index + 1]!.name, type: 'main', index: 0 });
    return [from.name, { main }];
  });
  const placed = nodes.map((one, index) => ({ ...one, position: [index * 220, 0] }));
  return { name, nodes: placed, connections: Object.fromEntries(connections) as Workflow['connections'] };
}

function webhook(): WorkflowNode {
  const parameters = { httpMethod: 'POST', path: WEBHOOK_PATH, responseMode: 'lastNode', options: {} };
  return { ...node('n8n-nodes-base.webhook', 'Webhook', 2, parameters), webhookId: crypto.randomUUID() };
}

function nothing(name: string): WorkflowNode {
  return node('n8n-nodes-base.noOp', name, 1, {});
}

function ours(type: string, name = 'ASR', parameters: Parameters = {}): WorkflowNode {
  return node(`${PACKAGE_NAME}.${type}`, name, 1, parameters);
}

function node(type: string, name: string, typeVersion: number, parameters: Parameters): WorkflowNode {
  return { id: crypto.randomUUID(), name, type, typeVersion, position: [0, 0], parameters };
}
