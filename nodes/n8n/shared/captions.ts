import type { IBinaryKeyData, IDisplayOptions, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { AsrError, toSrt, toVtt } from '../../../lib';
import type { FinalEvent } from '../../../lib';
import { readChoice } from './choice';
import { Fields } from './fields';

const FORMATS = {
  srt: { write: toSrt, mimeType: 'application/x-subrip' },
  vtt: { write: toVtt, mimeType: 'text/vtt' },
};

export type CaptionFormat = keyof typeof FORMATS;

/** The choice of a format. */
export const CAPTIONS_PROPERTY: INodeProperties = {
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
};

/** The fields of nodes that put captions into a binary field. */
export function captionsProperties(show: NonNullable<IDisplayOptions['show']> = {}): INodeProperties[] {
  return [
    { ...CAPTIONS_PROPERTY, displayOptions: { show } },
    {
      displayName: 'Put Captions in Field',
      name: 'captionsField',
      type: 'string',
      required: true,
      default: 'captions',
      hint: 'The name of the output binary field to put the file in',
      displayOptions: { show, hide: { captions: ['none'] } },
    },
  ];
}

/** What the fields say. */
export interface CaptionSettings {
  format: CaptionFormat | 'none';
  /** The binary field for the file. */
  field: string;
}

/** @throws AsrError `INVALID_OPTION` */
export function readCaptions(fields: Fields): CaptionFormat | 'none' {
  return readChoice('captions', fields.value('captions') ?? 'none', ['none', 'srt', 'vtt']);
}

/** @throws AsrError `INVALID_OPTION` */
export function captionSettings(context: IExecuteFunctions, itemIndex: number): CaptionSettings {
  const fields = new Fields((name) => context.getNodeParameter(name, itemIndex, ''));
  return { format: readCaptions(fields), field: fields.text('captionsField') || 'captions' };
}

/**
 * The captions of sentences as a file.
 * @param baseName Name of the file without its ending.
 * @throws AsrError `INVALID_OPTION` where the sentences have no times.
 */
export async function captionsFile(
  context: IExecuteFunctions,
  sentences: readonly FinalEvent[],
  { format, field }: CaptionSettings,
  baseName: string,
): Promise<IBinaryKeyData | undefined> {
  if (format === 'none') return undefined;
  if (sentences.some(({ beginMs }) => beginMs === undefined)) {
    throw new AsrError(
      'INVALID_OPTION',
      'Captions need times, and this model gives none. Choose one that has times of words, such as fun-asr-realtime.',
      { param: 'captions' },
    );
  }
  const file = Buffer.from(FORMATS[format].write(sentences), 'utf8');
  const fileName = `${baseName.replaceAll(/[\\/]/g, '_') || 'captions'}.${format}`;
  return { [field]: await context.helpers.prepareBinaryData(file, fileName, FORMATS[format].mimeType) };
}

/** The captions of one sentence as text; empty where it has no times. */
export function captionsText(sentence: FinalEvent, format: CaptionFormat): string {
  return FORMATS[format].write([sentence]);
}
