import type { INodeProperties } from 'n8n-workflow';
import { AUDIO_PROPERTIES, RAW_AUDIO_OPTIONS, TOOL_AUDIO_PROPERTIES } from '../shared/audio-input';
import {
  optionsCollection,
  recognitionOptions,
  recognitionProperties,
} from '../shared/recognition-properties';

export const DEFAULT_AT_ONCE = 2;

/** The fields beside those of the audio. */
const RECOGNITION_PROPERTIES: INodeProperties[] = [
  ...recognitionProperties('At the End of the Recording'),
  {
    displayName: 'One Item Per',
    name: 'itemPer',
    type: 'options',
    options: [
      {
        name: 'Recording',
        value: 'file',
        description: 'With the whole text, and the sentences in a list',
      },
      {
        name: 'Sentence',
        value: 'sentence',
        description: 'With the text, times and emotion of the sentence',
      },
    ],
    default: 'file',
  },
  {
    displayName: 'Captions',
    name: 'captions',
    type: 'options',
    options: [
      { name: 'None', value: 'none' },
      { name: 'SRT', value: 'srt', description: 'A SubRip file' },
      { name: 'WebVTT', value: 'vtt', description: 'A file for players in web pages' },
    ],
    default: 'none',
    description: 'Needs a model that has times',
  },
  {
    displayName: 'Put Captions in Field',
    name: 'captionsField',
    type: 'string',
    required: true,
    default: 'captions',
    hint: 'The name of the output binary field to put the file in',
    displayOptions: { hide: { captions: ['none'] } },
  },
  optionsCollection([
    ...recognitionOptions(),
    ...RAW_AUDIO_OPTIONS,
    {
      displayName: 'Recordings at Once',
      name: 'atOnce',
      type: 'number',
      typeOptions: { minValue: 1, maxValue: 50, numberPrecision: 0 },
      default: DEFAULT_AT_ONCE,
      description: 'How many items are recognised at the same time. The order of the items stays.',
    },
  ]),
];

export const PROPERTIES: INodeProperties[] = [...AUDIO_PROPERTIES, ...RECOGNITION_PROPERTIES];

/** These fields for the node as an agent's tool. */
export const TOOL_PROPERTIES: INodeProperties[] = [...TOOL_AUDIO_PROPERTIES, ...RECOGNITION_PROPERTIES];
