import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { AsrError, toSrt, toVtt } from '../../../lib';
import type { Transcript } from '../../../lib';
import { asData } from '../shared/items';

const CAPTIONS = {
  srt: { write: toSrt, mimeType: 'application/x-subrip' },
  vtt: { write: toVtt, mimeType: 'text/vtt' },
};

type CaptionFormat = keyof typeof CAPTIONS;

export interface ItemSettings {
  per: 'file' | 'sentence';
  captions: CaptionFormat | 'none';
  /** The binary field for the captions. */
  captionsField: string;
  /** The name of the recording without its ending. */
  baseName: string;
}

/** The items of one recording: one, or one for each sentence. */
export async function transcriptItems(
  context: IExecuteFunctions,
  itemIndex: number,
  transcript: Transcript,
  settings: ItemSettings,
): Promise<INodeExecutionData[]> {
  const binary = await captionsBinary(context, transcript, settings);
  const pairedItem = { item: itemIndex };
  const { sentences, ...whole } = transcript;
  if (settings.per === 'file') {
    const emotions = [...new Set(sentences.flatMap(({ emotion }) => (emotion ? [emotion] : [])))];
    const json = {
      ...whole,
      ...(emotions.length > 0 && { emotions }),
      sentences: sentences.map(({ type: _type, ...sentence }) => sentence),
    };
    return [{ json: asData(json), ...(binary && { binary }), pairedItem }];
  }
  // There is always an item, because a workflow only goes on along items: Loop Over Items would end at a recording
  // without speech.
  const shown = sentences.length === 0 ? [{ text: '' }] : sentences.map(({ type: _type, ...rest }) => rest);
  return shown.map((sentence, index) => ({
    json: asData({
      ...sentence,
      sentenceNumber: Math.min(index + 1, sentences.length),
      sentenceCount: sentences.length,
      ...(transcript.sessionId !== undefined && { sessionId: transcript.sessionId }),
    }),
    // Only the first sentence gets it, because it is the same file for all of them.
    ...(binary && index === 0 && { binary }),
    pairedItem,
  }));
}

async function captionsBinary(
  context: IExecuteFunctions,
  { sentences }: Transcript,
  { captions, captionsField, baseName }: ItemSettings,
): Promise<INodeExecutionData['binary']> {
  if (captions === 'none') return undefined;
  const { write, mimeType } = CAPTIONS[captions];
  if (sentences.some(({ beginMs }) => beginMs === undefined)) {
    throw new AsrError(
      'INVALID_OPTION',
      'Captions need times, and this model gives none. Choose one that has times of words, such as fun-asr-realtime.',
      { param: 'captions' },
    );
  }
  const file = Buffer.from(write(sentences), 'utf8');
  return {
    [captionsField]: await context.helpers.prepareBinaryData(file, `${baseName}.${captions}`, mimeType),
  };
}
