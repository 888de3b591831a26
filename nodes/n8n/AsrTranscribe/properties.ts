import type { INodeProperties } from 'n8n-workflow';
import { AUDIO_PROPERTIES, RAW_AUDIO_OPTIONS, TOOL_AUDIO_PROPERTIES } from '../shared/audio-input';
import { captionsProperties } from '../shared/captions';
import { outputProperty } from '../shared/output';
import {
  optionsCollection,
  recognitionOptions,
  recognitionProperties,
} from '../shared/recognition-properties';

export const DEFAULT_AT_ONCE = 2;
export const AT_ONCE = { min: 1, max: 50, isWhole: true };

const OUTPUT = outputProperty('Text, sentences, times, emotions and statistics');

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
  OUTPUT,
  ...captionsProperties(),
  optionsCollection([
    ...recognitionOptions('recording'),
    ...RAW_AUDIO_OPTIONS,
    {
      displayName: 'Recordings at Once',
      name: 'atOnce',
      type: 'number',
      typeOptions: { minValue: AT_ONCE.min, maxValue: AT_ONCE.max, numberPrecision: 0 },
      default: DEFAULT_AT_ONCE,
      description: 'How many items are recognised at the same time. The order of the items stays.',
    },
  ]),
];

export const PROPERTIES: INodeProperties[] = [...AUDIO_PROPERTIES, ...RECOGNITION_PROPERTIES];

/** These fields for the node as an agent's tool. */
export const TOOL_PROPERTIES: INodeProperties[] = [
  ...TOOL_AUDIO_PROPERTIES,
  ...RECOGNITION_PROPERTIES.map((property) =>
    property === OUTPUT ? { ...property, default: 'text' } : property,
  ),
];
