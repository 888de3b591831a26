import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { captionsFile, captionSettings, captionsProperties } from '../shared/captions';
import { readChoice } from '../shared/choice';
import { asData, pairing } from '../shared/items';
import { outputProperty, readOutput } from '../shared/output';
import { optionsCollection } from '../shared/recognition-properties';
import { runGroups } from '../shared/run-groups';
import { NOT_A_TOOL, OUTPUT_NAMES, sessionItem } from '../shared/session-items';
import type { SessionItems } from '../shared/session-items';
import { readStatisticsOption, STATISTICS_OPTION } from '../shared/statistics-option';
import { itemsBySession, SESSION_NAME_PROPERTY } from '../shared/session-name';
import type { SessionGroup } from '../shared/session-name';
import { heldSession } from '../shared/session-registry';

/** Ends the open sentence of a session, and waits for the text since the last commit. */
export class AsrCommit implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Speech Session: Commit',
    name: 'asrCommit',
    icon: {
      light: 'file:../../../icons/n8n/asr-commit.light.svg',
      dark: 'file:../../../icons/n8n/asr-commit.dark.svg',
    },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["sessionName"] }}',
    description: 'End the open sentence of a speech session, and wait for its text',
    defaults: { name: 'Speech Session: Commit' },
    usableAsTool: NOT_A_TOOL,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
    outputNames: OUTPUT_NAMES,
    properties: [
      SESSION_NAME_PROPERTY,
      {
        displayName: 'One Item Per',
        name: 'itemPer',
        type: 'options',
        options: [
          { name: 'Commit', value: 'commit', description: 'With the whole text since the last commit' },
          { name: 'Sentence', value: 'sentence', description: 'Each that no node has given out yet' },
        ],
        default: 'sentence',
      },
      outputProperty('Text, sentences, times, emotions and ids'),
      ...captionsProperties(),
      optionsCollection([STATISTICS_OPTION]),
    ],
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return runGroups(this, { run: commit, groupsOf: itemsBySession, output: 'final' });
  }
}

async function commit(
  context: IExecuteFunctions,
  { name, items: group }: SessionGroup,
  items: SessionItems,
): Promise<void> {
  const itemPer: unknown = context.getNodeParameter('itemPer', group[0], 'sentence');
  const isWhole = readChoice('itemPer', itemPer, ['sentence', 'commit']) === 'commit';
  const captions = captionSettings(context, group[0]);
  const output = readOutput(context, group[0]);
  const wantsStatistics = readStatisticsOption(context, group[0]);
  const held = heldSession(context, name);
  const { text, finals: sentences, sessionId = held.sessionId } = await held.commit();
  const drained = held.drain();
  const paired = pairing(group);
  if (drained.interim) items.interim.push(sessionItem(name, drained.interim, paired));
  if (isWhole) {
    items.addDrained(name, { ...drained, finals: [] }, paired);
    items.final.push(sessionItem(name, { type: 'commit', sessionId, text, sentences }, paired));
  } else {
    items.addDrained(name, drained, paired);
    items.addEmptyFinal(name, drained, sessionId, paired);
  }
  items.attach(await captionsFile(context, sentences, captions, name));
  const last = items.final.at(-1);
  if (wantsStatistics && last) last.json.statistics = asData(held.statistics());
  if (output === 'text') items.keepText();
}
