import { NodeConnectionTypes } from 'n8n-workflow';
import type { INodeType, INodeTypeDescription, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { CREDENTIALS } from '../../../credentials/n8n/connection';
import { realtimeAsrConnectionTest } from '../../../credentials/n8n/connection-test';
import { liveSourceTest } from '../../../credentials/n8n/live-source-test';
import { CAPTIONS_PROPERTY } from '../shared/captions';
import { outputProperty } from '../shared/output';
import { searchHotWordLists } from '../shared/hot-word-lists';
import {
  optionsCollection,
  recognitionOptions,
  recognitionProperties,
} from '../shared/recognition-properties';
import { sweepOnce } from '../shared/sweep';
import { listenForOne, listenOn } from './hosting';
import {
  DEFAULT_INTERIM_SECONDS,
  DEFAULT_STATISTICS_SECONDS,
  INTERIM_SECONDS,
  readSettings,
  STATISTICS_SECONDS,
} from './settings';
import { SOURCE_OPTIONS, SOURCE_PROPERTIES } from './source-properties';
import { KINDS_WITH_SECRETS } from './source-secrets';

/** All audio of live sources is decoded here. */
const OF_NO_USE = ['wireFormat'];

/** Listens to a live source, and starts an execution for each spoken sentence. */
export class AsrTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Live Speech Trigger',
    name: 'asrTrigger',
    icon: {
      light: 'file:../../../icons/n8n/asr-trigger.light.svg',
      dark: 'file:../../../icons/n8n/asr-trigger.dark.svg',
    },
    group: ['trigger'],
    version: 1,
    subtitle:
      '={{ ({ http: "audio stream", ffmpeg: "FFmpeg", tcp: "TCP port " + $parameter["port"], udp: "UDP port " + $parameter["port"], webSocket: "WebSocket", calls: "calls, port " + $parameter["port"], audioSocket: "AudioSocket, port " + $parameter["port"], wyoming: "Wyoming, port " + $parameter["port"], satellite: "satellite", microphone: "microphone" })[$parameter["source"]] }}',
    description: 'Starts the workflow when something is said in a live stream',
    eventTriggerDescription: 'Waiting for somebody to speak',
    activationMessage: 'The workflow now starts with every sentence that is spoken in the live stream.',
    defaults: { name: 'Live Speech Trigger' },
    triggerPanel: {
      header: 'Listen to the live stream',
      executionsHelp: {
        inactive:
          "<b>While building your workflow</b>, click 'execute step' and speak, or wait until somebody does. The first sentence shows up here, and the stream is closed again.<br /><br /><b>Once you're happy with your workflow</b>, <a data-key='activate'>activate</a> it. Then it is executed for every sentence. Those executions show up in the <a data-key='executions'>executions list</a>, not in the editor.",
        active:
          "<b>While building your workflow</b>, click 'execute step' and speak, or wait until somebody does. The first sentence shows up here.<br /><br /><b>Your workflow is executed for every sentence</b>, since it's active. Those executions show up in the <a data-key='executions'>executions list</a>, not in the editor.",
      },
      activationHint:
        "Once you've finished building your workflow, <a data-key='activate'>activate</a> it to have it listen all the time (you just won't see those executions here).",
    },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [
      { name: CREDENTIALS, required: true, testedBy: 'realtimeAsrConnectionTest' },
      {
        name: 'liveSourceApi',
        testedBy: 'liveSourceTest',
        displayOptions: { show: { source: KINDS_WITH_SECRETS } },
      },
    ],
    properties: [
      {
        displayName:
          'As long as the workflow is active, all audio of the source is sent to the service, which bills it whether somebody speaks or not. The option <b>What Is Sent</b> leaves out what is no speech.',
        name: 'billingNotice',
        type: 'notice',
        default: '',
      },
      ...SOURCE_PROPERTIES,
      ...recognitionProperties('At Two Seconds Without Audio'),
      {
        displayName: 'Trigger On',
        name: 'events',
        type: 'multiOptions',
        required: true,
        options: [
          { name: 'Emotion Changes', value: 'emotion', description: 'Whenever the voice sounds different' },
          {
            name: 'Ends',
            value: 'ended',
            description:
              'A call or a device is gone; with its sentences, of a call those of both sides in order',
          },
          { name: 'Interims', value: 'interim', description: 'The sentence so far, while it is spoken' },
          { name: 'Sentences', value: 'final', description: 'A sentence that is over, with its final text' },
          { name: 'Statistics', value: 'statistics', description: 'Audio, latencies and reconnects so far' },
        ],
        default: ['final'],
        description: 'Each starts the workflow with one item',
      },
      {
        displayName: 'Interims at Most Every (Seconds)',
        name: 'interimSeconds',
        type: 'number',
        typeOptions: { minValue: INTERIM_SECONDS.min, maxValue: INTERIM_SECONDS.max, numberPrecision: 1 },
        default: DEFAULT_INTERIM_SECONDS,
        description: 'Each interim is an execution; of those in between only the newest counts',
        displayOptions: { show: { events: ['interim'] } },
      },
      {
        displayName: 'Stable Text Only',
        name: 'stableOnly',
        type: 'boolean',
        default: false,
        description: 'Whether interims have only the words that will not change any more',
        displayOptions: { show: { events: ['interim'] } },
      },
      {
        displayName: 'Statistics Every (Seconds)',
        name: 'statisticsSeconds',
        type: 'number',
        typeOptions: { minValue: STATISTICS_SECONDS.min, maxValue: STATISTICS_SECONDS.max },
        default: DEFAULT_STATISTICS_SECONDS,
        description: 'Of each sender that has a session',
        displayOptions: { show: { events: ['statistics'] } },
      },
      {
        ...outputProperty('Text, times, emotion, source and ids'),
        displayOptions: { show: { events: ['final', 'interim'] } },
      },
      {
        ...CAPTIONS_PROPERTY,
        description:
          'Puts each sentence as a caption into the field "captions"; empty where the model has no times',
        displayOptions: { show: { events: ['final'] } },
      },
      optionsCollection([
        ...recognitionOptions('live').filter(({ name }) => !OF_NO_USE.includes(name)),
        ...SOURCE_OPTIONS,
      ]),
    ],
  };

  constructor() {
    sweepOnce();
  }

  methods = {
    credentialTest: { realtimeAsrConnectionTest, liveSourceTest },
    listSearch: { searchHotWordLists },
  };

  async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
    const settings = await readSettings(this);
    return this.getMode() === 'manual' ? listenForOne(this, settings) : listenOn(this, settings);
  }
}
