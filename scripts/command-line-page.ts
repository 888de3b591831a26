/** Generates docs/command-line.md from the table of commands and flags. `npm run docs` writes it. */
import type { Flag } from '../bin/cli/command';
import { EXIT_CODES } from '../bin/cli/exit-codes';
import { EXIT_CODES_PAGE, flagText, flagUsage } from '../bin/cli/help';
import { COMMANDS } from '../bin/commands';
import { pagesOf } from '../bin/help-command';
import { table } from './markdown';

const INTRODUCTION = `# The command line

\`npx flow-asr\` in the folder where you installed the package, or \`flow-asr\` after \`npm install --global\`. The tables of this page
are made of \`bin/commands.ts\` by \`npm run docs\`, as \`flow-asr help\` and the completion of shells are.

\`\`\`sh
flow-asr transcribe interview.mp3                       # the text
flow-asr transcribe "calls/**/*.wav" --out texts --srt  # captions of many files, four at once
arecord -q -r 16000 -f S16_LE | flow-asr transcribe -   # as it is spoken
flow-asr listen                                         # the microphone of this computer
flow-asr listen https://radio.example/live.mp3 --json   # every event as a line of JSON
flow-asr listen 0.0.0.0:4000 --raw-rate 16000           # devices that send to a port
\`\`\`

## What is printed where

- **stdout** has the text, and nothing else: it may go into a pipe or a file. \`transcribe\` prints the text of a recording in a line, and
  that of several in their order, each behind its name. What comes on standard input, and what \`listen\` hears, is printed sentence
  by sentence, each as soon as it is final.
- **stderr** has warnings and errors, one a line. At a terminal it also shows what is being said, and a line for each file with its
  progress. In a pipe nothing is drawn.
- \`--json\` prints every event as a line of JSON ([messages](messages.md) names them), with \`file\` or \`sender\` in front. A recording ends with one
  of type \`transcript\`, which has the whole text and the statistics, or \`error\`.
- \`--out DIR\` writes files named after the recordings and prints their paths. A file that is there is refused, before anything is sent
  for it, unless \`--force\` is given; two recordings that would be written to the same file are refused at once.
- Control characters of what the service says, of file names and of addresses never reach the terminal: a line break or a tab becomes
  a space, everything else \`\ufffd\`; JSON has them escaped. Marks that reverse the direction of text count as such.
- A reader that is slower than the speech is waited for with standard input. With \`listen\`, which cannot wait, interims are left out meanwhile.

## Where recognition runs

The key comes from \`DASHSCOPE_API_KEY\`, or is asked for at the terminal. \`--region\`, \`--address\` and \`--workspace\` say where it is
sent. Without a key, a region and an address, a local service is started for the run ([what it is](../README.md#the-local-service)).

## Ctrl+C

The first Ctrl+C stops reading, waits for the text of what was heard, and prints it. A second one ends at once. SIGTERM does the same.
`;

export function commandLinePage(): string {
  return [
    INTRODUCTION,
    '## Exit codes\n',
    table(
      ['code', 'means'],
      EXIT_CODES.map(({ code, help }) => [String(code), help]),
    ),
    'An error that the next of several files would meet as well, such as a wrong key, ends the run with its code.\n',
    ...COMMANDS.flatMap(({ name, operands, about, flags, topics = [], notes }) => [
      `## flow-asr ${name}${operands ? ` ${escaped(operands.usage)}` : ''}\n`,
      `${about}\n`,
      ...flagTable(flags),
      ...(topics.length === 0
        ? []
        : [`Also the flags of ${topics.map((topic) => `[${topic.name}](#${topic.name})`).join(', ')}.\n`]),
      ...(notes === undefined ? [] : [`${notes}\n`]),
    ]),
    ...pagesOf(COMMANDS)
      .filter((page) => page !== EXIT_CODES_PAGE)
      .flatMap(({ name, about, flags }) => [
        `## ${name}\n`,
        ...(about === undefined ? [] : [`${about}\n`]),
        ...flagTable(flags),
      ]),
  ].join('\n');
}

function flagTable(flags: readonly Flag[]): string[] {
  if (flags.length === 0) return [];
  return [
    table(
      ['flag', 'does'],
      flags.map((flag) => [`\`${flagUsage(flag)}\``, escaped(flagText(flag))]),
    ),
  ];
}

function escaped(text: string): string {
  return text.replace(/[|*<]/g, '\\$&');
}
