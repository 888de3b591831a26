import { DEFAULT_MODEL } from '../lib';
import type { CaptionOptions } from '../lib';
import { readArguments, UsageError } from './cli/arguments';
import type { Arguments } from './cli/arguments';
import type { Command } from './cli/command';
import { Interrupt } from './cli/interrupt';
import { Screen } from './cli/screen';
import { audioHints, AUDIO_TOPIC } from './flags/audio';
import { flagsOfTable, optionsOf } from './flags/option-flag';
import type { OptionRow } from './flags/option-flag';
import { NETWORK_TOPIC, RECOGNITION_TOPIC } from './flags/recognition';
import { givenSession } from './flags/session';
import { SETTINGS_TOPIC } from './flags/settings';
import { findService, PLACE_NOTES } from './place';
import { filesOf, isStandardInput, shownName } from './transcribe/files';
import { checkTimes } from './transcribe/formats';
import type { FormatName } from './transcribe/formats';
import { OutputFolder } from './transcribe/output-folder';
import { durationOf, recognise } from './transcribe/recognise';
import { Report } from './transcribe/report';
import { runFiles } from './transcribe/run-files';

const DEFAULT_AT_ONCE = 4;
const MAX_AT_ONCE = 100;
const FORMATS: readonly FormatName[] = ['text', 'srt', 'vtt', 'words'];

const CAPTIONS: Readonly<Record<Exclude<keyof CaptionOptions, 'firstNumber'>, OptionRow>> = {
  maxLineWidth: {
    kind: 'number',
    flag: 'caption-line-width',
    help: 'The width of a line of captions; Chinese characters count twice. Default 42.',
  },
  maxLines: { kind: 'number', flag: 'caption-lines', help: 'Lines of a caption. Default 2.' },
  maxDurationMs: {
    kind: 'number',
    flag: 'caption-duration-ms',
    help: 'The longest time that a caption is shown. Default 7000.',
  },
};

export const TRANSCRIBE: Command = {
  name: 'transcribe',
  operands: { usage: 'FILE...', completes: 'file' },
  summary: 'turn recordings, or what comes on standard input, into text',
  about:
    'Prints the text of recordings. FILE is a path, a pattern in quotation marks such as "calls/**/*.wav", an http or https address, or - for standard input. What comes on standard input is printed sentence by sentence, as it is heard; at a terminal, what is being said is shown meanwhile. Several files are printed in their order, each in a line behind its name.',
  flags: [
    {
      name: 'json',
      help: 'Prints every event as a line of JSON, and at the end of each file one of type "transcript".',
    },
    { name: 'text', help: 'The text (default).' },
    { name: 'srt', help: 'Captions in SubRip.' },
    { name: 'vtt', help: 'Captions in WebVTT.' },
    { name: 'words', help: 'One word a line, behind its begin and end in milliseconds.' },
    {
      name: 'out',
      short: 'o',
      value: 'DIR',
      completes: 'folder',
      help: 'Writes a file for each recording and format into this folder, and prints its path. A file that is there already is refused before anything is sent.',
    },
    { name: 'force', help: 'Overwrites such files.' },
    { name: 'jobs', short: 'j', value: 'N', help: `How many files at once. Default ${DEFAULT_AT_ONCE}.` },
    {
      name: 'header',
      value: 'NAME:VALUE',
      isRepeatable: true,
      help: 'A header of the request for an address.',
    },
    ...flagsOfTable(CAPTIONS),
  ],
  topics: [RECOGNITION_TOPIC, SETTINGS_TOPIC, AUDIO_TOPIC, NETWORK_TOPIC],
  notes: PLACE_NOTES,
  run: runTranscribe,
};

