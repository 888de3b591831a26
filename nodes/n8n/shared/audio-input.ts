import type { IBinaryData, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { AsrError } from '../../../lib';
import type { AudioFormatHints, AudioSource, Fetch, ReadAudioOptions } from '../../../lib';
import { excerpt, fieldsOf, maybeBase64, messageOf } from '../../../lib/hosts';
import { hostFetch } from './egress';
import { readChoice } from './choice';
import { Fields } from './fields';

const RAW_RATE_HZ = { min: 1000, max: 384_000 };
const RAW_CHANNELS = { min: 1, max: 8, isWhole: true };
const SOURCES = ['binary', 'url', 'base64'] as const;

/**
 * The fields that say where the audio of an item is. A node that is the tool of an AI agent gets no binary data,
 * hence the address and the text.
 */
export const AUDIO_PROPERTIES: INodeProperties[] = [
  {
    displayName: 'Audio Source',
    name: 'source',
    type: 'options',
    options: [
      { name: 'Base64 Text', value: 'base64', description: 'Base64 or a data URL, in a field of the item' },
      { name: 'Binary Field', value: 'binary', description: 'A file of the item' },
      { name: 'URL', value: 'url', description: 'An http or https address to fetch' },
    ],
    default: 'binary',
    description: 'Any format counts: WAV, MP3, Ogg and WebM Opus, FLAC, AIFF, raw PCM; others with ffmpeg',
  },
  {
    displayName: 'Input Binary Field',
    name: 'binaryPropertyName',
    type: 'string',
    required: true,
    default: 'data',
    hint: 'The name of the input field that has the audio',
    displayOptions: { show: { source: ['binary'] } },
  },
  {
    displayName: 'URL',
    name: 'url',
    type: 'string',
    required: true,
    default: '',
    placeholder: 'e.g. https://example.com/recording.mp3',
    description:
      'Of the audio itself. For one that wants a login, fetch it with an HTTP Request node before.',
    displayOptions: { show: { source: ['url'] } },
  },
  {
    displayName: 'Base64 Text',
    name: 'base64',
    type: 'string',
    required: true,
    default: '',
    placeholder: 'e.g. {{ $json.audio }}',
    displayOptions: { show: { source: ['base64'] } },
  },
];

/** These fields for a node that is an agent's tool, which gets no binary data. */
export const TOOL_AUDIO_PROPERTIES: INodeProperties[] = AUDIO_PROPERTIES.flatMap((property) => {
  if (property.name === 'binaryPropertyName') return [];
  if (property.name !== 'source') return [property];
  const options = property.options?.filter((option) => 'value' in option && option.value !== 'binary');
  return [{ ...property, ...(options && { options }), default: 'url' }];
});

/** The description of raw samples, for the collection `options`. */
export const RAW_AUDIO_OPTIONS: INodeProperties[] = [
  {
    displayName: 'Raw Audio: Channels',
    name: 'rawChannels',
    type: 'number',
    typeOptions: { minValue: RAW_CHANNELS.min, maxValue: RAW_CHANNELS.max },
    default: 1,
    description: 'Only for audio without a header',
  },
  {
    displayName: 'Raw Audio: Encoding',
    name: 'rawEncoding',
    type: 'options',
    options: [
      { name: '16-Bit Signed', value: 's16le' },
      { name: '32-Bit Float', value: 'f32le' },
      { name: '8-Bit Unsigned', value: 'u8' },
      { name: 'A-Law', value: 'a-law' },
      { name: 'Mu-Law', value: 'mu-law' },
    ],
    default: 's16le',
    description: 'Only for audio without a header',
  },
  {
    displayName: 'Raw Audio: Rate (Hz)',
    name: 'rawRate',
    type: 'number',
    typeOptions: { minValue: RAW_RATE_HZ.min, maxValue: RAW_RATE_HZ.max },
    default: 16000,
    description: 'Only for audio without a header. A wrong rate gives wrong words, or none.',
  },
];

/** The audio of an item, which can be read once, and the hints about it. */
export interface AudioInput {
  audio: AudioSource;
  /** How a text is read: never as the path of a file on n8n's machine. */
  strings: NonNullable<ReadAudioOptions['strings']>;
  hints: AudioFormatHints;
  /** Fetches an address. */
  fetch: Fetch;
}

/** @throws NodeOperationError of n8n when the item has no such binary field. */
export async function audioInput(context: IExecuteFunctions, itemIndex: number): Promise<AudioInput> {
  const hints = rawHints(Fields.of('options', context.getNodeParameter('options', itemIndex, {})));
  const source = readChoice('source', context.getNodeParameter('source', itemIndex, 'binary'), SOURCES);
  const fetch = hostFetch(context.helpers);
  if (source === 'url' || source === 'base64') {
    const audio: unknown = context.getNodeParameter(source, itemIndex, '');
    // An expression may give anything; the client says what is wrong with it.
    return { audio: audio as AudioSource, strings: source, hints: { ...hints, isRecording: true }, fetch };
  }
  const field = context.getNodeParameter('binaryPropertyName', itemIndex, 'data');
  const binary: unknown = context.helpers.assertBinaryData(itemIndex, field);
  const { fileName, mimeType } = (binary ?? {}) as Partial<IBinaryData>;
  return {
    audio: await fileOf(context, binary, field),
    strings: 'base64',
    fetch,
    hints: {
      ...(typeof fileName === 'string' && fileName && { fileName }),
      // A type that is not of audio is passed on, too: it gets an image refused where the bytes do not tell
      // otherwise.
      ...(typeof mimeType === 'string' && mimeType && { mimeType }),
      ...hints,
      isRecording: true,
    },
  };
}

/** A Code node may have put anything into the field, and the storage may have lost n8n's file. */
async function fileOf(context: IExecuteFunctions, binary: unknown, field: unknown): Promise<AudioSource> {
  const { id, data } = fieldsOf(binary);
  if (typeof id === 'string' && id !== '') {
    return context.helpers.getBinaryStream(id).catch((cause: unknown) => {
      const why = messageOf(cause);
      throw new AsrError(
        'BAD_AUDIO',
        `The file of the field ${excerpt(String(field))} is not in n8n's storage: ${why}. ` +
          'It may have been pruned with an older execution. In queue mode with binary data in the file system, the main process and all workers need the same folder.',
        { cause },
      );
    });
  }
  if (typeof data === 'string' && data !== '' && maybeBase64(data)) return Buffer.from(data, 'base64');
  throw new AsrError(
    'BAD_AUDIO',
    `The field ${excerpt(String(field))} has no file in it: expected base64 text in its "data". ` +
      'A Code node makes a file with `await this.helpers.prepareBinaryData(buffer, "recording.wav")`.',
  );
}

/** @throws AsrError `INVALID_OPTION` */
export function rawHints(options: Fields): AudioFormatHints {
  const rate = options.number('rawRate', RAW_RATE_HZ);
  const channels = options.number('rawChannels', RAW_CHANNELS);
  const encoding = options.text('rawEncoding');
  return {
    ...(rate !== undefined && { rate }),
    ...(channels !== undefined && { channels }),
    ...(encoding && { encoding }),
  };
}
