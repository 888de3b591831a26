import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { readAudio } from '../../../lib';
import { AUDIO_PROPERTIES, audioInput, RAW_AUDIO_OPTIONS } from '../shared/audio-input';
import { captionsFile, captionSettings, captionsProperties } from '../shared/captions';
import { outputProperty, readOutput } from '../shared/output';
import { optionsCollection } from '../shared/recognition-properties';
import type { GivenAudio } from '../shared/given-audio';
import { runGroups } from '../shared/run-groups';
import { NOT_A_TOOL, OUTPUT_NAMES, sessionItem } from '../shared/session-items';
import type { SessionItems } from '../shared/session-items';
import { itemByItem, SESSION_NAME_PROPERTY } from '../shared/session-name';
import type { SessionGroup } from '../shared/session-name';
import { heldSession } from '../shared/session-registry';
import { readStatisticsOption, STATISTICS_OPTION } from '../shared/statistics-option';
import { sweepOnce } from '../shared/sweep';

/** Gives audio to a session that was opened before. */
export class AsrAppendAudio implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Speech Session: Append Audio',
    name: 'asrAppendAudio',
    icon: {
      light: 'file:../../../icons/n8n/asr-append-audio.light.svg',
      dark: 'file:../../../icons/n8n/asr-append-audio.dark.svg',
    },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["sessionName"] }}',
    description: 'Give audio to an open speech session, and get what it has heard so far',
    defaults: { name: 'Speech Session: Append Audio' },
    usableAsTool: NOT_A_TOOL,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
    outputNames: OUTPUT_NAMES,
    properties: [
      SESSION_NAME_PROPERTY,
      ...AUDIO_PROPERTIES,
      outputProperty('Text, times, emotions and ids'),
      ...captionsProperties(),
      optionsCollection([...RAW_AUDIO_OPTIONS, STATISTICS_OPTION]),
    ],
  };

  constructor() {
    sweepOnce();
  }

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return runGroups(this, { run: append, groupsOf: itemByItem, output: 'interim' });
  }
}

async function append(
  context: IExecuteFunctions,
  { name, items: [itemIndex] }: SessionGroup,
  items: SessionItems,
  given: GivenAudio | undefined,
): Promise<void> {
  const captions = captionSettings(context, itemIndex);
  const output = readOutput(context, itemIndex);
  const wantsStatistics = readStatisticsOption(context, itemIndex);
  const held = heldSession(context, name);
  const { audio, strings, hints, fetch } = await audioInput(context, itemIndex);
  let known = hints;
  const chunks = readAudio(audio, {
    strings,
    fetch,
    hints,
    // A cancelled execution ends its sessions.
    signal: held.ended,
    onHints: (found) => {
      known = { ...found, ...hints };
    },
  });
  await held.append(chunks, () => known, given);
  const drained = held.drain();
  const pairedItem = { item: itemIndex };
  // There is always an item, because a workflow only goes on along items.
  const nothing = { type: 'interim', sessionId: held.sessionId, text: '', stableText: '' };
  const statistics = wantsStatistics ? held.statistics() : undefined;
  items.interim.push(
    sessionItem(name, { ...nothing, ...drained.interim, ...(statistics && { statistics }) }, pairedItem),
  );
  items.addDrained(name, drained, pairedItem);
  if (output === 'text') items.keepText();
  if (drained.finals.length > 0) items.attach(await captionsFile(context, drained.finals, captions, name));
}