/** `flow-asr transcribe`: text to stdout, and progress to stderr where that is a terminal. */
async function runTranscribe(argv: readonly string[]): Promise<number> {
  const given = readArguments(TRANSCRIBE, argv);
  const atOnce = given.whole('jobs', 1, MAX_AT_ONCE) ?? DEFAULT_AT_ONCE;
  const asJson = given.isOn('json');
  const hints = audioHints(given);
  const headers = headersOf(given);
  const captions = optionsOf(CAPTIONS, given) as CaptionOptions;
  const session = givenSession(given);
  const files = await filesOf(given.operands);
  if (files.length === 0) throw new UsageError('Expected at least one FILE.');
  const out = outputOf(given, files);
  const formats = formatsOf(given, files, out !== undefined);
  checkTimes(formats, session.options.model ?? DEFAULT_MODEL, session.options.mode);
  const folder = out === undefined ? undefined : new OutputFolder(out, formats, given.isOn('force'));
  await folder?.prepare(files);
  const screen = new Screen();
  using interrupt = new Interrupt();
  try {
    await using place = await findService(session.place, interrupt.finishing, screen);
    const reports = new Map<string, Report>();
    return await runFiles({
      files,
      atOnce,
      interrupt,
      screen,
      work: async (file) => {
        const isLive = isStandardInput(file) && !folder && files.length === 1;
        const report = new Report({
          file: shownName(file),
          screen,
          formats: asJson && !folder ? [] : formats,
          captions,
          asJson,
          isLive,
          isNamed: files.length > 1,
          durationMs: screen.isLive && !isLive ? await durationOf(file, hints) : undefined,
        });
        reports.set(file, report);
        try {
          folder?.refuseOverwriting(file);
          const transcript = await recognise(file, {
            session: { ...session.options, ...place.options },
            hints,
            headers,
            keepText: !isLive,
            interrupt,
            onEvent: (event) => {
              report.onEvent(event);
            },
          });
          const texts = report.texts(transcript);
          return async () => {
            reports.delete(file);
            if (folder) {
              const paths = await folder.write(file, texts);
              if (!asJson) screen.print(paths.map((path) => `${path}\n`).join(''));
              return;
            }
            const name = files.length > 1 ? `${shownName(file)}: ` : '';
            for (const text of texts.values()) screen.print(name + text);
          };
        } finally {
          report.end();
        }
      },
      onFailure: (file, error) => {
        reports.get(file)?.failed(error);
        reports.delete(file);
      },
    });
  } catch (error) {
    if (interrupt.exitCode === undefined) throw error;
    screen.note('flow-asr: Interrupted.');
    return interrupt.exitCode;
  } finally {
    screen.clear();
    await session.trace?.close();
  }
}

function outputOf(given: Arguments, files: readonly string[]): string | undefined {
  const out = given.text('out');
  if (out === '') throw new UsageError('--out must name a folder.');
  if (out === undefined && given.isOn('force')) throw new UsageError('--force belongs to --out DIR.');
  if (files.length > 1 && files.some(isStandardInput)) {
    throw new UsageError('Standard input (-) cannot be combined with other files.');
  }
  return out;
}

function formatsOf(given: Arguments, files: readonly string[], hasFolder: boolean): readonly FormatName[] {
  const asked = FORMATS.filter((format) => given.isOn(format));
  const formats: readonly FormatName[] = asked.length === 0 ? ['text'] : asked;
  if (hasFolder) return formats;
  const flags = asked.map((format) => `--${format}`);
  if (given.isOn('json') && asked.length > 0) {
    throw new UsageError(
      `--json and ${flags.join(' and ')} exclude each other, unless --out DIR writes files.`,
    );
  }
  if (asked.length > 1) throw new UsageError(`${flags.join(' and ')} together need --out DIR.`);
  if (files.length > 1 && formats[0] !== 'text') {
    throw new UsageError(`${flags.join('')} of several files needs --out DIR.`);
  }
  return formats;
}

function headersOf(given: Arguments): Record<string, string> {
  return Object.fromEntries(
    given.texts('header').map((text) => {
      const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(text) ?? [];
      // The text may be a secret, so it is not shown.
      if (name === undefined || value === undefined) throw new UsageError('--header must be NAME:VALUE.');
      return [name, value];
    }),
  );
}
