import { captionsOf, findModel, toSrt, toVtt } from '../../lib';
import type { CaptionOptions, FinalEvent, SessionMode } from '../../lib';
import { UsageError } from '../cli/arguments';

/** The form in which the text of a recording is printed or written. */
export type FormatName = 'text' | 'srt' | 'vtt' | 'words';

/** The endings of files in these forms. */
export const ENDINGS: Readonly<Record<FormatName, string>> = {
  text: 'txt',
  srt: 'srt',
  vtt: 'vtt',
  words: 'words.tsv',
};

/** Writes sentence after sentence, so that a stream without end can be written, too. */
export interface SentenceWriter {
  /** The text in front of the first sentence. */
  readonly head: string;
  /** The text that a sentence adds; empty where it has no times and the form needs them. */
  write: (final: FinalEvent) => string;
}

export function writerOf(format: FormatName, captions: CaptionOptions): SentenceWriter {
  switch (format) {
    case 'text':
      return { head: '', write: ({ text }) => (text === '' ? '' : `${text}\n`) };
    case 'srt':
      return srtWriter(captions);
    case 'vtt':
      return {
        head: 'WEBVTT\n',
        write: (final) => toVtt([final], captions).slice('WEBVTT\n'.length),
      };
    case 'words':
      return { head: '', write: wordLines };
  }
}

function srtWriter(captions: CaptionOptions): SentenceWriter {
  let written = 0;
  return {
    head: '',
    write: (final) => {
      const srt = toSrt([final], { ...captions, firstNumber: written + 1 });
      const separator = written > 0 && srt !== '' ? '\n' : '';
      written += captionsOf([final], captions).length;
      return separator + srt;
    },
  };
}

/** One word a line: begin and end in milliseconds, and the word with its punctuation. */
function wordLines({ words = [] }: FinalEvent): string {
  return words
    .map(({ beginMs, endMs, text, punctuation }) => `${beginMs}\t${endMs}\t${text}${punctuation}\n`)
    .join('');
}

/** @throws UsageError where the model cannot give the times that a format needs. */
export function checkTimes(formats: readonly FormatName[], modelName: string, mode?: SessionMode): void {
  const model = findModel(modelName);
  if (model.timestamps) return;
  const advice = 'Use a model with times, such as fun-asr-realtime; docs/models.md lists them.';
  if (formats.includes('words')) {
    throw new UsageError(`--words needs the times of words, and the model ${model.id} gives none. ${advice}`);
  }
  const caption = formats.find((format) => format !== 'text');
  if (caption && mode === 'manual') {
    throw new UsageError(
      `--${caption} needs times, and the model ${model.id} gives none with --mode manual. ${advice}`,
    );
  }
}
