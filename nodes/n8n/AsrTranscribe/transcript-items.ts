import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Transcript } from '../../../lib';
import { captionsFile } from '../shared/captions';
import type { CaptionSettings } from '../shared/captions';
import { asData } from '../shared/items';
import type { Output } from '../shared/output';

export interface ItemSettings {
  per: 'file' | 'sentence';
  output: Output;
  captions: CaptionSettings;
  /** The name of the recording without its ending. */
  baseName: string;
}

/** The items of one recording: one, or one for each sentence. */
export async function transcriptItems(
  context: IExecuteFunctions,
  itemIndex: number,
  transcript: Transcript,
  { per, output, captions, baseName }: ItemSettings,
): Promise<INodeExecutionData[]> {
  const binary = await captionsFile(context, transcript.sentences, captions, baseName);
  const items = per === 'file' ? [wholeOf(transcript)] : sentencesOf(transcript);
  return items.map((item, index) => ({
    json: output === 'text' ? { text: item.text } : asData(item),
    // Only the first gets it, because it is the same file for all sentences.
    ...(binary && index === 0 && { binary }),
    pairedItem: { item: itemIndex },
  }));
}

interface WithText {
  text: string;
}

function wholeOf(transcript: Transcript) {
  const emotions = [...new Set(transcript.sentences.flatMap(({ emotion }) => (emotion ? [emotion] : [])))];
  const sentences = transcript.sentences.map(({ type: _type, ...sentence }) => sentence);
  return { ...transcript, ...(emotions.length > 0 && { emotions }), sentences };
}

function sentencesOf({ sentences, sessionId }: Transcript): WithText[] {
  // There is always an item, because a workflow only goes on along items: Loop Over Items would end at a recording
  // without speech.
  const shown = sentences.length === 0 ? [{ text: '' }] : sentences.map(({ type: _type, ...rest }) => rest);
  return shown.map((sentence, index) => ({
    ...sentence,
    sentenceNumber: Math.min(index + 1, sentences.length),
    sentenceCount: sentences.length,
    ...(sessionId !== undefined && { sessionId }),
  }));
}
