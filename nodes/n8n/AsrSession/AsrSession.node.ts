import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { realtimeAsrConnectionTest } from '../../../credentials/n8n/connection-test';
import { captionsProperties } from '../shared/captions';
import { outputProperty } from '../shared/output';
import { searchHotWordLists } from '../shared/hot-word-lists';
import {
  DIALOGUE,
  optionsCollection,
  recognitionOptions,
  recognitionProperties,
} from '../shared/recognition-properties';
import { runGroups } from '../shared/run-groups';
import { NOT_A_TOOL, OUTPUT_NAMES } from '../shared/session-items';
import { itemByItem, itemsBySession, SESSION_NAME_PROPERTY } from '../shared/session-name';
import { abort, finish, open, updateContext } from './operations';
import { DEFAULT_LONGEST_MINUTES, DEFAULT_UNUSED_SECONDS, LIMITS } from './limits';

const OPEN = { operation: ['open'] };
const FINISH = { operation: ['finish'] };

/** The operations: what each does, for which items at once, and the output on which the workflow goes on. */
const OPERATIONS = {
  open: { run: open, groupsOf: itemByItem, output: 'interim' },
  finish: { run: finish, groupsOf: itemsBySession, output: 'final' },
  abort: { run: abort, groupsOf: itemsBySession, output: 'final' },
  updateContext: { run: updateContext, groupsOf: itemByItem, output: 'interim' },
} as const;

/** A session that lasts: this node opens and ends it, other nodes feed and commit it. */
export class AsrSession implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Speech Session',
    name: 'asrSession',
    icon: {
      light: 'file:../../../icons/n8n/asr-session.light.svg',
      dark: 'file:../../../icons/n8n/asr-session.dark.svg',
    },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["sessionName"] }}',
    description:
      'Open, finish or abort a streaming recognition that lasts for several nodes, or tell it the dialogue',
    defaults: { name: 'Speech Session' },
    usableAsTool: NOT_A_TOOL,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
    outputNames: OUTPUT_NAMES,
    credentials: [
      {
        name: 'realtimeAsrApi',
        required: true,
        testedBy: 'realtimeAsrConnectionTest',
        displayOptions: { show: OPEN },
      },
    ],
    properties: [
      {
        displayName: 'Operation',
        name: 'operation',
        type: 'options',
        noDataExpression: true,
        options: [
          {
            name: 'Abort',
            value: 'abort',
            description: 'End the session at once; what is not final yet is lost',
            action: 'Abort a session',
          },
          {
            name: 'Finish',
            value: 'finish',
            description: 'Wait for the last results, then end the session',
            action: 'Finish a session',
          },
          {
            name: 'Open',
            value: 'open',
            description: 'Open a session for the nodes that follow',
            action: 'Open a session',
          },
          {
            name: 'Update Context',
            value: 'updateContext',
            description: 'Tell an open session what was said, which biases recognition from then on',
            action: 'Update the context of a session',
          },
        ],
        default: 'open',
      },
      SESSION_NAME_PROPERTY,
      {
        displayName: 'One Item Per',
        name: 'itemPer',
        type: 'options',
        options: [
          { name: 'Sentence', value: 'sentence', description: 'Each that no node has given out yet' },
          { name: 'Session', value: 'session', description: 'With the whole text of the session' },
        ],
        default: 'sentence',
        displayOptions: { show: FINISH },
      },
      {
        ...outputProperty('Text, sentences, times, emotions and statistics'),
        displayOptions: { show: FINISH },
      },
      ...captionsProperties(FINISH),
      { ...DIALOGUE, displayOptions: { show: { operation: ['updateContext'] } } },
      ...recognitionProperties('At a Commit', OPEN),
      optionsCollection(
        [
          ...recognitionOptions('session'),
          {
            displayName: 'End When Unused (Seconds)',
            name: 'unusedSeconds',
            type: 'number',
            typeOptions: { minValue: 1, maxValue: LIMITS.unusedSeconds.max },
            default: DEFAULT_UNUSED_SECONDS,
            description:
              'The session ends when no node uses it for so long. It sleeps before that, at no cost, and the next audio wakes it.',
          },
          {
            displayName: 'Longest Duration (Minutes)',
            name: 'longestMinutes',
            type: 'number',
            typeOptions: { minValue: 1, maxValue: LIMITS.longestMinutes.max },
            default: DEFAULT_LONGEST_MINUTES,
            description: 'The session ends after that in any case',
          },
        ],
        OPEN,
      ),
    ],
  };

  methods = { credentialTest: { realtimeAsrConnectionTest }, listSearch: { searchHotWordLists } };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const operation = this.getNodeParameter('operation', 0) as keyof typeof OPERATIONS;
    return runGroups(this, OPERATIONS[operation]);
  }
}
